import { folderOf } from "../../dependencies/paths.js"
import type { Project } from "../language.js"
import { firstIn, foldersAbove, pathIn } from "../repository-files.js"

const CONFIGURATIONS = [".ruff.toml", "ruff.toml", "pyproject.toml"]

/**
 * The ruff configuration that a service inherits: the nearest one in the folders above it, and what
 * any of them extends. Texts by path from the repository's root.
 */
export async function inheritedRuffFiles({
  service,
  files,
}: Project): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const queue: string[] = []
  for (const folder of foldersAbove(service.path)) {
    const configuration = await ruffConfiguration(folder)
    if (configuration === undefined) continue
    queue.push(configuration)
    break
  }
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (path in found) continue
    const text = await files.read(path)
    found[path] = text
    const [, extended] = /^\s*extend\s*=\s*["']([^"']+)["']/m.exec(text) ?? []
    const target = extended === undefined ? undefined : pathIn(folderOf(path), extended)
    if (target !== undefined && files.has(target)) queue.push(target)
  }
  return found

  async function ruffConfiguration(folder: string): Promise<string | undefined> {
    for (const name of CONFIGURATIONS) {
      const path = firstIn(files, folder, [name])
      if (path === undefined) continue
      if (name !== "pyproject.toml" || (await files.read(path)).includes("[tool.ruff")) return path
    }
    return undefined
  }
}
