import { pathPattern } from "./path-pattern.js"

/** Says whether a path, relative to the build context, is left out of it. */
export type Ignored = (path: string) => boolean

/**
 * Reads a .dockerignore file. The last line that matches a path or one of its folders decides;
 * a line that begins with `!` takes a path in again.
 */
export function dockerignore(text: string): Ignored {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .flatMap(readRule)
  return (path) => {
    const folders = foldersOf(path)
    const decides = ({ matches }: IgnoreRule) => folders.some((part) => matches.test(part))
    return rules.filter(decides).at(-1)?.ignores ?? false
  }
}

/** Reads patterns alone, as in COPY --exclude: a path that one of them matches is left out. */
export function anyPattern(patterns: readonly string[]): Ignored {
  return dockerignore(patterns.join("\n"))
}

interface IgnoreRule {
  matches: RegExp
  ignores: boolean
}

function readRule(line: string): IgnoreRule[] {
  const ignores = !line.startsWith("!")
  const pattern = clean(ignores ? line : line.slice(1).trim())
  return pattern === "" ? [] : [{ matches: pathPattern(pattern), ignores }]
}

/** The shortest spelling of a pattern: `./a//b/../c/` is `a/c`. Empty for the context itself. */
function clean(pattern: string): string {
  const parts: string[] = []
  for (const part of pattern.split("/")) {
    if (part === "" || part === ".") continue
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop()
    else parts.push(part)
  }
  return parts.join("/")
}

/** The path and every folder above it. */
function foldersOf(path: string): string[] {
  const parts = path.split("/")
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"))
}
