import { cpus, loadavg, release, totalmem } from "node:os"
import { DAGGER_VERSION } from "../../engine/lib/paths.mjs"

/**
 * @typedef {object} Machine
 * @property {string} processor
 * @property {number} cores
 * @property {number} memoryGigabytes
 * @property {string} kernel
 * @property {string} node
 * @property {string} dagger
 * @property {number} load runnable processes in the minute before: well above 0 means that others were at work
 */

/**
 * What somebody who compares two results must know of the machine. No names, no paths.
 *
 * @returns {Machine}
 */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    dagger: DAGGER_VERSION,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}
