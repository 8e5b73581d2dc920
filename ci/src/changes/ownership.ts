import type { ChangedFile, TrackedSymlink } from "./facts.js"
import { below } from "./folders.js"
import { compileGlobList, GlobIndex, type GlobList } from "./globs.js"
import { PathIndex } from "./path-index.js"
import type { Reason } from "./plan.js"
import { Symlinks } from "./symlinks.js"
import type { Unit } from "./units.js"

/** A service or library that a changed path belongs to, and why. */
export interface Claim {
  name: string
  reason: Reason
}

/** Whom a changed path belongs to. */
export interface Attribution {
  claims: Claim[]
  /** Units whose folder holds the path, but whose `ignore` leaves it out. */
  ignoredBy: string[]
}

/** The part of a change that decides who owns it. */
export type Touched = Pick<ChangedFile, "path" | "types">

/**
 * Says which services and libraries a path belongs to.
 *
 * A path belongs to each unit whose folder holds it, however deep, unless that unit ignores it; to a
 * service whose Dockerfile (or the Dockerfile's ignore file) it is; to a service with an `inputs`
 * glob that matches; and to whoever owns a tracked symbolic link that leads to it. A submodule or a
 * link stands for everything below it.
 */
export class Ownership {
  readonly #folders = new PathIndex<Folder>()
  readonly #dockerfiles = new PathIndex<string>()
  readonly #inputs = new GlobIndex()
  readonly #linksByTarget = new PathIndex<OwnedLink>()

  constructor(units: readonly Unit[], symlinks: readonly TrackedSymlink[]) {
    const links = new Symlinks(symlinks)
    for (const unit of units) this.#addUnit(unit, links)
    this.#addLinks(links)
  }

  /** Whom a changed path belongs to. */
  attribute({ path, types }: Touched): Attribution {
    const special = types !== undefined && types.length > 0
    const { claims, ignoredBy } = this.#direct(path, special)
    const known = new Set(claims.map(({ name }) => name))
    const links = new Set([
      ...this.#linksByTarget.around(path),
      ...(special ? this.#linksByTarget.inside(path) : []),
    ])
    // A link can lead to a path in more than one way: directly, and through other links.
    const linkedBy = new Map([...links].map((link) => [link.path, link.owners]))
    for (const [link, owners] of linkedBy) {
      for (const name of owners) {
        if (known.has(name)) continue
        claims.push({ name, reason: { kind: "symlink", file: path, link } })
      }
    }
    return { claims, ignoredBy }
  }

  #addUnit(unit: Unit, links: Symlinks): void {
    const ignore = compileGlobList(unit.ignore ?? [])
    // A folder that is reached through a link has its files elsewhere.
    for (const path of new Set([unit.path, links.follow(unit.path) ?? unit.path])) {
      this.#folders.add(path, { name: unit.name, path, ignore })
    }
    for (const file of dockerfilesOf(unit)) this.#dockerfiles.add(file, unit.name)
    this.#inputs.add(unit.name, unit.inputs ?? [])
  }

  /**
   * A link belongs to whoever owns its place, and to whoever reaches that place through another link.
   * Links can lead to one another in circles, so owners are passed on until nothing is new.
   */
  #addLinks(links: Symlinks): void {
    const byPlace = new PathIndex<OwnedLink>()
    for (const { path, target } of links.resolved) {
      const link = { path, target, owners: new Set<string>() }
      byPlace.add(path, link)
      this.#linksByTarget.add(target, link)
    }
    const waiting = byPlace.inside(".").map((link) => {
      const owners = this.#direct(link.path, true).claims.map(({ name }) => name)
      return { link, owners }
    })
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { link } = next
      const owners = next.owners.filter((name) => !link.owners.has(name))
      if (owners.length === 0) continue
      for (const name of owners) link.owners.add(name)
      for (const inner of byPlace.inside(link.target)) waiting.push({ link: inner, owners })
    }
  }

  /** Claims that need no link. */
  #direct(path: string, special: boolean): Attribution {
    const owners = this.#folders.around(path)
    const keeping = owners.filter((owner) => owner.ignore.match(below(path, owner.path)) === null)
    const beneath = special ? this.#folders.inside(path) : []
    const own = new Set([...keeping, ...beneath].map(({ name }) => name))
    const others = [
      ...this.#dockerfileClaims(path, special),
      ...this.#inputClaims(path, special),
    ].filter(({ name }) => !own.has(name))
    const ownClaims = [...own].map((name) => claim(name, { kind: "own-file", file: path }))
    const ignoredBy = owners.map(({ name }) => name).filter((name) => !own.has(name))
    return { claims: [...ownClaims, ...others], ignoredBy }
  }

  #dockerfileClaims(path: string, special: boolean): Claim[] {
    const names = special ? this.#dockerfiles.inside(path) : this.#dockerfiles.at(path)
    return [...new Set(names)].map((name) => claim(name, { kind: "dockerfile", file: path }))
  }

  #inputClaims(path: string, special: boolean): Claim[] {
    const hits = [...this.#inputs.match(path), ...(special ? this.#inputs.matchBelow(path) : [])]
    return hits.map(({ name, glob }) => claim(name, { kind: "input", file: path, glob }))
  }
}

interface Folder {
  name: string
  path: string
  ignore: GlobList
}

interface OwnedLink {
  path: string
  target: string
  owners: Set<string>
}

function claim(name: string, reason: Reason): Claim {
  return { name, reason }
}

/** The Dockerfile, and the files that say what a build with it may see. */
function dockerfilesOf({ dockerfile, build }: Unit): string[] {
  const context = build?.context === "repository" ? [".dockerignore"] : []
  if (dockerfile === undefined) return context
  return [dockerfile, `${dockerfile}.dockerignore`, ...context]
}
