// Checks the syntax of the modules of the service in whose folder it runs, and that what they import
// is declared.
//
// Only modules that Node itself runs are checked for syntax; TypeScript is its compiler's business.
// An import counts as missing when no package.json up to the repository's root declares it and it
// can't be found either. Without a build step, what only devDependencies have is missing when the
// service is shipped.
//
// Argument: the service's folder, from the repository's root. Exit code: 1 when there is a problem.
import { execFile } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { builtinModules, createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { promisify } from "node:util"

/** @typedef {{ name?: string, scripts?: Record<string, string> } & Record<string, unknown>} Manifest */

const MODULE = /\.[cm]?[jt]sx?$/
const RUNNABLE = /\.[cm]?js$/
const OTHER_FOLDERS = new Set(["node_modules", "dist", "build", "coverage", "out"])
/** Files that need only be right while developing: tests, scripts, and the configuration of tools. */
const DEVELOPMENT =
  /(^|\/)(tests?|__tests__|e2e|spec|scripts|bench)\/|[.-](test|spec|bench)\.[^/]*$|\.config\.[^/]*$/
const IMPORT =
  /^\s*(?:import|export)\s+(?!type\s)(?:[^"'`;]*?\sfrom\s*)?["']([^"'\n]+)["']|(?:^|[^\w.])(?:require|import)\(\s*["']([^"'\n]+)["']\s*\)/gm

const folder = process.argv[2] ?? "."
const run = promisify(execFile)
const builtin = new Set(builtinModules)

/**
 * The modules in a folder, deep.
 *
 * @param {string} path from the service's folder; empty for that itself
 * @returns {string[]}
 */
function modulesIn(path) {
  return readdirSync(path || ".", { withFileTypes: true }).flatMap((entry) => {
    const child = join(path, entry.name)
    if (entry.name.startsWith(".")) return []
    if (entry.isDirectory()) return OTHER_FOLDERS.has(entry.name) ? [] : modulesIn(child)
    return entry.isFile() && MODULE.test(entry.name) ? [child] : []
  })
}

/** The package.json files from here to the root, the service's own first. */
function manifests() {
  const found = []
  for (let at = process.cwd(); ; at = dirname(at)) {
    const path = join(at, "package.json")
    if (existsSync(path))
      found.push(/** @type {Manifest} */ (JSON.parse(readFileSync(path, "utf8"))))
    if (at === dirname(at)) return found
  }
}

/**
 * The syntax errors of modules.
 *
 * @param {string[]} files
 * @returns {Promise<string[]>}
 */
async function syntaxProblems(files) {
  /** @type {string[]} */
  const problems = []
  const queue = [...files]
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const name = file
      await run(process.execPath, ["--check", name]).catch(
        (/** @type {{ stderr?: string }} */ error) => {
          const text = String(error.stderr ?? error)
          const line = /:(\d+)\n/.exec(text)?.[1] ?? "1"
          const message = /^(\w*Error: .*)$/m.exec(text)?.[1] ?? "can't be parsed"
          problems.push(`${folder}/${name}:${line}: ${message}`)
        },
      )
    }
  }
  await Promise.all([worker(), worker()])
  return problems
}

/**
 * The imports of a module, each with its line.
 *
 * @param {string} file
 * @returns {{ specifier: string, line: number }[]}
 */
function importsOf(file) {
  const blank = (/** @type {string} */ comment) => comment.replace(/[^\n]/g, " ")
  const text = readFileSync(file, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/(?<=^|\s)\/\/[^\n]*/g, blank)
  return [...text.matchAll(IMPORT)].map((match) => {
    const before = text.slice(0, match.index + match[0].length - match[0].trimStart().length)
    return { specifier: match[1] ?? match[2] ?? "", line: before.split("\n").length }
  })
}

/**
 * The imports of a module that are missing when the service is shipped.
 *
 * @param {string} file
 * @param {Manifest[]} all
 * @returns {string[]}
 */
function importProblems(file, all) {
  const names = (/** @type {string} */ key) =>
    all.flatMap((manifest) => Object.keys(manifest[key] ?? {}))
  const declared = new Set([
    ...["dependencies", "optionalDependencies", "peerDependencies"].flatMap(names),
    ...all.map(({ name }) => name),
  ])
  const development = new Set(names("devDependencies"))
  const isBuilt = all[0]?.scripts?.["build"] !== undefined
  return importsOf(file).flatMap(({ specifier, line }) => {
    if (/^[./#]|^[a-z]+:/.test(specifier) || builtin.has(specifier.split("/")[0] ?? "")) return []
    const name = specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/")
    if (declared.has(name)) return []
    const place = `${folder}/${file}:${line}: import ${name}`
    const manifest = `dependencies in ${folder}/package.json`
    if (development.has(name)) {
      if (isBuilt || !RUNNABLE.test(file)) return []
      return [`${place}: only devDependencies have it, not what is shipped: move it to ${manifest}`]
    }
    return isFound(specifier, file) ? [] : [`${place}: not installed: add ${name} to ${manifest}`]
  })
}

/**
 * @param {string} specifier
 * @param {string} file
 */
function isFound(specifier, file) {
  try {
    createRequire(resolve(file)).resolve(specifier)
    return true
  } catch (error) {
    // Anything else means that it is there, but not for require().
    return /** @type {NodeJS.ErrnoException} */ (error).code !== "MODULE_NOT_FOUND"
  }
}

const files = modulesIn("")
const all = manifests()
const problems = [
  ...(await syntaxProblems(files.filter((file) => RUNNABLE.test(file)))),
  ...files.filter((file) => !DEVELOPMENT.test(file)).flatMap((file) => importProblems(file, all)),
]
for (const problem of problems.sort()) console.log(problem)
console.log(`${files.length} modules checked`)
process.exit(problems.length > 0 ? 1 : 0)
