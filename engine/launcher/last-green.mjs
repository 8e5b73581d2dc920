import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "../lib/process.mjs"

/** @typedef {import("./progress-lines.mjs").Row} Row */

/** What `--last-green` is given to mean "as recorded". */
export const RECORDED = "auto"

/**
 * The commit at which each service was last green in a run of this checkout.
 *
 * @param {string} root of the repository
 * @returns {Record<string, string>} full commit id by service name; empty when there is no record
 */
export function readLastGreen(root) {
  try {
    const record = JSON.parse(readFileSync(fileIn(root), "utf8"))
    const entries = Object.entries(record).filter(([, commit]) => /^[0-9a-f]{40,64}$/.test(commit))
    return Object.fromEntries(entries)
  } catch {
    return {}
  }
}

/**
 * Adds what a run found to the record. Services that it did not look at keep their commit.
 *
 * @param {string} root
 * @param {string} commit
 * @param {Row[]} rows
 */
export function recordGreen(root, commit, rows) {
  const green = greenServices(rows)
  if (green.length === 0) return
  const record = {
    ...readLastGreen(root),
    ...Object.fromEntries(green.map((name) => [name, commit])),
  }
  mkdirSync(join(root, ".pipeline"), { recursive: true })
  const unfinished = `${fileIn(root)}.${process.pid}`
  writeFileSync(unfinished, `${JSON.stringify(record, Object.keys(record).sort(), 2)}\n`)
  renameSync(unfinished, fileIn(root))
}

/**
 * The services that went through all of their stages, and nothing failed.
 *
 * @param {Row[]} rows
 * @returns {string[]}
 */
export function greenServices(rows) {
  const names = [...new Set(rows.map(({ service }) => service))]
  return names.filter((name) => {
    const own = rows.filter(({ service }) => service === name)
    return own.some(({ status }) => status === "passed") && own.every(isGreen)
  })
}

/** @param {Row} row a stage that there is nothing to do for is green; one that was not reached is not */
function isGreen({ status, reason }) {
  return status === "passed" || (status === "skipped" && !reason.startsWith("stopped by "))
}

/**
 * The checked-out commit, if the files are exactly its files: only then can a run say that it is green.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>}
 */
export async function cleanCommit(root) {
  const ask = (/** @type {string[]} */ ...args) =>
    run("git", args, { cwd: root, allowFailure: true, env: { GIT_OPTIONAL_LOCKS: "0" } })
  const [head, status] = await Promise.all([
    ask("rev-parse", "--verify", "--quiet", "HEAD"),
    ask("status", "--porcelain", "--untracked-files=normal"),
  ])
  const isClean = head.exitCode === 0 && status.exitCode === 0 && status.stdout === ""
  return isClean ? head.stdout.trim() : undefined
}

/** @param {string} root */
function fileIn(root) {
  return join(root, ".pipeline", "green.json")
}
