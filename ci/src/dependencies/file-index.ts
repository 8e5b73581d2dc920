/** The files of a repository, sorted, so that a folder's files are found without a full search. */
export class FileIndex {
  private readonly sorted: readonly string[]
  private readonly known: ReadonlySet<string>

  constructor(files: readonly string[]) {
    this.sorted = [...files].sort()
    this.known = new Set(files)
  }

  has(file: string): boolean {
    return this.known.has(file)
  }

  /** True for a folder that holds at least one file. */
  hasFolder(folder: string): boolean {
    return (
      folder === "." || (this.sorted[this.firstFrom(`${folder}/`)] ?? "").startsWith(`${folder}/`)
    )
  }

  /** The files inside a folder, or the one file of that path. */
  under(path: string): string[] {
    if (path === ".") return [...this.sorted]
    const prefix = `${path}/`
    const files = this.has(path) ? [path] : []
    for (let at = this.firstFrom(prefix); this.sorted[at]?.startsWith(prefix); at++) {
      files.push(this.sorted[at] ?? "")
    }
    return files
  }

  private firstFrom(text: string): number {
    let low = 0
    let high = this.sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.sorted[middle] ?? "") < text) low = middle + 1
      else high = middle
    }
    return low
  }
}
