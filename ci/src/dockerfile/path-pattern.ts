/**
 * Turns a pattern of .dockerignore into a test of whole paths: `*` and `?` stay within a folder,
 * `**` spans folders, `[a-z]` is a set of characters and a backslash takes the next one literally.
 */
export function pathPattern(pattern: string): RegExp {
  // Docker compares the end of the path when nothing special follows: **.pyc matches a/b.pyc.
  const [, ending] = /^\*\*([^*?[\]\\/][^*?[\]\\]*)$/.exec(pattern) ?? []
  if (ending !== undefined) return new RegExp(`${[...ending].map(literal).join("")}$`, "su")
  const characters = [...pattern]
  let source = ""
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ""
    if (character === "*" && characters[at + 1] === "*") {
      at++
      if (characters[at + 1] === "/") at++
      source += at + 1 < characters.length ? "(?:.*/)?" : ".*"
    } else if (character === "*") source += "[^/]*"
    else if (character === "?") source += "[^/]"
    else if (character === "\\") source += literal(characters[++at] ?? "\\")
    else if (character === "[") {
      const set = readSet(characters, at)
      source += set?.source ?? literal(character)
      at = set?.end ?? at
    } else source += literal(character)
  }
  return new RegExp(`^${source}$`, "su")
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&")
}

/** Reads `[a-z]` or `[^a-z]`; undefined when the set is empty, backwards or never closed. */
function readSet(
  characters: readonly string[],
  start: number,
): { source: string; end: number } | undefined {
  const negated = characters[start + 1] === "^"
  const first = start + (negated ? 2 : 1)
  const end = characters.indexOf("]", first)
  if (end <= first) return undefined
  const inner = characters.slice(first, end).join("")
  const escaped = inner.replace(/[\\[\]^|(){}/]/g, "\\$&")
  try {
    const source = `[${negated ? "^" : ""}${escaped}]`
    return { source: new RegExp(source, "u").source, end }
  } catch {
    return undefined
  }
}
