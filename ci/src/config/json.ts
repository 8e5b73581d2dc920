/** Where a JSON value and its parts begin, as offsets into the text. */
export interface JsonNode {
  start: number
  /** Of an object: where each key begins. */
  keys?: Map<string, number>
  /** Of an object: the values. */
  members?: Map<string, JsonNode>
  /** Of an array: the values. */
  items?: JsonNode[]
}

/** Something wrong with the text of a JSON file. */
export interface JsonProblem {
  offset: number
  message: string
  suggestion?: string
}

/** The value with its places, when the text is JSON; the problems, when it is not. */
export interface JsonResult {
  value?: unknown
  root?: JsonNode
  problems: JsonProblem[]
}

/** Deeper than any real configuration, and far from the end of the stack. */
const MAX_DEPTH = 100

/**
 * Reads strict JSON and remembers where every value is.
 *
 * `JSON.parse` keeps no places and lets a repeated key win silently; a YAML parser knows places but
 * accepts comments and trailing commas, which other readers of the file don't.
 */
export function parseJson(text: string): JsonResult {
  const reader = new JsonReader(text)
  try {
    const { value, node } = reader.document()
    return { value, root: node, problems: reader.repeatedKeys }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return { problems: [...reader.repeatedKeys, error.problem] }
  }
}

/**
 * Reads JSON that has nothing wrong with it in a fraction of the time.
 *
 * Returns undefined for text that `parseJson` has to explain: no JSON, a key that is there twice,
 * or too many levels.
 */
export function parseFaultlessJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  // Outside of texts, a colon follows every key, and repeated keys are one in the value.
  const colons = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, "").split(":").length - 1
  return countKeys(value, 0) === colons ? value : undefined
}

function countKeys(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 0
  if (depth > MAX_DEPTH) return Number.NaN
  const children: unknown[] = Object.values(value)
  let count = Array.isArray(value) ? 0 : children.length
  for (const child of children) count += countKeys(child, depth + 1)
  return count
}

class JsonSyntaxError extends Error {
  constructor(readonly problem: JsonProblem) {
    super(problem.message)
  }
}

interface Parsed {
  value: unknown
  node: JsonNode
}

class JsonReader {
  readonly repeatedKeys: JsonProblem[] = []
  private position = 0

  constructor(private readonly text: string) {}

  document(): Parsed {
    this.skipSpace()
    const parsed = this.value(0)
    this.skipSpace()
    if (this.position < this.text.length) this.fail("expected the end of the file")
    return parsed
  }

  private value(depth: number): Parsed {
    if (depth > MAX_DEPTH) this.fail(`expected at most ${MAX_DEPTH} levels of nesting`)
    const start = this.position
    switch (this.text[start]) {
      case "{":
        return this.object(start, depth)
      case "[":
        return this.array(start, depth)
      case '"':
        return { value: this.string(), node: { start } }
      default:
        return { value: this.scalar(), node: { start } }
    }
  }

  private object(start: number, depth: number): Parsed {
    const entries: [string, unknown][] = []
    const keys = new Map<string, number>()
    const members = new Map<string, JsonNode>()
    this.separated("}", () => {
      const keyStart = this.position
      if (this.text[keyStart] !== '"') this.fail("expected a key in double quotes")
      const key = this.string()
      this.skipSpace()
      if (this.text[this.position] !== ":") this.fail(`expected ":" after the key`)
      this.position++
      this.skipSpace()
      const parsed = this.value(depth + 1)
      if (keys.has(key)) this.repeatedKeys.push(repeatedKey(key, keyStart))
      keys.set(key, keyStart)
      members.set(key, parsed.node)
      entries.push([key, parsed.value])
    })
    // fromEntries makes "__proto__" a key like any other, as JSON.parse does.
    return { value: Object.fromEntries(entries), node: { start, keys, members } }
  }

