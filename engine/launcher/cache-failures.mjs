import { existsSync, readFileSync } from "node:fs"
import { ENGINE_LOG } from "../lib/engine.mjs"
import { DAGGER_VERSION } from "../lib/paths.mjs"
import { run } from "../lib/process.mjs"

/** @typedef {import("./choose-engine.mjs").EngineChoice} EngineChoice */
/** @typedef {import("./registry-cache.mjs").RegistryCache} RegistryCache */

const LOG_TIMEOUT_MS = 15_000

/**
 * Finds out after a run whether its cache could be read and written. Dagger
 * tells its client nothing of it, so the engine's log is asked.
 *
 * @param {RegistryCache} cache
 * @param {object} run
 * @param {EngineChoice} run.choice
 * @param {Date} run.started
 * @param {string | undefined} run.exportEnded why the launcher or the engine ended the export
 * @returns {Promise<string[]>} warnings
 */
export async function cacheFailures(cache, { choice, started, exportEnded }) {
  const cutOff = exportEnded
    ? [`the cache could not be written to ${cache.writes}: ${exportEnded}`]
    : []
  const log = await engineLog(choice.kind, started)
  if (log !== undefined) return [...readFailures(log, cache, started), ...cutOff]
  const unknown =
    cache.writes && !exportEnded
      ? [`whether the cache was written to ${cache.writes} only the log of that engine tells`]
      : []
  return [...unknown, ...cutOff]
}

/**
 * @param {EngineChoice["kind"]} kind
 * @param {Date} started
 * @returns {Promise<string | undefined>} undefined when there is no way to its log
 */
async function engineLog(kind, started) {
  if (kind === "native") return existsSync(ENGINE_LOG) ? readFileSync(ENGINE_LOG, "utf8") : ""
  if (kind === "environment") return undefined
  const { exitCode, stdout, stderr } = await run(
    kind,
    ["logs", "--since", started.toISOString(), `dagger-engine-${DAGGER_VERSION}`],
    { allowFailure: true, timeoutMs: LOG_TIMEOUT_MS },
  )
  return exitCode === 0 ? stdout + stderr : undefined
}

/**
 * Reads the engine's log for failures of the registry cache.
 *
 * @param {string} log lines of `time="..." level=... msg="..." error="..."`
 * @param {Pick<RegistryCache, "host" | "writes">} cache
 * @param {Date} started earlier lines belong to other runs
 * @returns {string[]} one warning for each kind of failure
 */
export function readFailures(log, { host, writes }, started) {
  // The log has whole seconds.
  const from = Math.floor(started.getTime() / 1000) * 1000
  const records = log
    .split("\n")
    .map(readRecord)
    .filter(({ time }) => time !== undefined && Date.parse(time) >= from)
  const written = records.findLast(
    ({ msg, error }) => msg?.startsWith("error running cache export") && error?.includes(host),
  )
  const read = records.find(
    (record) =>
      record.host === host && record.msg?.startsWith("fetch failed") && !isMissing(record.msg),
  )
  return [
    ...(read ? [`the cache could not be read from ${host}: ${readReason(read)}`] : []),
    ...(written && writes
      ? [`the cache could not be written to ${writes}: ${lastCause(written.error ?? "")}`]
      : []),
  ]
}

/** A branch that never wrote a cache has none. @param {string} msg */
function isMissing(msg) {
  return msg.includes("404 Not Found")
}

/** @param {Record<string, string | undefined>} record */
function readReason({ msg = "", error }) {
  return error ? lastCause(error) : msg.replace("fetch failed after status: ", "it answers ")
}

/** @param {string} error e.g. `error writing layer blob: failed to do request: Head "https://...": dial tcp ...` */
function lastCause(error) {
  return error.replace(/^(?:error writing [a-z ]+: |failed to do request: )+/, "").slice(0, 300)
}

/**
 * @param {string} line in logfmt
 * @returns {Record<string, string | undefined>}
 */
function readRecord(line) {
  const pairs = line.matchAll(/(?<key>[\w-]+)=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>\S*))/g)
  return Object.fromEntries(
    [...pairs].map(({ groups }) => [
      groups?.key ?? "",
      groups?.quoted?.replaceAll(/\\(.)/g, "$1") ?? groups?.bare,
    ]),
  )
}
