import { isSpace, trim } from "./characters.js"
import type { Escape, Flag } from "./model.js"

const GAP = /[\t\v\f\r ]+/
const ASCII_SPACE = /[\t-\r ]/

/** Splits a line into its keyword and the rest. */
export function splitKeyword(line: string): { keyword: string; rest: string } {
  const text = trim(line)
  const gap = GAP.exec(text)
  if (!gap) return { keyword: text, rest: "" }
  return { keyword: text.slice(0, gap.index), rest: text.slice(gap.index + gap[0].length) }
}

/** Splits at white space; quotes mean nothing. */
export function splitAtGaps(text: string): string[] {
  return text === "" ? [] : text.split(new RegExp(GAP, "g"))
}

/** Takes the `--name=value` words from the front; a lone `--` ends them. */
export function takeFlags(text: string): { flags: Flag[]; rest: string } {
  const characters = [...text]
  const flags: Flag[] = []
  let at = 0
  for (;;) {
    while (at < characters.length && ASCII_SPACE.test(characters[at] ?? "")) at++
    const isFlag = characters[at] === "-" && characters[at + 1] === "-"
    if (!isFlag) return { flags, rest: trim(characters.slice(at).join("")) }
    const { word, end } = readFlagWord(characters, at)
    at = end
    if (word === "--") return { flags, rest: trim(characters.slice(at).join("")) }
    flags.push(toFlag(word))
  }
}

// Docker's flags know backslash and quotes, whatever the file's escape character is.
function readFlagWord(characters: string[], start: number): { word: string; end: number } {
  let word = ""
  let quote: string | undefined
  let at = start
  for (; at < characters.length; at++) {
    const character = characters[at] ?? ""
    if (character === "\\") word += characters[++at] ?? ""
    else if (quote !== undefined && character === quote) quote = undefined
    else if (quote !== undefined) word += character
    else if (character === "'" || character === '"') quote = character
    else if (ASCII_SPACE.test(character)) break
    else word += character
  }
  return { word, end: at }
}

function toFlag(word: string): Flag {
  const equals = word.indexOf("=")
  if (equals < 0) return { name: word.slice(2) }
  return { name: word.slice(2, equals), value: word.slice(equals + 1) }
}

/** Splits at white space outside quotes. Quotes and escapes stay in the words. */
export function splitQuoted(text: string, escape: Escape): string[] {
  const characters = [...text]
  const words: string[] = []
  let word = ""
  let quote: string | undefined
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ""
    if (quote === undefined && isSpace(character)) {
      if (word !== "") words.push(word)
      word = ""
      continue
    }
    if (character === escape && quote !== "'") {
      // An escape at the very end escapes nothing and is dropped.
      if (at + 1 < characters.length) word += character + (characters[++at] ?? "")
      continue
    }
    if (quote === undefined && (character === "'" || character === '"')) quote = character
    else if (character === quote) quote = undefined
    word += character
  }
  if (word !== "") words.push(word)
  return words
}
