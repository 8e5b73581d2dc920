import type { Base } from "./facts.js"
import type { Reason } from "./plan.js"

const SHORT = 12

/**
 * A path for people: printable, whatever bytes the name has. Control characters and bytes that are
 * not UTF-8 are written as `\xHH`, so that a name can't move the cursor or forge a line.
 */
export function showPath(path: string): string {
  return path.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\udc80-\udcff\\]/gu, (character) => {
    const code = character.charCodeAt(0)
    if (character === "\\") return "\\\\"
    if (code === 0x2028 || code === 0x2029) return `\\u${code.toString(16)}`
    return `\\x${(code >= 0xdc80 ? code - 0xdc00 : code).toString(16).padStart(2, "0")}`
  })
}

/** What was compared with, in a few words. */
export function showBase({ sha, how, ref, shallow }: Base): string {
  if (sha === null) return how === "initial" ? "nothing (no earlier commit)" : "no base"
  const names: Record<Base["how"], string> = {
    argument: "--base",
    "merge-base": `merge-base with ${ref ?? "the base"}`,
    "merge-group": "base of the merge group",
    "pull-request-merge": `base of the pull request${ref === undefined ? "" : `, ${ref}`}`,
    "last-green": "last green commit",
    "push-before": "commit before this push",
    initial: "first commit",
    none: "none",
  }
  return `${sha.slice(0, SHORT)} (${names[how]}${shallow ? "; shallow clone" : ""})`
}

/** One reason in a few words. */
export function showReason({ kind, file = "", dep, glob, link = "", detail }: Reason): string {
  const path = showPath(file)
  switch (kind) {
    case "own-file":
      return path
    case "dockerfile":
      return `${path} (Dockerfile)`
    case "input":
      return `${path} (input ${glob})`
    case "symlink":
      return `${path} (through the link ${showPath(link)})`
    case "config":
      return `${path}: ${detail}`
    case "dependency":
      return `depends on ${dep}`
    case "global":
      return `${path} (global ${glob})`
    case "unowned":
      return `${path} (belongs to no service)`
    case "base-unresolved":
      return "the base is not known"
    case "initial":
      return "no earlier commit"
    case "always":
      return "always runs"
    case "requested":
      return "asked for"
  }
}
