import { withFolders } from "./folders.js"

/**
 * Values by path, to be found from the paths around them: the time for a question depends on the
 * depth of the path and the number of answers, not on the number of values.
 */
export class PathIndex<V> {
  readonly #entries: { path: string; value: V }[] = []
  readonly #at = new Map<string, V[]>()
  #inside: Map<string, V[]> | null = null

  add(path: string, value: V): void {
    this.#entries.push({ path, value })
    addTo(this.#at, path, value)
    this.#inside = null
  }

  /** The values at a path. */
  at(path: string): readonly V[] {
    return this.#at.get(path) ?? []
  }

  /** The values at a path and at the folders that hold it, from the inside out. */
  around(path: string): V[] {
    const found: V[] = []
    for (const folder of withFolders(path)) {
      const values = this.#at.get(folder)
      if (values !== undefined) found.push(...values)
    }
    return found
  }

  /** The values at a path and at everything inside it. */
  inside(path: string): readonly V[] {
    this.#inside ??= this.#indexInside()
    return this.#inside.get(path) ?? []
  }

  #indexInside(): Map<string, V[]> {
    const lists = new Map<string, V[]>()
    for (const { path, value } of this.#entries) {
      for (const folder of withFolders(path)) addTo(lists, folder, value)
    }
    return lists
  }
}

/** Adds a value to a list in a map of lists. */
function addTo<V>(lists: Map<string, V[]>, key: string, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
