import { folderOf, joinPath } from "../dependencies/paths.js"

/** The files of a repository, as far as languages need to know them. Paths are from its root. */
export interface RepositoryFiles {
  has(path: string): boolean
  /** The text of a file that there is. */
  read(path: string): Promise<string>
  /** Every path. */
  paths: readonly string[]
}

/** A folder, the folder above it, and so on up to the root, which is ".". */
export function foldersAbove(folder: string): string[] {
  const folders = [folder]
  for (let above = folder; above !== "."; ) {
    above = folderOf(above)
    folders.push(above)
  }
  return folders
}

/** The path of a name in a folder; the name may lead out of the folder, but not out of the repository. */
export function pathIn(folder: string, name: string): string | undefined {
  return joinPath(folder, name)
}

/** The first of some names that exists in a folder, as a path. */
export function firstIn(
  files: RepositoryFiles,
  folder: string,
  names: readonly string[],
): string | undefined {
  return names
    .map((name) => pathIn(folder, name))
    .find((path) => path !== undefined && files.has(path))
}

/** The first of some names in the nearest folder that has one, from a folder upwards. */
export function nearest(
  files: RepositoryFiles,
  folder: string,
  names: readonly string[],
): string | undefined {
  for (const above of foldersAbove(folder)) {
    const found = firstIn(files, above, names)
    if (found !== undefined) return found
  }
  return undefined
}
