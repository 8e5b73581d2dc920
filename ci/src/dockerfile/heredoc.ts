import { lex } from "./lex.js"

/** A `<<NAME` on an instruction's line. */
export interface HeredocStart {
  name: string
  expand: boolean
  chomp: boolean
}

const HEREDOC_WORD = /^\d*<<(-?)([^<]*)$/

/** The heredocs that a line opens, in order. */
export function heredocsOf(line: string): HeredocStart[] {
  if (!line.includes("<<")) return []
  return lex(line, { escape: "\\", raw: true, keepUnset: true })
    .words.map(heredocStart)
    .filter((start) => start !== undefined)
}

/** Reads one word such as `<<-"EOF"`; undefined when it opens no heredoc. */
export function heredocStart(word: string): HeredocStart | undefined {
  const [, dash, rest = ""] = HEREDOC_WORD.exec(word) ?? []
  if (rest === "") return undefined
  const { words } = lex(rest, { escape: "\\", keepUnset: true })
  const [name] = words
  if (name === undefined || words.length > 1) return undefined
  return { name, expand: quotes(name) === quotes(rest), chomp: dash === "-" }
}

function quotes(text: string): number {
  return text.replace(/[^'"]/g, "").length
}
