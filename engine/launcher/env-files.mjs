import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/**
 * Dagger takes a line `FUNCTION_ARGUMENT=value` of a .env file as that
 * argument's default, and says so: `user default: pipeline.ci(changed="true")`.
 */
const USER_DEFAULT = /^user default: (?<call>[\w-]+(?:\.[\w-]+)?)\((?<argument>[\w-]+)=/

/**
 * @typedef {{file: string, line: number, text: string}} EnvLine
 */

/**
 * The warning about a line of a .env file that became an argument.
 *
 * @param {string} output a line of dagger's output
 * @param {string} folder where dagger runs
 * @returns {string | undefined} undefined when the output is about something else
 */
export function userDefaultWarning(output, folder) {
  const groups = USER_DEFAULT.exec(output)?.groups
  if (!groups) return undefined
  const [, name = ""] = (groups.call ?? "").split(".")
  const argument = groups.argument ?? ""
  const flag = `--${argument.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const wanted = [normalise(name + argument), normalise(`pipeline${name}${argument}`)]
  const line = envLines(folder).find(({ text }) => wanted.includes(normalise(variableName(text))))
  const where = line ? `${line.file}:${line.line}` : "a .env file"
  return `${where} sets \`${flag}\` of ${name === "" ? "every function" : `\`${name}\``}, because dagger reads .env files; rename that variable if it is not meant so`
}

/**
 * Where a line of a .env file is.
 *
 * @param {string} text
 * @param {string} folder
 * @returns {EnvLine | undefined}
 */
export function findEnvLine(text, folder) {
  return envLines(folder).find((line) => line.text.trim() === text.trim())
}

/**
 * Every line of every .env file that dagger looks at, nearest first.
 *
 * @param {string} folder
 * @returns {EnvLine[]}
 */
function envLines(folder) {
  const file = join(folder, ".env")
  const own = existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .map((text, index) => ({ file, line: index + 1, text }))
    : []
  const parent = dirname(folder)
  return parent === folder ? own : [...own, ...envLines(parent)]
}

/** @param {string} line */
function variableName(line) {
  return /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1] ?? ""
}

/** @param {string} name dagger matches names whatever their case and underscores */
function normalise(name) {
  return name.replaceAll(/[_-]/g, "").toLowerCase()
}
