import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml"
import type { Document, Node, Pair } from "yaml"

import { parseFaultlessJson, parseJson } from "./json.js"
import type { JsonNode } from "./json.js"

/** Keys and indexes from the root of a document to a value in it. */
export type KeyPath = readonly (string | number)[]

/** A line and a column, both counted from 1. */
export interface Place {
  line: number
  column: number
}

/** Something wrong with the text itself, before its meaning is looked at. */
export interface TextProblem extends Place {
  message: string
  suggestion?: string
}

/** A configuration file: what it says and where it says it. */
export interface SourceDocument {
  file: string
  /** Undefined when `problems` say why the text can't be read. */
  value: unknown
  problems: TextProblem[]
  /** Finds a value, or the key in front of it; what is missing is placed at what should hold it. */
  place(path: KeyPath, part?: "key" | "value"): Place
}

/** A file as it was read. */
export interface SourceText {
  path: string
  text: string
}

/** Reads a JSON file. A byte order mark in front is allowed. */
export function readJsonDocument(source: SourceText): SourceDocument {
  const text = withoutMark(source.text)
  if (text.trim() === "") return emptyDocument(source.path)
  const lines = once(() => lineStarts(text))
  const closely = once(() => parseJson(text))
  const faultless = parseFaultlessJson(text)
  const { value, problems } =
    faultless === undefined ? closely() : { value: faultless, problems: [] }
  return {
    file: source.path,
    value,
    problems: problems.map(({ offset, ...problem }) => ({
      ...problem,
      ...placeOf(lines(), offset),
    })),
    place(path, part) {
      const { root } = closely()
      return placeOf(lines(), root ? jsonOffset(root, path, part) : 0)
    },
  }
}

/** Reads a YAML file. An empty one is an empty mapping; a byte order mark in front is allowed. */
export function readYamlDocument(source: SourceText): SourceDocument {
  const text = withoutMark(source.text)
  const lines = once(() => lineStarts(text))
  const at = (offset: number): Place => placeOf(lines(), Math.min(offset, text.length))
  try {
    const document = parseDocument(text, { merge: true, prettyErrors: false })
    const problems = [...document.errors, ...document.warnings].map((problem) => ({
      ...at(problem.pos[0]),
      message: problem.message,
    }))
    const value: unknown = problems.length > 0 ? undefined : (document.toJS() ?? {})
    assertDepth(value)
    return {
      file: source.path,
      value,
      problems,
      place: (path, part) => at(yamlOffset(document, path, part)),
    }
  } catch (error) {
    return brokenDocument(source.path, yamlFailure(error))
  }
}

/** Puts work off until its result is needed, and keeps the result. */
function once<Result>(work: () => Result): () => Result {
  let kept: { result: Result } | undefined
  return () => (kept ??= { result: work() }).result
}

function emptyDocument(file: string): SourceDocument {
  return brokenDocument(file, {
    message: "the file is empty",
    suggestion: 'start with {"services": []}',
  })
}

function brokenDocument(file: string, problem: Omit<TextProblem, keyof Place>): SourceDocument {
  const start = { line: 1, column: 1 }
  return { file, value: undefined, problems: [{ ...problem, ...start }], place: () => start }
}

/** The parser throws where aliases multiply without end or the text nests beyond the stack. */
function yamlFailure(error: unknown): Omit<TextProblem, keyof Place> {
  if (error instanceof RangeError) {
    return { message: "the file is nested too deeply", suggestion: "flatten it" }
  }
  const reason = error instanceof Error ? error.message : String(error)
  return { message: `the file can't be read: ${reason}`, suggestion: "check anchors and aliases" }
}

/** An anchor that contains itself makes an endless value, which nothing behind this could handle. */
function assertDepth(value: unknown, depth = 0): void {
  if (depth > 100) throw new RangeError("too deep")
  if (typeof value !== "object" || value === null) return
  for (const child of Object.values(value)) assertDepth(child, depth + 1)
}

function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) {
    starts.push(end + 1)
  }
  return starts
}

function placeOf(lines: number[], offset: number): Place {
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((lines[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 }
}

function jsonOffset(root: JsonNode, path: KeyPath, part: "key" | "value" = "value"): number {
  let node = root
  for (const [index, key] of path.entries()) {
    const isLast = index === path.length - 1
    const keyOffset = node.keys?.get(String(key))
    if (isLast && part === "key" && keyOffset !== undefined) return keyOffset
    const child = typeof key === "number" ? node.items?.[key] : node.members?.get(key)
    if (!child) return node.start
    node = child
  }
  return node.start
}

function yamlOffset(document: Document, path: KeyPath, part: "key" | "value" = "value"): number {
  let offset = 0
  let node = document.contents as Node | null
  for (const [index, key] of path.entries()) {
    const holder = isAlias(node) ? node.resolve(document) : node
    const isLast = index === path.length - 1
    if (isSeq(holder)) {
      node = (holder.items[Number(key)] ?? null) as Node | null
    } else if (isMap(holder)) {
      const pair = holder.items.find((item) => keyText(item) === String(key))
      const keyOffset = (pair?.key as Node | undefined)?.range?.[0]
      if (keyOffset !== undefined) offset = keyOffset
      if (isLast && part === "key") return offset
      node = (pair?.value ?? null) as Node | null
    } else {
      return offset
    }
    if (!node) return offset
    offset = node.range?.[0] ?? offset
  }
  return offset
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
}
