import { formatBytes } from "../lib/disk.mjs"
import { RUNNER_HOST_VARIABLE } from "../lib/environment.mjs"
import { KitError } from "../lib/errors.mjs"
import { nativeStatus } from "../lib/status.mjs"
import { chooseEngine } from "./choose-engine.mjs"
import { isReachable } from "./reachable.mjs"
import { elapsed } from "./row-lines.mjs"

/** @typedef {import("../lib/status.mjs").NativeStatus} NativeStatus */

/**
 * @typedef {object} EngineStatus
 * @property {string} kind "environment", "docker", "podman", "native", or "none"
 * @property {string} description which engine a run would take, and why
 * @property {boolean} usable
 * @property {string} home the folder outside the checkout that holds all the kit writes
 * @property {NativeStatus} native
 */

/**
 * Says which engine a run would take, and how the native one is.
 *
 * @param {{json: boolean}} options
 * @returns {Promise<number>} exit code: 0 usable, 1 not running
 */
export async function showStatus({ json }) {
  const status = await engineStatus()
  process.stdout.write(
    json ? `${JSON.stringify(status, null, 2)}\n` : `${formatStatus(status).join("\n")}\n`,
  )
  return status.usable ? 0 : 1
}

/** @returns {Promise<EngineStatus>} */
async function engineStatus() {
  const native = await nativeStatus()
  try {
    const { kind, description } = await chooseEngine()
    const usable =
      kind === "native"
        ? native.running
        : kind === "environment"
          ? await isReachable(process.env[RUNNER_HOST_VARIABLE] ?? "")
          : true
    return { kind, description, usable, home: native.home, native }
  } catch (error) {
    if (!(error instanceof KitError)) throw error
    return { kind: "none", description: error.message, usable: false, home: native.home, native }
  }
}

/**
 * @param {EngineStatus} status
 * @param {number} [now]
 * @returns {string[]}
 */
export function formatStatus({ kind, description, usable, native }, now = Date.now()) {
  const { disk } = native
  const lines = [
    ["engine", kind === "none" ? `none: ${description}` : description],
    [
      "usable",
      usable
        ? "yes"
        : kind === "native"
          ? "not running; any run starts it, or `./pipeline engine up`"
          : "no: nothing answers there",
    ],
    [
      "native engine",
      native.running
        ? `runs, process ${native.pid}, for ${elapsed(now - Date.parse(native.since ?? ""))}`
        : "does not run",
    ],
    ["  version", native.version],
    ["  address", native.address],
    ["  registry", native.registry ?? "does not run"],
    ["  stand-ins", standInsText(native)],
    [
      "  disk",
      `${formatBytes(disk.state ?? undefined)} cache${native.cacheLimit ? ` (limit ${formatBytes(native.cacheLimit)}${native.volumes ? `, ${formatBytes(native.volumes)} of it package cache volumes` : ""})` : ""}, ${formatBytes(disk.pieces ?? undefined)} programs, ${formatBytes(disk.registry ?? undefined)} registry`,
    ],
    ["  memory", native.memory === null ? "unknown" : formatBytes(native.memory)],
    ["  home", `${native.home} (${formatBytes(disk.free)} free)`],
  ]
  return lines.map(([label = "", text]) => `${label.padEnd(14)} ${text}`)
}

/** @param {NativeStatus} native */
function standInsText({ running, standIns }) {
  if (!running) return "decided when it starts"
  if (standIns.length === 0) return "none: docker.io answers"
  const repositories = [...new Set(standIns.map((image) => image.split(":")[0]))]
  return `served, because docker.io can't be reached: ${repositories.join(", ")} (their tags: --json)`
}
