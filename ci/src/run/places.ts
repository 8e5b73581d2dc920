import { join, normalize } from "node:path/posix"

/** A line of the repository that something is to be said about. */
export interface RowPlace {
  /** From the repository's root. */
  file: string
  /** Counted from 1. */
  line: number
  message: string
}

/** `file:line: text`, `file:line:column: text`, and a stack's `at f (file:line:column)`. */
const PLACE =
  /^\s*(?:at\s+(?:.*\()?)?(?:file:\/\/)?(?<file>[^\s:()'"]+\.[A-Za-z]+):(?<line>\d+)(?::\d+)?\)?:?\s*(?<message>.*)$/
/** As many as GitHub shows of a step. */
export const MOST_PLACES = 10
/** Where services stand in the containers of steps. */
const ROOTS = ["/src/", "/app/"]

/**
 * The places that output names, each line of the repository once: what annotations on a pull request
 * are made of. A name that is no file of the repository is none, so that other text is not taken for one.
 *
 * @param lines of output
 * @param folder of the service, which names are relative to
 * @param isFile whether the repository has a file of that path
 * @param otherwise the message for lines that only name a place
 * @returns at most 10
 */
export function placesIn(
  lines: readonly string[],
  folder: string,
  isFile: (path: string) => boolean,
  otherwise: string,
): RowPlace[] {
  const places = new Map<string, RowPlace>()
  for (const line of lines) {
    const found = PLACE.exec(line)?.groups
    const file = found?.file && inRepository(found.file, folder, isFile)
    if (!file || places.size === MOST_PLACES) continue
    const key = `${file}:${found.line}`
    const message = found.message?.trim() || otherwise
    if (!places.has(key)) places.set(key, { file, line: Number(found.line), message })
  }
  return [...places.values()]
}

function inRepository(
  name: string,
  folder: string,
  isFile: (path: string) => boolean,
): string | undefined {
  const root = ROOTS.find((each) => name.startsWith(each))
  const inside = root === undefined ? name : name.slice(root.length)
  const candidates = [join(folder, inside), normalize(inside)]
  return candidates.find((path) => !path.startsWith("..") && isFile(path))
}
