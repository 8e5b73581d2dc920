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

/** What matters between statements: a comment, a string's start, a join, an end, a bracket, text. */
const TOKEN = /#[^\n]*|"""|'''|["']|\\\r?\n|\n|[;:]|[([{]|[)\]}]|\\|[^#"'\\\n;:()[\]{}]+/g

/** Splits a text at line ends, `;` and `:` outside of brackets. Strings become "". */
function statementsOf(text: string): Statement[] {
  const statements: Statement[] = []
  let code = ""
  let line = 1
  let start = 1
  let depth = 0
  const add = (piece: string) => {
    if (code === "") start = line
    code += piece
  }
  const end = () => {
    if (code !== "") statements.push({ code: code.trimEnd(), line: start })
    code = ""
  }
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[0]
    const first = token[0] ?? ""
    if (first === '"' || first === "'") {
      const after = endOfString(text, match.index + token.length, token)
      add('""')
      line += countLines(text, match.index, after)
      TOKEN.lastIndex = after
    } else if (first === "\n") {
      line++
      if (depth === 0) end()
      else code += " "
    } else if (first === "\\") {
      // Joins lines, and means nothing anywhere else outside of a string.
      if (code !== "") code += " "
      if (token.length > 1) line++
    } else if (depth === 0 && (first === ";" || first === ":")) {
      end()
    } else if (first !== "#") {
      if ("([{".includes(first)) depth++
      if (")]}".includes(first)) depth = Math.max(0, depth - 1)
      if (code !== "" || token.trim() !== "") add(code === "" ? token.trimStart() : token)
    }
  }
  end()
  return statements
}

/** The place after a string's closing quote. One in single quotes ends with its line. */
function endOfString(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === "\\") at++
    else if (character === quote[0] && text.startsWith(quote, at)) return at + quote.length
    else if (character === "\n" && quote.length === 1) return at
  }
  return text.length
}

function countLines(text: string, start: number, end: number): number {
  let count = 0
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) {
    count++
  }
  return count
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
