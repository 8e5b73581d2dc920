// @ts-check

/** A folder or file of this name, wherever it is. */
const NAME_ANYWHERE = /^\*\*\/([^!*/?[\]\\]+)$/

/**
 * Compiles gitignore-style globs into one question. The last glob that matches a path or one of its
 * folders decides; "!" in front takes back.
 *
 * @param {readonly string[]} globs
 * @returns {(path: string) => boolean}
 */
export function ignoreMatcher(globs) {
  const rules = globs.filter((glob) => glob.trim() !== "").map(compileRule)
  if (rules.length === 0) return () => false
  if (rules.every((rule) => !rule.negated)) {
    // Thousands of paths may be asked about: a set for plain names, and one expression for the rest.
    const names = new Set(rules.flatMap(({ name }) => name ?? []))
    const others = rules.filter(({ name }) => name === undefined)
    const sources = others.map(({ pattern }) => pattern.source)
    const any = sources.length > 0 ? new RegExp(sources.join("|"), "s") : undefined
    return (path) => path.split("/").some((part) => names.has(part)) || any?.test(path) === true
  }
  return (path) => {
    let ignored = false
    for (const rule of rules) {
      if (rule.pattern.test(path)) ignored = !rule.negated
    }
    return ignored
  }
}

/**
 * @param {string} glob
 * @returns {{name: string | undefined, negated: boolean, pattern: RegExp}} name: where it is no more than that
 */
function compileRule(glob) {
  const negated = glob.startsWith("!")
  const bare = (negated ? glob.slice(1) : glob).replace(/^\.?\//, "").replace(/\/+$/, "")
  const pattern = new RegExp(`^${translate(bare)}(?:/.*)?$`, "s")
  return { name: NAME_ANYWHERE.exec(glob)?.[1], negated, pattern }
}

/**
 * @param {string} glob
 * @returns {string} the source of a regular expression
 */
function translate(glob) {
  const tokens = glob.matchAll(/\*\*\/|\/\*\*$|\*\*|\*|\?|\[!?[^\]/]+\]|\\.|[^]/g)
  return [...tokens].map(([token]) => translateToken(token)).join("")
}

/**
 * @param {string} token
 * @returns {string}
 */
function translateToken(token) {
  if (token === "**/") return "(?:.*/)?"
  if (token === "/**") return "(?:/.*)?"
  if (token === "**") return ".*"
  if (token === "*") return "[^/]*"
  if (token === "?") return "[^/]"
  if (token.length > 2) return token.replace(/^\[!/, "[^").replaceAll("\\", "\\\\")
  return token.replace(/^\\/, "").replace(/[$()*+.?[\\\]^{|}]/g, "\\$&")
}
