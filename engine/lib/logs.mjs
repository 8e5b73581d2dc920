import { existsSync } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { ENGINE_LOG } from "./engine.mjs"
import { KitError } from "./errors.mjs"
import { LOGS } from "./paths.mjs"

export const LOG_NAMES = ["engine", "registry", "build"]

/**
 * The log file of a part of the kit.
 *
 * @param {string} name one of LOG_NAMES; "build" is the newest log of a build
 * @returns {Promise<string>}
 * @throws {KitError} USAGE, NO_LOG
 */
export async function logFile(name) {
  if (!LOG_NAMES.includes(name))
    throw new KitError("USAGE", `there is no log \`${name}\``, {
      next: `one of ${LOG_NAMES.join(", ")}`,
    })
  const file =
    name === "engine"
      ? ENGINE_LOG
      : name === "registry"
        ? join(LOGS, "registry.log")
        : await newestBuildLog()
  if (file !== undefined && existsSync(file)) return file
  throw new KitError("NO_LOG", `there is no ${name} log in ${LOGS} yet`, {
    next: "`./pipeline engine up` starts the native engine",
    exitCode: 1,
  })
}

/** @returns {Promise<string | undefined>} */
async function newestBuildLog() {
  if (!existsSync(LOGS)) return undefined
  const files = (await readdir(LOGS))
    .filter((name) => name.startsWith("build-"))
    .map((name) => join(LOGS, name))
  const dated = await Promise.all(
    files.map(async (file) => ({ file, modified: (await stat(file)).mtimeMs })),
  )
  return dated.sort((one, other) => other.modified - one.modified)[0]?.file
}
