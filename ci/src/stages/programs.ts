import { basename, join } from "node:path/posix"
import { PROGRAM_FOLDER } from "../languages/index.js"
import { moduleText } from "./module-folder.js"

/**
 * The pipeline's own programs, as texts by their paths in a container.
 *
 * @param names paths beside the languages, such as "python/check_imports.py"
 */
export async function programFiles(names: readonly string[]): Promise<Record<string, string>> {
  const files = names.map(async (name) => [
    join(PROGRAM_FOLDER, basename(name)),
    await moduleText(`src/languages/${name}`),
  ])
  return Object.fromEntries(await Promise.all(files))
}
