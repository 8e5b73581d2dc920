import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { git } from "../lib/repository.mjs"

/**
 * The size of a generated repository.
 *
 * @typedef {object} Size
 * @property {number} services
 * @property {number} files in all, configuration aside
 */

/** One library for so many services; each service uses one, and every second the one beside it. */
const SERVICES_PER_LIBRARY = 10

/**
 * Generates a monorepo that our planner, Nx and Turborepo all understand: services and libraries are
 * npm workspaces, and the same dependencies are in services.json. On the branch `feature` one commit
 * changed one service and one library.
 *
 * @param {Size} size
 * @param {(folder: string) => void} [prepare] adds to what is committed on `main`
 * @returns {{folder: string, expected: string[], remove: () => void}} `expected`: the affected services
 */
export function generateRepository({ services, files }, prepare = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-bench-"))
  const write = writer(folder)
  const libraries = Math.max(1, Math.floor(services / SERVICES_PER_LIBRARY))
  const perUnit = Math.max(2, Math.floor(files / (services + libraries)))
  for (const [path, text] of Object.entries(rootFiles(services, libraries))) write(path, text)
  for (let index = 0; index < libraries; index += 1) {
    writeUnit(write, `libs/${libraryName(index)}`, libraryName(index), [], perUnit)
  }
  for (let index = 0; index < services; index += 1) {
    const dependencies = dependenciesOf(index, libraries).map(libraryName)
    writeUnit(write, `services/${serviceName(index)}`, serviceName(index), dependencies, perUnit)
  }
  git(folder, "init", "--quiet", "--initial-branch=main")
  prepare(folder)
  commit(folder, "start")
  git(folder, "checkout", "--quiet", "-b", "feature")
  write(`services/${serviceName(0)}/src/file-0.js`, "export const value = 'changed'\n")
  write(`libs/${libraryName(libraries - 1)}/src/file-0.js`, "export const value = 'changed'\n")
  commit(folder, "change")
  const expected = Array.from({ length: services }, (_, index) => index)
    .filter((index) => index === 0 || dependenciesOf(index, libraries).includes(libraries - 1))
    .map(serviceName)
  return { folder, expected, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** @param {string} folder @param {string} message */
function commit(folder, message) {
  git(folder, "add", "--all")
  git(folder, "commit", "--quiet", "--message", message)
}

/** @param {string} folder */
function writer(folder) {
  return (/** @type {string} */ path, /** @type {string} */ text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** @param {number} index */
function serviceName(index) {
  return `service-${String(index).padStart(4, "0")}`
}

/** @param {number} index */
function libraryName(index) {
  return `library-${String(index).padStart(3, "0")}`
}

/**
 * @param {number} service
 * @param {number} libraries
 * @returns {number[]}
 */
function dependenciesOf(service, libraries) {
  const first = service % libraries
  return service % 2 === 0 ? [first] : [...new Set([first, (first + 1) % libraries])]
}

/**
 * @param {number} services
 * @param {number} libraries
 * @returns {Record<string, string>}
 */
function rootFiles(services, libraries) {
  const entries = Array.from({ length: services }, (_, index) => ({
    name: serviceName(index),
    path: `services/${serviceName(index)}`,
    language: "node",
    test_command: "npm test",
    depends_on: dependenciesOf(index, libraries).map(libraryName),
  }))
  const shared = Array.from({ length: libraries }, (_, index) => ({
    name: libraryName(index),
    path: `libs/${libraryName(index)}`,
  }))
  const manifest = {
    name: "bench",
    private: true,
    packageManager: "npm@10.9.0",
    workspaces: ["services/*", "libs/*"],
  }
  return {
    "dagger.json": JSON.stringify({ name: "pipeline", source: "ci" }),
    "services.json": JSON.stringify({ services: entries, libraries: shared }, null, 2),
    "package.json": JSON.stringify(manifest, null, 2),
    "nx.json": JSON.stringify({ defaultBase: "main", analytics: false, neverConnectToCloud: true }),
    "turbo.json": JSON.stringify({ tasks: { test: {} } }),
    ".gitignore": "node_modules/\n.nx/\n.turbo/\n.pipeline/\n",
  }
}

/**
 * @param {ReturnType<typeof writer>} write
 * @param {string} path
 * @param {string} name
 * @param {string[]} dependencies
 * @param {number} files
 */
function writeUnit(write, path, name, dependencies, files) {
  const manifest = {
    name,
    version: "1.0.0",
    scripts: { test: "true" },
    dependencies: Object.fromEntries(dependencies.map((each) => [each, "*"])),
  }
  write(`${path}/package.json`, JSON.stringify(manifest, null, 2))
  for (let index = 0; index < files - 1; index += 1) {
    write(`${path}/src/file-${index}.js`, `export const value = "${name} ${index}"\n`)
  }
}
