/** Why a path or a glob can't be used, and what would be right. */
export interface TextFault {
  message: string
  expected?: string
  suggestion?: string
}

const CONTROL = /[\u0000-\u001f\u007f]/
const PATH_EXPECTED = 'a path inside the repository, from its root, such as "services/api"'
const GLOB_EXPECTED = 'a glob, such as "proto/**"'
const DOCKERFILE_EXPECTED =
  "a path inside the service's folder; or \"/\" and a path from the repository's root"

/**
 * Writes a path the one way the program compares them: no "./" in front, no "/" behind, no empty
 * or "." parts. The root is ".".
 */
export function normalisePath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".")
  return parts.length === 0 ? "." : parts.join("/")
}

/** Joins paths that were normalised or are parts of one. */
function joinPath(folder: string, path: string): string {
  return normalisePath(`${folder}/${path}`)
}

/** Says what is wrong with the path of a service or library, if anything is. */
export function pathFault(path: string): TextFault | undefined {
  const fault = commonFault(path, PATH_EXPECTED)
  if (fault) return fault
  if (path.includes("\\")) {
    const suggestion = `write ${JSON.stringify(path.replaceAll("\\", "/"))}`
    return { message: "must not contain a backslash", suggestion }
  }
  const normal = normalisePath(path)
  if (normal !== normal.trim()) {
    const suggestion = `write ${JSON.stringify(normalisePath(normal.trim()))}`
    return { message: "must not begin or end with a space", suggestion }
  }
  if (path.startsWith("/")) {
    return {
      message: "must not be absolute",
      expected: PATH_EXPECTED,
      suggestion: `write ${JSON.stringify(normal)}`,
    }
  }
  if (path.split("/").includes("..")) {
    return { message: 'must not contain ".."', expected: PATH_EXPECTED }
  }
  return undefined
}

/** Says what is wrong with the path of a Dockerfile, if anything is. */
export function dockerfileFault(path: string): TextFault | undefined {
  const fromRoot = path.startsWith("/")
  const fault = pathFault(fromRoot ? path.replace(/^\/+/, "") || "." : path)
  if (fault) return fromRoot ? fault : { ...fault, expected: DOCKERFILE_EXPECTED }
  if (!path.endsWith("/") && normalisePath(path) !== ".") return undefined
  const folder = path.replace(/(?:^|\/)[./]*$/, "")
  const file = fromRoot || folder !== "" ? `${folder}/Dockerfile` : "Dockerfile"
  return { message: "must be a file, not a folder", suggestion: `write ${JSON.stringify(file)}` }
}

/** Resolves a path of a service's own, such as its Dockerfile's; with "/" in front it is from the repository's root. */
export function resolveOwnPath(servicePath: string, path: string): string {
  return path.startsWith("/") ? normalisePath(path) : joinPath(servicePath, path)
}

/** Says what is wrong with a glob, if anything is. */
export function globFault(glob: string): TextFault | undefined {
  const { negated, pattern } = splitGlob(glob)
  const fault = commonFault(pattern, GLOB_EXPECTED)
  if (fault) return fault
  const sign = negated ? "!" : ""
  if (pattern.startsWith("/")) {
    const relative = sign + (pattern.replace(/^\/+/, "") || "**")
    const suggestion = `write ${JSON.stringify(relative)}`
    return { message: "must not begin with a slash", expected: GLOB_EXPECTED, suggestion }
  }
  if (pattern.split("/").includes("..")) {
    return { message: 'must not contain ".."', expected: GLOB_EXPECTED }
  }
  // Blanks alone are nothing either.
  if (/^(?:\.\/*)+\s*$/.test(pattern)) {
    return { message: "matches no file", suggestion: `write "${sign}**"` }
  }
  return undefined
}

/**
 * Writes a glob the one way the matcher understands: no "." or empty parts; "docs/" means the files
 * of the folder, "docs/**".
 */
export function normaliseGlob(glob: string): string {
  const { negated, pattern } = splitGlob(glob)
  const short = pattern.replace(/\/(?:\.?\/)+/g, "/").replace(/\/\.$/, "/")
  // "./!x" names a file; without its "./" it would exclude one.
  const bare = short.startsWith("./!") ? short : short.replace(/^\.\//, "")
  return `${negated ? "!" : ""}${bare.endsWith("/") ? `${bare}**` : bare}`
}

/** A list with nothing but exclusions selects nothing, which is never what was meant. */
export function onlyExcludes(globs: string[]): boolean {
  return globs.length > 0 && globs.every((glob) => splitGlob(glob).negated)
}

function splitGlob(glob: string): { negated: boolean; pattern: string } {
  // "!(" opens a group, as in "!(docs)/**".
  const negated = glob.startsWith("!") && !glob.startsWith("!(")
  return { negated, pattern: negated ? glob.slice(1) : glob }
}

function commonFault(text: string, expected: string): TextFault | undefined {
  if (text.trim() === "") return { message: "must not be empty", expected }
  if (CONTROL.test(text)) {
    return { message: "contains a line break or another control character", expected }
  }
  return undefined
}
