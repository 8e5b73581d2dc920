/** Removes from the front what the pattern matches: `${X#p}`, or `${X##p}` when p starts with #. */
export function removePrefix(value: string, pattern: string): string {
  const greedy = pattern.startsWith("#")
  const match = anchored(greedy ? pattern.slice(1) : pattern, greedy, "start").exec(value)
  return match ? value.slice(match[0].length) : value
}

/** Removes from the end what the pattern matches: `${X%p}`, or `${X%%p}` when p starts with %. */
export function removeSuffix(value: string, pattern: string): string {
  const greedy = pattern.startsWith("%")
  const expression = anchored(greedy ? pattern.slice(1) : pattern, greedy, "end")
  // A regular expression finds the leftmost match, so the shortest suffix is found by trying
  // the later starts first.
  const starts = Array.from({ length: value.length + 1 }, (_, index) => index)
  for (const start of greedy ? starts : starts.reverse()) {
    if (expression.test(value.slice(start))) return value.slice(0, start)
  }
  return value
}

/** Replaces the first or every match of the pattern: `${X/p/r}` and `${X//p/r}`. */
export function replacePattern(
  value: string,
  pattern: string,
  replacement: string,
  everywhere: boolean,
): string {
  const expression = new RegExp(toSource(pattern, true), everywhere ? "gsu" : "su")
  return value.replace(expression, () => replacement)
}

function anchored(pattern: string, greedy: boolean, side: "start" | "end"): RegExp {
  const source = toSource(pattern, greedy)
  return new RegExp(side === "start" ? `^(?:${source})` : `^(?:${source})$`, "su")
}

/** `*` and `?` are the whole language; a backslash takes the next character literally. */
function toSource(pattern: string, greedy: boolean): string {
  let source = ""
  let literal = false
  for (const character of pattern) {
    if (!literal && character === "\\") {
      literal = true
      continue
    }
    if (!literal && character === "*") source += greedy ? ".*" : ".*?"
    else if (!literal && character === "?") source += "."
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&")
    literal = false
  }
  return source
}
