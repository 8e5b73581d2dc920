import type { FileIndex } from "./file-index.js"
import { folderOf, isInside, joinPath } from "./paths.js"
import type { Owner, RepositoryFacts, Use } from "./types.js"

/** Links that lead in circles are followed no further than this. */
const LONGEST_CHAIN = 40

/** What an owner's symbolic links bring in from other folders of the repository. */
export function usesBySymlink(owner: Owner, facts: RepositoryFacts, index: FileIndex): Use[] {
  const uses: Use[] = []
  for (const [link, target] of facts.symlinks) {
    if (!isInside(link, owner.path)) continue
    const path = resolveLink(link, target, facts.symlinks)
    if (path === undefined || isInside(path, owner.path)) continue
    const what = `the symbolic link to ${target}`
    uses.push({ file: link, line: 1, what, paths: index.under(path) })
  }
  return uses
}

/** Where a link finally leads; undefined outside of the repository. */
function resolveLink(
  link: string,
  target: string,
  symlinks: ReadonlyMap<string, string>,
): string | undefined {
  let path = target.startsWith("/") ? undefined : joinPath(folderOf(link), target)
  for (let step = 0; step < LONGEST_CHAIN && path !== undefined; step++) {
    const through = linkIn(path, symlinks)
    if (through === undefined) return path
    const next = symlinks.get(through) ?? ""
    if (next.startsWith("/")) return undefined
    path = joinPath(folderOf(through), next, path.slice(through.length))
  }
  return undefined
}

/** The first part of a path that is itself a link. */
function linkIn(path: string, symlinks: ReadonlyMap<string, string>): string | undefined {
  const parts = path.split("/")
  return parts
    .map((_, index) => parts.slice(0, index + 1).join("/"))
    .find((part) => symlinks.has(part))
}
