import { folderOf, isInside } from "../src/dependencies/paths.js"

/** A repository as `init` looks at it. Paths are from its root, written with `/`. */
export interface Tree {
  /** Every file, sorted. */
  readonly files: readonly string[]
  /** Where symbolic links point. */
  readonly symlinks: ReadonlyMap<string, string>
  /** A file's text; undefined when there is no such file, or it is no text. */
  read(path: string): string | undefined
}

/** What a name before it and behind it says: others' code, output of tools, tests of tools. */
const NOT_OURS =
  /(?:^|\/)(?:\.git|node_modules|vendor|third_party|\.venv|venv|site-packages|__pycache__|dist|\.next|\.nx|\.turbo|testdata|fixtures|__fixtures__|\.devcontainer|\.pipeline)\//

/** The files that can say something about services: no packages, no output, not the pipeline itself. */
export function ownFiles(tree: Tree): string[] {
  const pipelines = tree.files
    .filter((file) => file.endsWith("engine/launcher/main.mjs"))
    .map((file) => folderOf(folderOf(folderOf(file))))
    .filter((folder) => folder !== ".")
  return tree.files.filter(
    (file) => !NOT_OURS.test(file) && !pipelines.some((folder) => isInside(file, folder)),
  )
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1)
}

/** Where a file is, for people: `file:line` of the first line that has the text. */
export function placeOf(tree: Tree, file: string, text: string): string {
  const lines = (tree.read(file) ?? "").split("\n")
  const at = lines.findIndex((line) => line.includes(text))
  return at < 0 ? file : `${file}:${at + 1}`
}

/** A parsed object, or undefined for anything else. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

/** The texts of a list, or of a text alone. */
export function asTexts(value: unknown): string[] {
  if (typeof value === "string") return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : []
}

/** The objects of a list. */
export function asObjects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asObject).filter((item) => item !== undefined) : []
}

/** JSON, with comments and commas as editors' own files have them; undefined when it is none. */
export function readJson(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  for (const attempt of [text, withoutComments(text)]) {
    try {
      return asObject(JSON.parse(attempt))
    } catch {
      // The next attempt, or none.
    }
  }
  return undefined
}

function withoutComments(text: string): string {
  return text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g, (_, quoted) => quoted ?? "")
    .replace(/,(\s*[}\]])/g, "$1")
}
