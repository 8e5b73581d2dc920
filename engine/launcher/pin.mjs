import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { KitError } from "../lib/errors.mjs"
import { CHECKOUT } from "../lib/paths.mjs"
import { run } from "../lib/process.mjs"

/**
 * How a repository names the pipeline: by a folder of its own, or by a git address and a commit.
 *
 * @typedef {object} Pin
 * @property {import("../../ci/adopt/texts.js").Pin} pin as dagger.json has it
 * @property {string} description for people
 * @property {string} [copied] folder that a copy has to be made in, from the root
 */

/** What a repository needs of this one: the launcher and its kit, the module, and what they say of themselves. */
const COPIED = [
  "pipeline",
  "engine",
  "ci",
  "docs",
  "package.json",
  "dagger.json",
  "LICENSE",
  ".github/workflows",
]

/** Where a copy says what it was made of. */
export const ORIGIN_FILE = "ORIGIN.json"

/**
 * @param {string} root of the repository
 * @param {{vendor?: string | undefined, source?: string | undefined}} wish
 * @returns {Promise<Pin>}
 */
export async function choosePin(root, { vendor, source }) {
  if (source !== undefined) return pinned(source)
  const inside = relative(root, CHECKOUT.replace(/\/$/, ""))
  const isInside = inside !== "" && !inside.startsWith("..")
  if (vendor === undefined && isInside)
    return { pin: folderPin(inside), description: `the copy in ${inside}` }
  const address = vendor === undefined ? await ownAddress() : undefined
  if (address !== undefined) return pinned(`${address}@${await commitOf(CHECKOUT)}`)
  const folder = clean(vendor ?? "tools/pipeline")
  return {
    pin: folderPin(folder),
    description: `a copy of ${CHECKOUT.replace(/\/$/, "")} in ${folder}`,
    copied: folder,
  }
}

