import { foldersUpTo } from "./paths.js"
import type { DependencyConfig, Owner } from "./types.js"

/** Who owns which folder, and who depends on whom. */
export class Owners {
  private readonly byPath = new Map<string, Owner[]>()
  private readonly byName = new Map<string, Owner>()

  constructor(config: Pick<DependencyConfig, "services" | "libraries">) {
    for (const owner of [...config.services, ...config.libraries]) {
      this.byPath.set(owner.path, [...(this.byPath.get(owner.path) ?? []), owner])
      this.byName.set(owner.name, owner)
    }
  }

  /** The owners of a file, the deepest folder first. */
  of(file: string): Owner[] {
    return [file, ...foldersUpTo(file, ".")].flatMap((folder) => this.byPath.get(folder) ?? [])
  }

  /** The names that an owner depends on, directly or through others, its own included. */
  dependenciesOf(owner: Owner): Set<string> {
    const names = new Set<string>()
    const waiting = [owner.name]
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (names.has(name)) continue
      names.add(name)
      waiting.push(...(this.byName.get(name)?.dependsOn ?? []))
    }
    return names
  }
}
