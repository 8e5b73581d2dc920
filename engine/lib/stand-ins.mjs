import { existsSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { RUN } from "./paths.mjs"
import { run } from "./process.mjs"

const FILE = join(RUN, "stand-ins")
const PROBE_IMAGE = "docker.io/library/debian:bookworm-slim"
const PROBE_TIMEOUT_MS = 10_000

/**
 * Whether docker.io itself gives images: then the kit's stand-ins are not served.
 *
 * @param {string} crane
 * @returns {Promise<boolean>}
 */
export async function canReachDockerHub(crane) {
  if (process.env.PIPELINE_STAND_INS === "1") return false
  const { exitCode } = await run(crane, ["digest", PROBE_IMAGE], {
    allowFailure: true,
    timeoutMs: PROBE_TIMEOUT_MS,
  })
  return exitCode === 0
}

/** @param {boolean} served */
export async function writeStandIns(served) {
  await writeFile(FILE, served ? "served" : "not needed")
}

/** @returns {Promise<boolean>} whether the running engine takes docker.io's images from the kit */
export async function readStandIns() {
  return existsSync(FILE) && (await readFile(FILE, "utf8")) === "served"
}