/** @param {string} folder */
function clean(folder) {
  const short = folder.replace(/^\.\//, "").replace(/\/+$/, "")
  if (short !== "" && !short.startsWith("/") && !short.split("/").includes("..")) return short
  throw new KitError("USAGE", `\`--vendor=${folder}\`: must be a folder of the repository`, {
    next: "such as --vendor=tools/pipeline",
  })
}

/** @param {string} folder */
function folderPin(folder) {
  return { source: `./${folder}` }
}

/**
 * @param {Pin} pin
 * @returns {string | undefined} folder of a copy
 */
export function vendorFolder({ pin: { source, pin } }) {
  return pin === undefined ? source.replace(/^\.\//, "") : undefined
}

/**
 * @param {string} source address, with "@" and a tag or commit
 * @returns {Promise<Pin>}
 */
export async function pinned(source) {
  const { address, ref } = splitSource(source)
  if (/^https?:\/\/[^/]*:\d+\//.test(address))
    throw new KitError(
      "PORT",
      `${address}: dagger leaves the port of a module's address out, and would ask another server`,
      {
        next: "give an address without a port, or copy the pipeline: --vendor=tools/pipeline",
      },
    )
  const { commit, name } = await resolveRef(address, ref)
  return {
    pin: { source: `${address}@${name}`, pin: commit },
    description: `${address}, ${name === commit ? "" : `${name}, `}commit ${commit}`,
  }
}

/**
 * @param {string} source
 * @returns {{address: string, ref: string | undefined}}
 */
export function splitSource(source) {
  const [, address = source, ref] = /^(.+)@([^@:/]+)$/.exec(source) ?? []
  return { address, ref }
}

const COMMIT = /^[0-9a-f]{40}$/

/**
 * What a name stands for in a repository; without a name: its newest version, or else its main branch.
 *
 * @param {string} address
 * @param {string | undefined} ref
 * @returns {Promise<{commit: string, name: string}>}
 * @throws {KitError} NO_SUCH_REF, UNREACHABLE
 */
export async function resolveRef(address, ref) {
  if (ref !== undefined && COMMIT.test(ref)) return { commit: ref, name: ref }
  const { exitCode, stdout, stderr } = await run("git", ["ls-remote", gitAddress(address)], {
    allowFailure: true,
    env: { GIT_TERMINAL_PROMPT: "0" },
  })
  if (exitCode !== 0)
    throw new KitError(
      "UNREACHABLE",
      `${address} does not answer: ${stderr.trim().split("\n").at(-1)}`,
      {
        exitCode: 3,
        next: "check the address and your access to it (`git ls-remote` has to list it)",
      },
    )
  const refs = new Map(stdout.split("\n").map((line) => [line.slice(41), line.slice(0, 40)]))
  const name = ref ?? newestVersion([...refs.keys()])
  // An annotated tag stands for the commit that git lists with ^{} behind it.
  const commit =
    name === undefined
      ? refs.get("HEAD")
      : (refs.get(`refs/tags/${name}^{}`) ??
        refs.get(`refs/tags/${name}`) ??
        refs.get(`refs/heads/${name}`))
  if (commit === undefined)
    throw new KitError("NO_SUCH_REF", `${address} has no tag or branch ${name ?? "at all"}`, {
      next: "`git ls-remote` lists what it has",
    })
  return { commit, name: name ?? commit }
}

/**
 * The pipeline that a repository's dagger.json names.
 *
 * @typedef {object} Blueprint
 * @property {string} source address with "@" and a name, or a folder
 * @property {string} [pin] commit; absent for a folder
 */

/**
 * @param {string} root of the repository
 * @returns {Blueprint | undefined}
 */
export function readBlueprint(root) {
  try {
    const { blueprint } = JSON.parse(readFileSync(join(root, "dagger.json"), "utf8"))
    return typeof blueprint?.source === "string" ? blueprint : undefined
  } catch {
    return undefined
  }
}

/** @param {string[]} refs */
function newestVersion(refs) {
  const versions = refs.flatMap((ref) => /^refs\/tags\/(v?\d+\.\d+\.\d+)$/.exec(ref)?.[1] ?? [])
  return versions.sort((a, b) => compareVersions(a, b)).at(-1)
}

/**
 * @param {string} one
 * @param {string} other
 */
function compareVersions(one, other) {
  const numbers = (/** @type {string} */ text) => text.replace(/^v/, "").split(".").map(Number)
  const [a, b] = [numbers(one), numbers(other)]
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0) || (a[2] ?? 0) - (b[2] ?? 0)
}

/**
 * As git wants it: dagger leaves out https:// of hosts that it knows.
 *
 * @param {string} address
 */
export function gitAddress(address) {
  return /^[a-z+]+:\/\//.test(address) || /^[^/]+:/.test(address) || address.startsWith("/")
    ? address
    : `https://${address}`
}

/** The address that this checkout was cloned from, where others can reach it and have its commit. */
async function ownAddress() {
  const git = (/** @type {string[]} */ ...args) =>
    run("git", args, { cwd: CHECKOUT, allowFailure: true })
  const { exitCode, stdout } = await git("remote", "get-url", "origin")
  const address = stdout.trim()
  if (exitCode !== 0 || !/^(?:https?|ssh):\/\/|^[^/]+:/.test(address)) return undefined
  const { stdout: branches } = await git("branch", "--remotes", "--contains", "HEAD")
  const { stdout: changes } = await git("status", "--porcelain")
  return branches.trim() !== "" && changes.trim() === "" ? address : undefined
}

/** @param {string} checkout */
async function commitOf(checkout) {
  return (await run("git", ["rev-parse", "HEAD"], { cwd: checkout })).stdout.trim()
}

/**
 * Copies the pipeline, as git knows it, into a folder of a repository, in place of what was there.
 *
 * @param {string} target
 * @param {string} [checkout] what is copied
 */
export async function copyPipeline(target, checkout = CHECKOUT) {
  const paths = await copiedPaths(checkout)
  rmSync(target, { recursive: true, force: true })
  for (const path of paths) {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    cpSync(join(checkout, path), join(target, path), { verbatimSymlinks: true })
  }
  writeFileSync(join(target, ORIGIN_FILE), `${JSON.stringify(await originOf(checkout), null, 2)}\n`)
}

/**
 * @param {string} checkout
 * @returns {Promise<string[]>}
 */
export async function copiedPaths(checkout) {
  const words = ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...COPIED]
  const { exitCode, stdout } = await run("git", words, { cwd: checkout, allowFailure: true })
  if (exitCode === 0)
    return stdout.split("\0").filter((path) => path !== "" && existsSync(join(checkout, path)))
  throw new KitError(
    "NOT_A_CHECKOUT",
    `${checkout} is no checkout of git: what belongs to it can't be told`,
    {
      next: "clone the pipeline's repository, and run its `pipeline init` or `pipeline update`",
    },
  )
}

/**
 * @param {string} checkout
 * @returns {Promise<{version: string, address?: string, commit?: string}>}
 */
async function originOf(checkout) {
  const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"))
  const ask = async (/** @type {string[]} */ ...args) => {
    const { exitCode, stdout } = await run("git", args, { cwd: checkout, allowFailure: true })
    return exitCode === 0 ? stdout.trim() : ""
  }
  const address = await ask("remote", "get-url", "origin")
  const isShared = /^(?:https?|ssh):\/\/|^[^/]+:/.test(address)
  const commit = await ask("rev-parse", "HEAD")
  return { version, ...(isShared && { address }), ...(commit !== "" && { commit }) }
}
