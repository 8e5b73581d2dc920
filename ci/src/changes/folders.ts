/**
 * A path and the folders around it, from the inside out. The last one is ".", the repository's root.
 */
export function withFolders(path: string): string[] {
  const folders = path === "." ? [] : [path]
  for (let end = path.lastIndexOf("/"); end !== -1; end = path.lastIndexOf("/", end - 1)) {
    folders.push(path.slice(0, end))
  }
  folders.push(".")
  return folders
}

/** Whether a path is a folder or something in it. */
export function isInside(path: string, folder: string): boolean {
  return folder === "." || path === folder || path.startsWith(`${folder}/`)
}

/** The part of a path below a folder that holds it; "" for the folder itself. */
export function below(path: string, folder: string): string {
  return folder === "." ? path : path.slice(folder.length + 1)
}
