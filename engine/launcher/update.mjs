import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { KitError } from "../lib/errors.mjs"
import { CHECKOUT } from "../lib/paths.mjs"
import { run } from "../lib/process.mjs"
import { usage } from "./arguments.mjs"
import { confirmed } from "./confirm.mjs"
import {
  copyPipeline,
  gitAddress,
  ORIGIN_FILE,
  readBlueprint,
  resolveRef,
  splitSource,
} from "./pin.mjs"
import { pinnedVersions, versionChanges } from "./pinned-versions.mjs"
import { findUp } from "./repository.mjs"

/** How many commits are shown one by one. */
const MOST_COMMITS = 30
const LAUNCHER = "engine/launcher/adopted.sh"

/**
 * @typedef {object} Wish
 * @property {boolean} yes change without asking
 * @property {string | undefined} to tag or commit to move to
 * @property {string | undefined} from checkout, or git address with "@" and a tag, that a copy is made anew from
 * @property {boolean} images whether registries are asked about base images, which takes an engine
 *
 * @typedef {import("./pin.mjs").Blueprint} Blueprint
 */

/**
 * Moves a repository to another version of the pipeline, and shows before what that changes.
 *
 * @param {string[]} words what follows `update`
 * @returns {Promise<number>} exit code
 * @throws {KitError} USAGE, NOT_ADOPTED, UNREACHABLE, NO_SUCH_REF
 */
export async function runUpdate(words) {
  const wish = readWish(words)
  const root = findUp(process.cwd(), "dagger.json")
  const blueprint = root === undefined ? undefined : readBlueprint(root)
  if (root === undefined || blueprint === undefined) throw notAdopted(root ?? process.cwd())
  const moved =
    blueprint.pin === undefined
      ? await updateCopy(root, blueprint, wish)
      : await updatePin(root, { ...blueprint, pin: blueprint.pin }, wish)
  return moved !== 0 || !wish.images ? moved : showImages(root)
}

/**
 * Shows which of the digests that pipeline.yaml pins are no longer what their tags stand for.
 *
 * @param {string} root
 * @returns {Promise<number>} exit code
 */
