import type { TrackedSymlink } from "./facts.js"

const LIMIT = 40

/** A tracked symbolic link and a path in the repository that decides what it leads to. */
export interface ResolvedLink {
  path: string
  target: string
}

/** The symbolic links of a repository, followed through one another. */
export class Symlinks {
  readonly #targets: Map<string, string>
  /**
   * Links that lead into the repository, in the order of their paths: each with the path where it
   * ends, and with every other link on the way, because changing that one changes where it ends.
   */
  readonly resolved: ResolvedLink[]

  constructor(links: readonly TrackedSymlink[]) {
    this.#targets = new Map(links.map(({ path, target }) => [path, target]))
    this.resolved = links.flatMap(({ path }) => {
      const { end, through } = this.#walk(path)
      const targets = new Set(end === null ? through : [...through, end])
      targets.delete(path)
      return [...targets].map((target) => ({ path, target }))
    })
  }

  /** Where a path really is; null if that is outside the repository or the links go in circles. */
  follow(path: string): string | null {
    return this.#walk(path).end
  }

  #walk(path: string): { end: string | null; through: string[] } {
    const through: string[] = []
    const done: string[] = []
    let waiting = path.split("/").reverse()
    while (waiting.length > 0) {
      const part = waiting.pop()
      if (part === undefined || part === "" || part === ".") continue
      if (part === "..") {
        if (done.pop() === undefined) return { end: null, through }
        continue
      }
      done.push(part)
      const place = done.join("/")
      const target = this.#targets.get(place)
      if (target === undefined) continue
      through.push(place)
      if (through.length > LIMIT || target.startsWith("/")) return { end: null, through }
      done.pop()
      waiting = [...waiting, ...target.split("/").reverse()]
    }
    return { end: done.length === 0 ? "." : done.join("/"), through }
  }
}
