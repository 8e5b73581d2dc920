// Docker decides "space" by Go's unicode.IsSpace. JavaScript's \s differs in two characters:
// it lacks NEXT LINE and has the byte order mark.
const SPACE_CLASS =
  "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"

const SPACE = new RegExp(`[${SPACE_CLASS}]`)
const LEADING_SPACE = new RegExp(`^[${SPACE_CLASS}]+`)
const TRAILING_SPACE = new RegExp(`[${SPACE_CLASS}]+$`)

/** True for a character that Docker takes for a space. */
export function isSpace(character: string): boolean {
  return SPACE.test(character)
}

/** Removes spaces at the start, by Docker's idea of a space. */
export function trimStart(text: string): string {
  return text.replace(LEADING_SPACE, "")
}

/** Removes spaces at both ends, by Docker's idea of a space. */
export function trim(text: string): string {
  return trimStart(text).replace(TRAILING_SPACE, "")
}