  private array(start: number, depth: number): Parsed {
    const values: unknown[] = []
    const items: JsonNode[] = []
    this.separated("]", () => {
      const parsed = this.value(depth + 1)
      values.push(parsed.value)
      items.push(parsed.node)
    })
    return { value: values, node: { start, items } }
  }

  /** Reads what stands between a bracket and its closing one. */
  private separated(close: "}" | "]", readOne: () => void): void {
    this.position++
    this.skipSpace()
    if (this.text[this.position] === close) {
      this.position++
      return
    }
    for (;;) {
      readOne()
      this.skipSpace()
      const comma = this.position
      const found = this.text[comma]
      if (found !== "," && found !== close) this.fail(`expected "," or "${close}"`)
      this.position++
      if (found === close) return
      this.skipSpace()
      if (this.text[this.position] === close) {
        throw new JsonSyntaxError({
          offset: comma,
          message: `a comma before "${close}", which JSON does not allow`,
          suggestion: "remove the comma",
        })
      }
    }
  }

  private string(): string {
    const start = this.position
    let escaped = false
    for (let index = start + 1; index < this.text.length; index++) {
      const code = this.text.charCodeAt(index)
      if (code === 0x22) {
        this.position = index + 1
        const raw = this.text.slice(start, index + 1)
        return escaped ? this.unescape(raw, start) : raw.slice(1, -1)
      }
      if (code === 0x5c) {
        escaped = true
        index++
      } else if (code < 0x20) {
        this.position = index
        this.fail(`expected the closing quote of the text`)
      }
    }
    this.position = this.text.length
    this.fail("expected the closing quote of the text")
  }

  private unescape(raw: string, start: number): string {
    const wrong = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|(.|$))/gs
    for (const match of raw.matchAll(wrong)) {
      if (match[1] === undefined) continue
      throw new JsonSyntaxError({
        offset: start + match.index,
        message: `unknown escape ${JSON.stringify(match[0]).slice(2, -1)}`,
        suggestion: "write a backslash as two: \\\\",
      })
    }
    return JSON.parse(raw) as string
  }

  private scalar(): unknown {
    const scalars = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    scalars.lastIndex = this.position
    const match = scalars.exec(this.text)
    if (!match) this.fail("expected a value")
    const after = this.text[scalars.lastIndex]
    if (after !== undefined && /[\w.+-]/.test(after)) this.fail("expected a value")
    this.position = scalars.lastIndex
    return JSON.parse(match[0])
  }

  private skipSpace(): void {
    const space = /[ \t\r\n]*/y
    space.lastIndex = this.position
    space.test(this.text)
    this.position = space.lastIndex
  }

  private fail(expected: string): never {
    const rest = this.text.slice(this.position, this.position + 40)
    const suggestion = hint(rest)
    throw new JsonSyntaxError({
      offset: this.position,
      message: `${expected}, but found ${found(rest)}`,
      ...(suggestion !== undefined && { suggestion }),
    })
  }
}

function repeatedKey(key: string, offset: number): JsonProblem {
  return {
    offset,
    message: `the key ${JSON.stringify(key)} is there twice in the same object`,
    suggestion: "remove one of the two",
  }
}

function found(rest: string): string {
  if (rest === "") return "the end of the file"
  if (/^[\r\n]/.test(rest)) return "the end of the line"
  const word = /^[\w.+-]+/.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0)
  return JSON.stringify(word)
}

/** Knows what people write into JSON files by habit. */
function hint(rest: string): string | undefined {
  if (/^(?:\/[/*]|#)/.test(rest)) return "JSON has no comments: remove it"
  if (/^['`\u2018-\u201f]/.test(rest)) return "put text and keys in plain double quotes"
  if (/^(?:<{7}|={7}|>{7})/.test(rest)) return "resolve the merge conflict"
  const literal = /^(True|TRUE|False|FALSE|None|NULL|Null|undefined)\b/.exec(rest)?.[1]
  if (literal === undefined) return undefined
  if (/^[tf]/i.test(literal)) return `write ${literal.toLowerCase()}`
  return "write null"
}
