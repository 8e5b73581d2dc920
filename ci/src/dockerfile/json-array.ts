/** The strings of a JSON array; undefined when the text is none, or holds other things. */
export function readJsonArray(text: string): string[] | undefined {
  const elements = parseArray(text)
  return elements?.every((element) => typeof element === "string") ? elements : undefined
}

/** True for a JSON array that holds anything but strings: Docker refuses it. */
export function isArrayOfOthers(text: string): boolean {
  return parseArray(text)?.some((element) => typeof element !== "string") ?? false
}

/**
 * True for a command that was meant as a JSON array but is none, so Docker hands it to the shell.
 * `[ -f x ]` and `[[ -f x ]]` are tests of the shell, and `[a-z]*` is a pattern of it.
 */
export function looksLikeArray(text: string): boolean {
  if (!text.startsWith("[") || parseArray(text)) return false
  if (/^\[\s*["'“”‘’]/.test(text)) return !/^\[\s/.test(text) || /["'“”‘’]\s*,/.test(text)
  return /^\[[^\s[\]]+(?:\s*,|\]$)/.test(text)
}

function parseArray(text: string): unknown[] | undefined {
  if (!text.startsWith("[")) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
