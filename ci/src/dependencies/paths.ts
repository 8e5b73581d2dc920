/** The folder that a path lies in; "." at the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/")
  return slash < 0 ? "." : path.slice(0, slash)
}

/** Joins and resolves `.` and `..`; undefined when the path leaves the repository. */
export function joinPath(...pieces: string[]): string | undefined {
  const parts: string[] = []
  for (const part of pieces.join("/").split("/")) {
    if (part === "" || part === ".") continue
    if (part !== "..") parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join("/") || "."
}

/** True for a folder's own path and everything below. */
export function isInside(path: string, folder: string): boolean {
  return folder === "." || path === folder || path.startsWith(`${folder}/`)
}

/** The folder of a path, the folder above, and so on, down to and including `top`. */
export function foldersUpTo(path: string, top: string): string[] {
  const folders: string[] = []
  for (let folder = folderOf(path); isInside(folder, top); folder = folderOf(folder)) {
    folders.push(folder)
    if (folder === ".") break
  }
  return folders
}
