import { existsSync } from "node:fs"
import { mkdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { SHIM_FOLDER } from "./dagger-cli.mjs"
import { quote } from "./shell.mjs"

/** Runs the CLI that PIPELINE_DAGGER_CLI names. */
export const SHIM = fileURLToPath(new URL("dagger-shim.sh", import.meta.url))

/**
 * Puts a `dagger` into the engine's home that runs a real one: a shell keeps
 * working when this checkout moves.
 *
 * @param {string} dagger path of the real CLI
 * @param {string} [folder]
 */
export async function installShim(dagger, folder = SHIM_FOLDER) {
  const text = (await readFile(SHIM, "utf8")).replace("@DAGGER@", () => quote(dagger))
  const file = join(folder, "dagger")
  if (existsSync(file) && (await readFile(file, "utf8")) === text) return
  await mkdir(folder, { recursive: true })
  // Renamed when whole: another shell may be starting it right now.
  const unfinished = `${file}.${process.pid}`
  await writeFile(unfinished, text, { mode: 0o755 })
  await rename(unfinished, file)
}
