import { readdirSync } from "node:fs"
import { extname, join } from "node:path"

const EXTENSIONS = new Set([".ts", ".mts"])

/**
 * The TypeScript files of a module, as the SDK's entrypoint finds them, in a stable order.
 *
 * @param folder the module's `src`
 */
export function sourceFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
