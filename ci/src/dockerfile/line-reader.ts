import { isSpace, trimStart } from "./characters.js"
import type { HeredocStart } from "./heredoc.js"
import type { Escape, Heredoc } from "./model.js"

/** One instruction's text: continued lines joined, comments between them left out. */
export interface LogicalLine {
  text: string
  line: number
  endLine: number
  /** The first blank line inside it, which Docker only tolerates. */
  blankLine?: number
}

/** Splits a text into lines without their ends, and drops a byte order mark. */
export function splitLines(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, "").split("\n")
  if (lines.at(-1) === "") lines.pop()
  return lines
}

/** Walks over the lines of a Dockerfile, one instruction at a time. */
export class LineReader {
  private at = 0
  private readonly continuation: RegExp

  constructor(
    private readonly lines: readonly string[],
    escape: Escape,
  ) {
    // An escape that is itself escaped does not join lines; one alone on its line does.
    const token = escape === "`" ? "`" : "\\\\"
    this.continuation = new RegExp(`(^|[^${token}])${token}[ \\t]*$`)
  }

  /** The next instruction's text; undefined at the end of the file. */
  next(): LogicalLine | undefined {
    for (; this.at < this.lines.length; this.at++) {
      const first = trimStart(withoutLineEnd(this.lines[this.at] ?? ""))
      if (first !== "" && !first.startsWith("#")) return this.join(first)
    }
    return undefined
  }

  /** The lines up to the closing word; undefined, at the end of the file, if there is none. */
  heredoc(start: HeredocStart): Heredoc | undefined {
    const line = this.at + 1
    let content = ""
    while (this.at < this.lines.length) {
      const raw = this.lines[this.at++] ?? ""
      const text = withoutLineEnd(raw)
      if ((start.chomp ? text.replace(/^\t+/, "") : text) === start.name) {
        return { ...start, content, line, endLine: this.at }
      }
      content += `${raw}\n`
    }
    return undefined
  }

  /** The number of the line read last. */
  get lineNumber(): number {
    return this.at
  }

  private join(first: string): LogicalLine {
    const logical: LogicalLine = { text: "", line: this.at + 1, endLine: this.at + 1 }
    let text: string | undefined = first
    while (text !== undefined) {
      this.at++
      logical.endLine = this.at
      const joined: string = text.replace(this.continuation, "$1")
      logical.text += joined
      text = joined === text ? undefined : this.continued(logical)
    }
    return logical
  }

  /** Skips to the next line that continues an instruction. */
  private continued(logical: LogicalLine): string | undefined {
    for (; this.at < this.lines.length; this.at++) {
      const text = withoutLineEnd(this.lines[this.at] ?? "")
      if (!isBlank(text) && !trimStart(text).startsWith("#")) return text
      if (isBlank(text)) logical.blankLine ??= this.at + 1
      logical.endLine = this.at + 1
    }
    return undefined
  }
}

function withoutLineEnd(line: string): string {
  return line.replace(/\r+$/, "")
}

function isBlank(text: string): boolean {
  return [...text].every(isSpace)
}
