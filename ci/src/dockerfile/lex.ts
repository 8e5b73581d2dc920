import { isSpace } from "./characters.js"
import type { Escape } from "./model.js"
import { removePrefix, removeSuffix, replacePattern } from "./shell-pattern.js"

/** How to read a text with quotes, escapes and `$` references. */
export interface LexOptions {
  escape: Escape
  /** The value of a variable; undefined when it is not set. */
  lookup?: (name: string) => string | undefined
  /** Leave quotes and escapes in the words. */
  raw?: boolean
  /** Leave references to unset variables as they are, instead of taking them for empty. */
  keepUnset?: boolean
}

export interface LexResult {
  value: string
  /** The value split at spaces that are neither quoted nor escaped. */
  words: string[]
  /** Referenced names that are not set. */
  unknown: string[]
  /** Why the text can't be read; value is then the text itself. */
  problem?: string
}

/** Reads a text the way Docker does: a small part of what a shell does. */
export function lex(text: string, options: LexOptions): LexResult {
  const lexer = new Lexer(text, options)
  try {
    const { value, words } = lexer.readUntil(undefined, options.raw ?? false)
    return { value, words, unknown: [...lexer.unknown] }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return { value: text, words: [], unknown: [...lexer.unknown], problem: error.message }
  }
}

class Unreadable extends Error {}

/** Gathers words while a value is read. */
class Words {
  private readonly done: string[] = []
  private current = ""

  addLiteral(text: string): void {
    this.current += text
  }

  addSplit(text: string): void {
    for (const character of text) {
      if (isSpace(character)) this.end()
      else this.current += character
    }
  }

  all(): string[] {
    this.end()
    return this.done
  }

  private end(): void {
    if (this.current !== "") this.done.push(this.current)
    this.current = ""
  }
}

const SPECIAL_PARAMETER = /[@*#?$!-]/
const DIGIT = /\p{Nd}/u
const NAME_CHARACTER = /[\p{L}\p{Nd}_]/u

class Lexer {
  readonly unknown = new Set<string>()
  private readonly characters: string[]
  private at = 0
  private keepEscapes = false

  constructor(
    text: string,
    private readonly options: LexOptions,
  ) {
    this.characters = [...text]
  }

  readUntil(stop: string | undefined, keepEscapes: boolean): { value: string; words: string[] } {
    const outer = this.keepEscapes
    this.keepEscapes = keepEscapes
    const words = new Words()
    let value = ""
    for (let next = this.peek(); next !== undefined; next = this.peek()) {
      if (next === stop) {
        this.at++
        this.keepEscapes = outer
        return { value, words: words.all() }
      }
      const piece = this.readPiece(next)
      if (piece.splits) words.addSplit(piece.text)
      else words.addLiteral(piece.text)
      value += piece.text
    }
    if (stop !== undefined) throw new Unreadable(`the closing ${stop} is missing`)
    return { value, words: words.all() }
  }

  /** Reads the next unit, and says whether spaces in it separate words. */
  private readPiece(next: string): { text: string; splits: boolean } {
    if (next === "'") return { text: this.readSingleQuoted(), splits: false }
    if (next === '"') return { text: this.readDoubleQuoted(), splits: false }
    if (next === "$") return { text: this.readReference(), splits: true }
    this.at++
    if (next !== this.options.escape) return { text: next, splits: true }
    const escaped = this.take() ?? ""
    return { text: this.keepEscapes ? next + escaped : escaped, splits: false }
  }

  private readSingleQuoted(): string {
    const end = this.characters.indexOf("'", this.at + 1)
    if (end < 0) throw new Unreadable("the closing ' is missing")
    const content = this.characters.slice(this.at + 1, end).join("")
    this.at = end + 1
    return this.options.raw ? `'${content}'` : content
  }

  private readDoubleQuoted(): string {
    this.at++
    let content = ""
    for (let next = this.peek(); next !== undefined; next = this.peek()) {
      if (next === '"') {
        this.at++
        return this.options.raw ? `"${content}"` : content
      }
      content += next === "$" ? this.readReference() : this.readDoubleQuotedCharacter()
    }
    throw new Unreadable('the closing " is missing')
  }

  private readDoubleQuotedCharacter(): string {
    const character = this.take() ?? ""
    if (character !== this.options.escape) return character
    const prefix = this.keepEscapes ? character : ""
    const escaped = this.peek()
    if (escaped === undefined) return prefix
    if (escaped !== '"' && escaped !== "$" && escaped !== this.options.escape) {
      return prefix + character
    }
    this.at++
    return prefix + escaped
  }

  private readReference(): string {
    this.at++
    if (this.peek() === "{") return this.readBraced()
    const name = this.readName()
    if (name === "") return "$"
    return this.valueOf(name) ?? (this.options.keepUnset ? `$${name}` : "")
  }

  private readBraced(): string {
    this.at++
    const first = this.peek()
    if (first === undefined) throw new Unreadable("the closing } is missing")
    if (first === "{" || first === "}" || first === ":") {
      throw new Unreadable("a variable name must follow ${")
    }
    const name = this.readName()
    const operator = this.take()
    if (operator === "}") return this.valueOf(name) ?? (this.options.keepUnset ? `\${${name}}` : "")
    if (operator === ":") return this.readModifier(name, this.take(), true)
    if (operator === "/") return this.readReplacement(name)
    return this.readModifier(name, operator, false)
  }

  private readModifier(name: string, operator: string | undefined, emptyIsUnset: boolean): string {
    const written = `${emptyIsUnset ? ":" : ""}${operator ?? ""}`
    const isPattern = operator === "#" || operator === "%"
    const supported = emptyIsUnset ? "+-?" : "+-?#%"
    if (operator === undefined) throw new Unreadable("the closing } is missing")
    if (!supported.includes(operator)) {
      throw new Unreadable(`\${${name}${written}} uses a modifier that Docker does not have`)
    }
    const word = this.readUntil("}", isPattern).value
    const value = this.valueOf(name)
    if (this.options.keepUnset && value === undefined) return `\${${name}${written}${word}}`
    const isSet = value !== undefined && !(emptyIsUnset && value === "")
    if (operator === "-") return isSet ? value : word
    if (operator === "+") return isSet ? word : ""
    if (operator === "?") {
      if (!isSet) throw new Unreadable(`${name}: ${word || "must be set"}`)
      return value
    }
    return operator === "#" ? removePrefix(value ?? "", word) : removeSuffix(value ?? "", word)
  }

  private readReplacement(name: string): string {
    const everywhere = this.peek() === "/"
    if (everywhere) this.at++
    const pattern = this.readUntil("/", true).value
    const replacement = this.readUntil("}", true).value
    const value = this.valueOf(name)
    if (this.options.keepUnset && value === undefined)
      return `\${${name}/${pattern}/${replacement}}`
    return replacePattern(value ?? "", pattern, replacement, everywhere)
  }

  private readName(): string {
    const first = this.peek()
    if (first === undefined) return ""
    if (SPECIAL_PARAMETER.test(first)) {
      this.at++
      return first
    }
    const member = DIGIT.test(first) ? DIGIT : NAME_CHARACTER
    let name = ""
    for (let next = this.peek(); next !== undefined && member.test(next); next = this.peek()) {
      name += next
      this.at++
    }
    return name
  }

  private valueOf(name: string): string | undefined {
    const value = this.options.lookup?.(name)
    if (value === undefined) this.unknown.add(name)
    return value
  }

  private peek(): string | undefined {
    return this.characters[this.at]
  }

  private take(): string | undefined {
    return this.characters[this.at++]
  }
}
