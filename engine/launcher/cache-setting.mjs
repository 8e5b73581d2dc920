import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { KitError } from "../lib/errors.mjs"

/**
 * Where the layers of runs are kept for other engines, and whether a run writes there.
 *
 * @typedef {object} CacheSetting
 * @property {string} repository in a registry, e.g. "registry.example.com/game/cache"
 * @property {"read" | "write" | undefined} mode as set; undefined decides by where the run is
 */

const REPOSITORY =
  /^(?<host>localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|\[::1\]|[a-z0-9-]+(?=:))(?::\d+)?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+$/
const OFF = "off"

/**
 * Reads PIPELINE_CACHE and PIPELINE_CACHE_MODE, else `build.cache` of pipeline.yaml.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} root of the repository
 * @returns {CacheSetting | undefined} undefined when there is no registry cache
 * @throws {KitError} CACHE_SETTING, with the place and what was expected
 */
export function readCacheSetting(environment, root) {
  const mode = environment.PIPELINE_CACHE_MODE || undefined
  if (mode !== undefined && mode !== "read" && mode !== "write")
    throw wrong(`PIPELINE_CACHE_MODE is "${mode}"`, '"read" or "write"')
  const file = join(root, "pipeline.yaml")
  const found =
    // A variable that a workflow leaves empty is as good as none.
    environment.PIPELINE_CACHE
      ? { value: environment.PIPELINE_CACHE, line: undefined }
      : existsSync(file)
        ? findBuildKey(readFileSync(file, "utf8"), "cache")
        : undefined
  if (found === undefined || found.value === OFF) return undefined
  const place = found.line === undefined ? "PIPELINE_CACHE" : `${file}:${found.line}: build.cache`
  if (!REPOSITORY.test(found.value))
    throw wrong(
      `${place} is "${found.value}"`,
      'a repository in a registry without a tag, such as "registry.example.com/game/cache", or "off"',
    )
  return { repository: found.value, mode }
}

/**
 * Finds a key in the `build` section of pipeline.yaml. The launcher has no YAML reader, because
 * it runs before anything is installed; so this one reads just this key, in block style, and
 * refuses the spellings that it would misread.
 *
 * @param {string} yaml
 * @param {"cache" | "registry"} key
 * @returns {{value: string, line: number} | undefined}
 * @throws {KitError} CACHE_SETTING when the section has the key in another style
 */
export function findBuildKey(yaml, key) {
  const lines = yaml.split(/\r?\n/)
  const begin = lines.findIndex((line) => /^(?:build|"build"|'build')\s*:/.test(line))
  if (begin < 0) return undefined
  const rest = (lines[begin] ?? "").replace(/^[^:]*:/, "")
  if (!isBlank(rest)) {
    if (new RegExp(`\\b${key}\\b`).test(rest)) throw otherStyle(begin + 1, key)
    return undefined
  }
  /** @type {number | undefined} */
  let indent
  for (const [offset, line] of lines.slice(begin + 1).entries()) {
    if (isBlank(line)) continue
    const own = line.length - line.trimStart().length
    if (own === 0) return undefined
    indent ??= own
    const found = new RegExp(`^(?:${key}|"${key}"|'${key}')\\s*:(?<rest>\\s.*)?$`).exec(
      line.trimStart(),
    )
    if (own !== indent || !found) continue
    const number = begin + offset + 2
    const value = readScalar(found.groups?.rest ?? "")
    if (value === undefined) throw otherStyle(number, key)
    return { value, line: number }
  }
  return undefined
}

/** @param {string} text */
function isBlank(text) {
  return /^\s*(?:#.*)?$/.test(text)
}

/**
 * @param {string} text after the colon
 * @returns {string | undefined} undefined for what is not a plain or quoted word on this line
 */
function readScalar(text) {
  const groups =
    /^\s*(?:"(?<double>[^"\\]*)"|'(?<single>[^']*)'|(?<plain>[A-Za-z0-9][^\s#"']*))\s*(?:\s#.*)?$/.exec(
      text,
    )?.groups
  return groups?.double ?? groups?.single ?? groups?.plain
}

/**
 * @param {number} line
 * @param {string} key
 */
function otherStyle(line, key) {
  return new KitError("CACHE_SETTING", `pipeline.yaml:${line}: can't read \`build.${key}\``, {
    next: `write \`${key}: registry.example.com/game${key === "cache" ? "/cache" : ""}\` on a line of its own under \`build:\``,
  })
}

/**
 * @param {string} what
 * @param {string} expected
 */
function wrong(what, expected) {
  return new KitError("CACHE_SETTING", `${what}; expected ${expected}`)
}
