import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import type { Tree } from "../../../ci/adopt/tree.js"

/** The monorepos by shape that `init` is tried on. */
export const MONOREPOS = fileURLToPath(new URL("../../fixtures/monorepos", import.meta.url))

/** A repository from texts by path. */
export function treeOf(texts: Record<string, string>): Tree {
  return {
    files: Object.keys(texts).sort(),
    symlinks: new Map(),
    read: (path) => (Object.hasOwn(texts, path) ? texts[path] : undefined),
  }
}

/** A folder of the fixtures as a repository. */
export function fixture(name: string): Tree {
  const root = join(MONOREPOS, name)
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  return treeOf(
    Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), "utf8")])),
  )
}
