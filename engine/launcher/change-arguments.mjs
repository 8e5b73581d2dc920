import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { KitError } from "../lib/errors.mjs"
import { run } from "../lib/process.mjs"
import { writeTimings } from "./earlier-runs.mjs"
import { readLastGreen, RECORDED } from "./last-green.mjs"
import { lastRun } from "./last-run.mjs"
import { registryEndpoint } from "./registry-endpoint.mjs"

/** Functions that decide by the change which services are concerned. */
const TAKE_CHANGES = new Set(["ci", "plan", "scan"])

/**
 * @typedef {object} ChangeCall
 * @property {string} root of the repository
 * @property {string | undefined} name of the function
 * @property {string[]} functionArguments
 * @property {NodeJS.ProcessEnv} environment
 */

/**
 * Adds to a call what the launcher knows of the checkout and a function can't see: how long earlier
 * runs took, which commits were green, where history can be fetched from.
 *
 * @param {ChangeCall} call
 * @param {{local?: boolean}} [options] local: git itself runs here, and knows the rest
 * @returns {Promise<string[]>} the arguments to call with
 * @throws {KitError} USAGE for an event file that can't be read
 */
export async function changeArguments(call, { local = false } = {}) {
  const { root, name, functionArguments } = call
  if (name === "report") return [...functionArguments, ...runArgument(call)]
  const endpoint = registryEndpoint(name, functionArguments, root)
  if (name === undefined || !TAKE_CHANGES.has(name)) return [...functionArguments, ...endpoint]
  checkEvent(functionArguments, root)
  const given = [...withRecordedGreen(functionArguments, root), ...endpoint]
  const timings = name === "plan" ? timingsArgument(given, root) : []
  const distant = local ? [] : await engineArguments({ ...call, functionArguments: given })
  return [...given, ...timings, ...distant]
}

/**
 * @param {string[]} words
 * @param {string} root
 */
function checkEvent(words, root) {
  const file = valueOf(words, "--event")
  if (file === undefined) return
  try {
    accessSync(resolve(root, file), constants.R_OK)
    if (statSync(resolve(root, file)).isFile()) return
  } catch {
    // Said below.
  }
  throw new KitError("USAGE", `\`--event=${file}\`: the file can't be read`, {
    next: "give the file that GITHUB_EVENT_PATH names",
  })
}

/**
 * @param {string[]} words
 * @param {string} root
 */
function withRecordedGreen(words, root) {
  if (valueOf(words, "--last-green") !== RECORDED) return words
  const at = words.findIndex((word) => word.startsWith("--last-green"))
  const length = words[at] === "--last-green" ? 2 : 1
  const pairs = Object.entries(readLastGreen(root)).map(([name, commit]) => `${name}=${commit}`)
  const recorded = pairs.length === 0 ? [] : [`--last-green=${pairs.join(",")}`]
  return [...words.slice(0, at), ...recorded, ...words.slice(at + length)]
}

/**
 * @param {string[]} words
 * @param {string} root
 */
function timingsArgument(words, root) {
  const shown = valueOf(words, "--format") ?? "table"
  const isBalanced = shown === "matrix" && has(words, "--shards")
  if (!(shown === "table" || isBalanced) || has(words, "--explain") || has(words, "--timings"))
    return []
  const path = writeTimings(root)
  return path === undefined ? [] : [`--timings=${path}`]
}

/**
 * The run that a report is about. In a job it is the job's own: another one may have run on the same
 * engine since. Elsewhere it is the engine's last, which may have been started without the launcher.
 *
 * @param {ChangeCall} call
 */
function runArgument({ root, functionArguments, environment }) {
  if (has(functionArguments, "--run") || has(functionArguments, "--from")) return []
  const run = lastRun(root)
  if (run === undefined) return []
  if (run.isLost) return [`--from=${run.path}`]
  return environment.GITHUB_ACTIONS === "true" ? [`--run=${run.id}`] : []
}

/**
 * What git finds in the user's own settings, and the engine does not get to see.
 *
 * @param {ChangeCall} call
 */
async function engineArguments({ root, name, functionArguments, environment }) {
  // Pushed images name where they come from, the same from every checkout.
  const pushes = has(functionArguments, "--push")
  if (name === "plan" ? has(functionArguments, "--all") : !has(functionArguments, "--changed"))
    return pushes && !has(functionArguments, "--remote") ? remoteAddress(root) : []
  const ignored = has(functionArguments, "--global-ignore") ? [] : await globalIgnore(root)
  if (has(functionArguments, "--remote") || !(pushes || needsRemote(root, environment)))
    return ignored
  const remote = await remoteAddress(root)
  return [
    ...ignored,
    ...remote,
    ...(remote.length > 0 ? token(functionArguments, environment) : []),
  ]
}

/** @param {string} root */
async function globalIgnore(root) {
  const { stdout } = await git(root, "config", "--type=path", "--get", "core.excludesFile")
  const config = process.env.XDG_CONFIG_HOME || join(homedir(), ".config")
  const file = stdout.trim() || join(config, "git", "ignore")
  const isThere = statSync(file, { throwIfNoEntry: false })?.isFile() === true
  return isThere && readFileSync(file, "utf8").trim() !== "" ? [`--global-ignore=${file}`] : []
}

/**
 * Whether history may be missing: always in CI, where pushes can name commits that are gone.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} environment
 */
function needsRemote(root, environment) {
  return environment.GITHUB_ACTIONS === "true" || existsSync(join(root, ".git", "shallow"))
}

/**
 * The address without credentials; those never leave the checkout.
 *
 * @param {string} root
 */
async function remoteAddress(root) {
  const { exitCode, stdout } = await git(root, "remote", "get-url", "origin")
  if (exitCode !== 0) return []
  const address = withoutCredentials(stdout.trim())
  const isLocal = existsSync(resolve(root, address.replace(/^file:\/\//, "")))
  // A folder of this machine is not in the engine.
  return address === "" || isLocal ? [] : [`--remote=${address}`]
}

/**
 * @param {string} address
 * @returns {string}
 */
export function withoutCredentials(address) {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, (_, scheme) =>
    /^https?:/i.test(scheme) ? scheme : _,
  )
}

/**
 * @param {string[]} words
 * @param {NodeJS.ProcessEnv} environment
 */
function token(words, environment) {
  const isKnown = environment.GITHUB_ACTIONS === "true" && environment.GITHUB_TOKEN
  return isKnown && !has(words, "--git-token") ? ["--git-token=env://GITHUB_TOKEN"] : []
}

/**
 * @param {string} root
 * @param {string[]} args
 */
function git(root, ...args) {
  return run("git", args, { cwd: root, allowFailure: true })
}

/**
 * @param {string[]} words
 * @param {string} flag
 */
function has(words, flag) {
  return words.some((word) => word === flag || word.startsWith(`${flag}=`))
}

/**
 * @param {string[]} words
 * @param {string} flag
 * @returns {string | undefined}
 */
function valueOf(words, flag) {
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`))
  const word = words[at]
  return word === flag ? words[at + 1] : word?.slice(flag.length + 1)
}