async function showImages(root) {
  if (!/^[^#\n]*\bsha256:[0-9a-f]{64}/m.test(readIfThere(join(root, "pipeline.yaml")))) {
    print("\nBase images: pipeline.yaml pins none by digest (docs/images.md)")
    return 0
  }
  print("\n== base images in pipeline.yaml")
  const { runCall } = await import("./call.mjs")
  const functionArguments = ["update-images", "diff"]
  const exitCode = await runCall({
    kind: "call",
    daggerFlags: [],
    functionArguments,
    install: true,
  })
  print(
    exitCode === 0
      ? "Without lines above, every tag is what it was. `./pipeline update-images file -o pipeline.yaml` writes them."
      : "The registries could not be asked about base images. `--no-images` leaves them out.",
  )
  return exitCode
}

/**
 * @param {string[]} words
 * @returns {Wish}
 */
function readWish(words) {
  /** @type {Wish} */
  const wish = { yes: false, to: undefined, from: undefined, images: true }
  for (const word of words) {
    const [, name, value] = /^--(to|from)=(.+)$/.exec(word) ?? []
    if (word === "--yes") wish.yes = true
    else if (word === "--no-images") wish.images = false
    else if (name === "to") wish.to = value
    else if (name === "from") wish.from = value
    else
      throw usage(
        `\`update\` does not take \`${word}\`: there are --yes, --to=TAG, --from=CHECKOUT, --no-images`,
      )
  }
  return wish
}

/** @param {string} root */
function notAdopted(root) {
  return new KitError("NOT_ADOPTED", `${join(root, "dagger.json")} names no pipeline to update`, {
    next: "`init` writes one that does; the pipeline's own repository is updated by git",
  })
}

/**
 * @param {string} root
 * @param {Blueprint & {pin: string}} blueprint
 * @param {Wish} wish
 */
async function updatePin(root, blueprint, { yes, to, from }) {
  if (from !== undefined)
    throw usage("`--from` is for a copy in a folder; this repository pins a commit: --to=TAG")
  const { address } = splitSource(blueprint.source)
  const { commit, name } = await resolveRef(address, to)
  if (commit === blueprint.pin) {
    print(
      `The pipeline is up to date: ${address}, ${name === commit ? "" : `${name}, `}commit ${commit}`,
    )
    return 0
  }
  return withScratch(async (scratch) => {
    await fetchBoth(scratch, address, blueprint.pin, commit)
    print(
      `The pipeline: ${address}, from ${blueprint.pin} to ${commit}${name === commit ? "" : ` (${name})`}\n`,
    )
    print(await whatChanged(scratch, blueprint.pin, commit))
    const before = readFileSync(join(root, "dagger.json"), "utf8")
    const after = before
      .replace(JSON.stringify(blueprint.source), JSON.stringify(`${address}@${name}`))
      .replace(JSON.stringify(blueprint.pin), JSON.stringify(commit))
    print(`\n== dagger.json\n${await difference(scratch, before, after)}`)
    const { stdout: launcher } = await run("git", ["show", `${commit}:${LAUNCHER}`], {
      cwd: scratch,
    })
    const isNewLauncher = launcher !== readIfThere(join(root, "pipeline"))
    if (isNewLauncher)
      print(
        `\n== pipeline\n${await difference(scratch, readIfThere(join(root, "pipeline")), launcher)}`,
      )
    if (!(await confirmed({ yes, question: "Change these?" }))) return 0
    writeFileSync(join(root, "dagger.json"), after)
    if (isNewLauncher) writeFileSync(join(root, "pipeline"), launcher)
    print(`Changed. ${NEXT}`)
    return 0
  })
}

const NEXT =
  "Next: `./pipeline ci` runs everything with it; commit when it is green. Services stay on an environment's old images until they are deployed (docs/maintenance.md)."

/**
 * @param {string} root
 * @param {Blueprint} blueprint
 * @param {Wish} wish
 */
async function updateCopy(root, { source }, { yes, to, from }) {
  const folder = source.replace(/^\.\//, "")
  const target = join(root, folder)
  return withScratch(async (scratch) => {
    const checkout = await sourceOfCopy(scratch, { target, to, from })
    const fresh = join(scratch, "copy")
    await copyPipeline(fresh, checkout)
    const words = [
      "diff",
      "--no-index",
      "--no-color",
      "--stat=100",
      "--stat-count=60",
      "--",
      target,
      fresh,
    ]
    const { stdout, exitCode } = await run("git", words, { allowFailure: true })
    if (exitCode === 0) {
      print(`The pipeline in ${folder} is up to date`)
      return 0
    }
    const versions = [target, fresh].map((each) => describeCopy(each))
    print(`The pipeline in ${folder}: from ${versions[0]} to ${versions[1]}\n`)
    print(
      stdout
        .replaceAll(`${fresh}/`, "")
        .replaceAll(`${target.replace(/^\//, "")}/`, "")
        .trimEnd(),
    )
    const versionsIn = (/** @type {string} */ copy) =>
      pinnedVersions((path) => readIfThere(join(copy, path)))
    print(versionLines(await versionsIn(target), await versionsIn(fresh)).join("\n"))
    if (!(await confirmed({ yes, question: `Put it into ${folder}?` }))) return 0
    rmSync(target, { recursive: true, force: true })
    cpSync(fresh, target, { recursive: true, verbatimSymlinks: true })
    cpSync(join(fresh, LAUNCHER), join(root, "pipeline"))
    print(`Changed. ${NEXT}`)
    return 0
  })
}

/**
 * A checkout that a copy is made from: the one that was named, the one this program is part of when
 * that is another one, or a clone of where the copy came from.
 *
 * @param {string} scratch
 * @param {{target: string, to: string | undefined, from: string | undefined}} wish
 */
async function sourceOfCopy(scratch, { target, to, from }) {
  if (from !== undefined && existsSync(join(from, "engine/launcher/main.mjs"))) return from
  const own = CHECKOUT.replace(/\/$/, "")
  if (from === undefined && to === undefined && own !== target && existsSync(join(own, ".git")))
    return own
  const origin = readOrigin(target)
  const { address, ref } =
    from === undefined ? { address: origin.address, ref: to } : splitSource(from)
  if (address === undefined)
    throw new KitError("NO_ORIGIN", `${target} does not say where it was copied from`, {
      next: "name a checkout of the pipeline: --from=../pipeline, or its address: --from=https://...@v1.2.3",
    })
  const { commit } = await resolveRef(address, to ?? ref)
  const clone = join(scratch, "clone")
  await run("git", ["init", "--quiet", clone])
  await fetchCommits(clone, address, [commit])
  await run("git", ["-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit], {
    cwd: clone,
  })
  await run("git", ["remote", "add", "origin", gitAddress(address)], { cwd: clone })
  return clone
}

/**
 * @param {string} folder
 * @returns {{version?: string, address?: string, commit?: string}}
 */
function readOrigin(folder) {
  const text = readIfThere(join(folder, ORIGIN_FILE))
  return text === "" ? {} : JSON.parse(text)
}

/**
 * @param {Map<string, string>} before
 * @param {Map<string, string>} after
 */
function versionLines(before, after) {
  const changes = versionChanges(before, after)
  return [
    "\n== scanners and packages",
    ...(changes.length === 0 ? ["the same versions"] : changes.map((line) => `  ${line}`)),
  ]
}

/** @param {string} folder */
function describeCopy(folder) {
  const { version = "an unknown version", commit } = readOrigin(folder)
  return commit === undefined ? version : `${version} (${commit.slice(0, 12)})`
}

/**
 * @param {string} scratch
 * @param {string} address
 * @param {string} before
 * @param {string} after
 */
async function fetchBoth(scratch, address, before, after) {
  await run("git", ["init", "--quiet", scratch])
  await fetchCommits(scratch, address, [before, after])
}

/**
 * @param {string} repository
 * @param {string} address
 * @param {string[]} commits
 */
async function fetchCommits(repository, address, commits) {
  const fetch = (/** @type {string[]} */ refs) =>
    run("git", ["fetch", "--quiet", "--tags", gitAddress(address), ...refs], {
      cwd: repository,
      allowFailure: true,
      env: { GIT_TERMINAL_PROMPT: "0" },
    })
  // Not every server gives commits by their ids.
  await fetch(["+refs/heads/*:refs/remotes/origin/*"])
  for (const commit of commits) {
    const isThere = async () =>
      (
        await run("git", ["cat-file", "-e", `${commit}^{commit}`], {
          cwd: repository,
          allowFailure: true,
        })
      ).exitCode === 0
    if (await isThere()) continue
    await fetch([commit])
    if (await isThere()) continue
    throw new KitError("NO_SUCH_REF", `${address} has no commit ${commit}`, { exitCode: 3 })
  }
}

/**
 * @param {string} repository
 * @param {string} before
 * @param {string} after
 */
async function whatChanged(repository, before, after) {
  const git = async (/** @type {string[]} */ ...args) =>
    (await run("git", args, { cwd: repository, allowFailure: true })).stdout.trimEnd()
  const { exitCode } = await run("git", ["merge-base", "--is-ancestor", before, after], {
    cwd: repository,
    allowFailure: true,
  })
  const count = Number(await git("rev-list", "--count", `${before}..${after}`))
  const log = await git(
    "log",
    "--oneline",
    "--no-decorate",
    `--max-count=${MOST_COMMITS}`,
    `${before}..${after}`,
  )
  const changes = await git("diff", "--no-color", before, after, "--", "CHANGELOG.md")
  return [
    ...(exitCode !== 0 ? ["It is not a successor of what is pinned now."] : []),
    `${count} ${count === 1 ? "commit" : "commits"}:`,
    ...log.split("\n").map((line) => `  ${line}`),
    ...(count > MOST_COMMITS ? [`  and ${count - MOST_COMMITS} more`] : []),
    ...(changes === "" ? [] : [`\n== CHANGELOG.md of the pipeline\n${body(changes)}`]),
    ...versionLines(
      await pinnedVersions((path) => git("show", `${before}:${path}`)),
      await pinnedVersions((path) => git("show", `${after}:${path}`)),
    ),
  ].join("\n")
}

/**
 * @param {string} scratch
 * @param {string} before
 * @param {string} after
 */
async function difference(scratch, before, after) {
  writeFileSync(join(scratch, "before"), before)
  writeFileSync(join(scratch, "after"), after)
  const words = [
    "diff",
    "--no-index",
    "--no-color",
    "--",
    join(scratch, "before"),
    join(scratch, "after"),
  ]
  return body((await run("git", words, { allowFailure: true })).stdout)
}

/** @param {string} diff */
function body(diff) {
  return diff
    .split("\n")
    .filter((line) => !/^(?:diff --git|index |--- |\+\+\+ )/.test(line))
    .join("\n")
    .trimEnd()
}

/** @param {string} file */
function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : ""
}

/**
 * @template T
 * @param {(folder: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withScratch(work) {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-update-"))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`)
}
