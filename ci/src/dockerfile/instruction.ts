import { trimStart } from "./characters.js"
import { readJsonArray } from "./json-array.js"
import { rulesOf } from "./keywords.js"
import type { Escape, Instruction, Pair } from "./model.js"
import { splitAtGaps, splitKeyword, splitQuoted, takeFlags } from "./words.js"

/** Where an instruction's first line begins and where its last line ends. */
interface Lines {
  line: number
  endLine: number
}

type Arguments = Pick<Instruction, "form" | "args" | "pairs">

/** Reads one instruction from its joined lines. Heredocs are added by whoever has the lines. */
export function readInstruction(text: string, lines: Lines, escape: Escape): Instruction {
  const { keyword: written, rest: afterKeyword } = splitKeyword(text)
  const keyword = written.toUpperCase()
  const { flags, rest } = takeFlags(afterKeyword)
  const instruction: Instruction = {
    keyword,
    line: lines.line,
    endLine: lines.endLine,
    flags,
    text: rest,
    ...readArguments(keyword, rest, escape),
    heredocs: [],
  }
  if (keyword === "ONBUILD" && rest !== "") {
    instruction.trigger = readInstruction(rest, lines, escape)
  }
  return instruction
}

function readArguments(keyword: string, text: string, escape: Escape): Arguments {
  switch (rulesOf(keyword)?.form) {
    case "list":
      return readJsonOr(text, splitAtGaps)
    case "command":
      return readJsonOr(text, asOne)
    case "words":
      return { form: "shell", args: splitAtGaps(text), pairs: [] }
    case "health":
      return readHealth(text)
    case "assignments":
      return { form: "shell", args: [], pairs: readAssignments(text, escape) }
    case "declarations":
      return { form: "shell", args: [], pairs: splitQuoted(text, escape).map(toPair) }
    default:
      return { form: "shell", args: asOne(text), pairs: [] }
  }
}

function readJsonOr(text: string, otherwise: (text: string) => string[]): Arguments {
  const elements = readJsonArray(text)
  if (elements) return { form: "exec", args: elements, pairs: [] }
  return { form: "shell", args: otherwise(text), pairs: [] }
}

function readHealth(text: string): Arguments {
  const { keyword: kind, rest } = splitKeyword(text)
  const command = readJsonOr(trimStart(rest), asOne)
  return { ...command, args: kind === "" ? [] : [kind, ...command.args] }
}

function readAssignments(text: string, escape: Escape): Pair[] {
  const words = splitQuoted(text, escape)
  if (words[0] === undefined || words[0].includes("=")) return words.map(toPair)
  const { keyword: name, rest: value } = splitKeyword(text)
  return [value === "" ? { name } : { name, value }]
}

function toPair(word: string): Pair {
  const equals = word.indexOf("=")
  if (equals < 0) return { name: word }
  return { name: word.slice(0, equals), value: word.slice(equals + 1) }
}

function asOne(text: string): string[] {
  return text === "" ? [] : [text]
}
