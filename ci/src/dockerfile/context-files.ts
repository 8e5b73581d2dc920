import { anyPattern } from "./dockerignore.js"
import { pathPattern } from "./path-pattern.js"
import type { Source } from "./sources.js"

/**
 * The files that a source takes from the build context, of those given. A folder, or a pattern that
 * matches one, takes everything below. What .dockerignore leaves out is the caller's business.
 */
export function contextFiles(source: Source, files: readonly string[]): string[] {
  const excluded = anyPattern(source.exclude)
  const matched = matcher(source)
  return files.filter((file) => {
    const rest = matched(file)
    return rest !== undefined && !(source.exclude.length > 0 && excluded(rest))
  })
}

/** Gives the part of a path below what the source names; undefined when it does not match. */
type Matcher = (file: string) => string | undefined

function matcher({ path, parents }: Source): Matcher {
  if (path === ".") return (file) => file
  const parts = path.split("/")
  if (parents && parts.includes("**")) return anyDepth(path)
  const patterns = parts.map((part) => pathPattern(part.replace(/\*\*+/g, "*")))
  return (file) => {
    const names = file.split("/")
    const matches = patterns.every((pattern, index) => {
      const name = names[index]
      return name !== undefined && pattern.test(name)
    })
    if (!matches) return undefined
    return names.slice(patterns.length).join("/") || (names.at(-1) ?? "")
  }
}

/** With --parents, ** stands for any number of folders. */
function anyDepth(path: string): Matcher {
  const matches = anyPattern([path])
  return (file) => (matches(file) ? file : undefined)
}
