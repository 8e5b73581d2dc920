import type { TrackedSymlink } from "./facts.js"

const LIMIT = 40

/** A tracked symbolic link and the path in the repository that it leads to in the end. */
export interface ResolvedLink {
  path: string
  target: string
}

/** The symbolic links of a repository, followed through one another. */
export class Symlinks {
  readonly #targets: Map<string, string>
  /** Links that lead to a path inside the repository, in the order of their paths. */
  readonly resolved: ResolvedLink[]

  constructor(links: readonly TrackedSymlink[]) {
    this.#targets = new Map(links.map(({ path, target }) => [path, target]))
    this.resolved = links.flatMap(({ path }) => {
      const target = this.follow(path)
      return target === null ? [] : [{ path, target }]
    })
  }

  /** Where a path really is; null if that is outside the repository or the links go in circles. */
  follow(path: string): string | null {
    let waiting = path.split("/").reverse()
    let done: string[] = []
    for (let jumps = 0; waiting.length > 0; ) {
      const part = waiting.pop()
      if (part === undefined || part === "" || part === ".") continue
      if (part === "..") {
        if (done.pop() === undefined) return null
        continue
      }
      done.push(part)
      const target = this.#targets.get(done.join("/"))
      if (target === undefined) continue
      jumps += 1
      if (jumps > LIMIT || target.startsWith("/")) return null
      done.pop()
      waiting = [...waiting, ...target.split("/").reverse()]
    }
    return done.length === 0 ? "." : done.join("/")
  }
}
