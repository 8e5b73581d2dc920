/** One module that an import statement names. */
export interface PythonImport {
  /** Dotted, without leading dots; empty for `from . import x`. */
  module: string
  /** Leading dots: 0 for an absolute import. */
  level: number
  /** What is taken from the module; empty for a plain import. */
  names: string[]
  /** The line in which the statement begins. */
  line: number
}

/**
 * Finds every import statement in a Python text, wherever it stands: in functions, conditions, and
 * lists over several lines. Comments and strings are left out. It never throws, whatever the text.
 */
export function pythonImports(text: string): PythonImport[] {
  if (!text.includes("import")) return []
  return statementsOf(text).flatMap(({ code, line }) => readStatement(code, line))
}

interface Statement {
  code: string
  line: number
}

const STRING_START = /(?:"""|'''|"|')/y
const OPENING = "([{"
const CLOSING = ")]}"

/** Splits a text at line ends, `;` and `:` outside of brackets. Strings become "". */
function statementsOf(text: string): Statement[] {
  const statements: Statement[] = []
  let code = ""
  let line = 1
  let start = 1
  let depth = 0
  const end = () => {
    if (code.trim() !== "") statements.push({ code: code.trim(), line: start })
    code = ""
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ""
    if (code.trim() === "") start = line
    if (character === "#") {
      at = endOfLine(text, at) - 1
    } else if (character === '"' || character === "'") {
      const after = endOfString(text, at)
      line += countLines(text, at, after)
      code += '""'
      at = after - 1
    } else if (character === "\\") {
      // Joins lines, and means nothing anywhere else outside of a string.
      code += " "
      if (text[at + 1] === "\r") at++
      if (text[at + 1] === "\n") {
        at++
        line++
      }
    } else if (character === "\n") {
      line++
      if (depth === 0) end()
      else code += " "
    } else if (depth === 0 && (character === ";" || character === ":")) {
      end()
    } else {
      if (OPENING.includes(character)) depth++
      if (CLOSING.includes(character)) depth = Math.max(0, depth - 1)
      code += character
    }
  }
  end()
  return statements
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at)
  return end < 0 ? text.length : end
}

/** The place after the string that begins here. One in single quotes ends with its line. */
function endOfString(text: string, start: number): number {
  STRING_START.lastIndex = start
  const quote = STRING_START.exec(text)?.[0] ?? '"'
  for (let at = start + quote.length; at < text.length; at++) {
    if (text[at] === "\\") at++
    else if (text.startsWith(quote, at)) return at + quote.length
    else if (quote.length === 1 && text[at] === "\n") return at
  }
  return text.length
}

function countLines(text: string, start: number, end: number): number {
  return text.slice(start, end).split("\n").length - 1
}

const IMPORT = /^import\s+(.+)$/su
const FROM_IMPORT = /^from(?=[\s.])\s*((?:\.\s*)*)([\p{L}\p{N}_.\s]*?)\s*\bimport\b(.*)$/su
const NAME = /^[\p{L}\p{N}_.]+$/u

function readStatement(code: string, line: number): PythonImport[] {
  const [, modules] = IMPORT.exec(code) ?? []
  if (modules !== undefined) {
    return namesOf(modules).map((module) => ({ module, level: 0, names: [], line }))
  }
  const [, dots, module = "", names = ""] = FROM_IMPORT.exec(code) ?? []
  if (dots === undefined) return []
  const level = dots.replace(/\s/g, "").length
  return [{ module: module.replace(/\s/g, ""), level, names: namesOf(names), line }]
}

/** Reads `a.b as c, d`, with or without brackets; `*` is no name. */
function namesOf(list: string): string[] {
  return list
    .replace(/[()]/g, " ")
    .split(",")
    .map(
      (item) =>
        item
          .replace(/\s*\.\s*/g, ".")
          .trim()
          .split(/\s/)[0] ?? "",
    )
    .filter((name) => NAME.test(name))
}
