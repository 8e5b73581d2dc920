import micromatch from "micromatch"
import { normaliseGlob } from "../config/paths.js"
import { isInside } from "./folders.js"
import { lazily } from "./lazily.js"
import { PathIndex } from "./path-index.js"
import { compareText } from "./units.js"

/**
 * Names may hold any character, so "." in the generated expressions has to match a line break. The
 * matcher takes the flags of an expression; its type declarations call them a boolean.
 */
const OPTIONS = { dot: true, nocase: false, flags: "s" as unknown as boolean }

/** One glob, ready to match. */
export interface Glob {
  /** As written. */
  text: string
  /** The folder that holds everything the glob can match. */
  folder: string
  test: (path: string) => boolean
}

/** A list of globs: a path is in it if one glob matches and none with "!" does, in any order. */
export interface GlobList {
  /** The first matching glob in alphabetical order, or null. */
  match: (path: string) => string | null
}

/**
 * Compiles one glob. Without a wildcard it names a file, or a folder with everything in it. A path
 * that is spelt exactly like the glob matches too, so that names with brackets need no escape.
 */
export function compileGlob(text: string): Glob {
  const bare = normaliseGlob(text).replace(/^\.\//, "")
  const { isGlob, base } = micromatch.scan(bare)
  if (!isGlob) {
    const path = bare.replace(/\\(.)/g, "$1")
    return { text, folder: path, test: (candidate) => isInside(candidate, path) }
  }
  const folder = base === "" || base.includes("\\") ? "." : base
  // Most globs of most services are never asked about a path.
  const expression = lazily(() => micromatch.makeRe(bare, OPTIONS))
  const ending = /[^/*?[\](){}!+@|\\]*$/.exec(bare)?.[0] ?? ""
  return {
    text,
    folder,
    // The plain end of a glob like "**/*.md" rules most paths out before the expression does.
    test: (path) => path === bare || (path.endsWith(ending) && expression().test(path)),
  }
}

/** Compiles a list of globs. */
export function compileGlobList(globs: readonly string[]): GlobList {
  if (globs.length === 0) return { match: () => null }
  const compiled = lazily(() => {
    const { included, excluded } = splitGlobs(globs)
    return { positive: included.map(compileGlob), negative: excluded.map(compileGlob) }
  })
  return {
    match: (path) => {
      const { positive, negative } = compiled()
      const hit = positive.find((glob) => glob.test(path))
      if (hit === undefined || negative.some((glob) => glob.test(path))) return null
      return hit.text
    },
  }
}

/** A match of one of the lists in a `GlobIndex`. */
export interface GlobHit {
  name: string
  glob: string
}

/**
 * Many lists of globs, asked all at once. Each distinct glob is compiled and tested once, and only
 * for paths inside the folder that it begins with.
 */
export class GlobIndex {
  readonly #byFolder = new PathIndex<Entry>()
  readonly #byText = new Map<string, Entry>()

  /** Adds the list of one owner. */
  add(name: string, globs: readonly string[]): void {
    const { included, excluded } = splitGlobs(globs)
    const except = compileGlobList(excluded)
    for (const text of included) this.#entry(text).owners.push({ name, except })
  }

  /** Every list that has the path, and the globs that matched. */
  match(path: string): GlobHit[] {
    const matching = this.#byFolder.around(path).filter(({ glob }) => glob.test(path))
    return matching.flatMap((entry) => hitsOf(entry, path))
  }

  /** Every glob that reaches below a path: into a submodule, or through a symbolic link. */
  matchBelow(path: string): GlobHit[] {
    const beneath = this.#byFolder.inside(path).filter(({ glob }) => !glob.test(path))
    return beneath.flatMap((entry) => hitsOf(entry, path))
  }

  #entry(text: string): Entry {
    const known = this.#byText.get(text)
    if (known !== undefined) return known
    const entry: Entry = { glob: compileGlob(text), owners: [] }
    this.#byText.set(text, entry)
    this.#byFolder.add(entry.glob.folder, entry)
    return entry
  }
}

interface Entry {
  glob: Glob
  owners: { name: string; except: GlobList }[]
}

function hitsOf({ glob, owners }: Entry, path: string): GlobHit[] {
  return owners
    .filter(({ except }) => except.match(path) === null)
    .map(({ name }) => ({ name, glob: glob.text }))
}

/** "!(" begins a group of alternatives, "!" alone an exclusion. */
function splitGlobs(globs: readonly string[]): { included: string[]; excluded: string[] } {
  const sorted = [...new Set(globs)].sort(compareText)
  const isExclusion = (glob: string) => glob.startsWith("!") && !glob.startsWith("!(")
  return {
    included: sorted.filter((glob) => !isExclusion(glob)),
    excluded: sorted.filter(isExclusion).map((glob) => glob.slice(1)),
  }
}
