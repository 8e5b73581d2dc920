import { existsSync, readdirSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"
import { join } from "node:path"

/**
 * @typedef {object} BenchContext
 * @property {number} rounds how often to measure each subject
 * @property {(text: string) => void} say progress, for a person
 * @property {ReadonlySet<string>} flags those of this bench that were given
 * @property {() => Promise<import("./engine.mjs").Engine>} engine the engine that `./pipeline` would take, brought up at the first call
 */

/**
 * @typedef {object} Bench
 * @property {string} title one line: what is compared with what
 * @property {number} rounds unless the user says otherwise
 * @property {boolean} [onlyByName] whether it is left out where no bench is named, as it takes too long
 * @property {string[]} [flags] what it takes besides what all benches take, without dashes
 * @property {(context: BenchContext) => Promise<import("./paired.mjs").Series[]>} measure cleans up what it made
 */

const FOLDER = fileURLToPath(new URL("..", import.meta.url))

/** @returns {string[]} names of all benches: folders that hold a bench.mjs */
export function benchNames() {
  return readdirSync(FOLDER)
    .filter((name) => existsSync(join(FOLDER, name, "bench.mjs")))
    .sort()
}

/**
 * @param {string} name
 * @returns {Promise<Bench>} what its bench.mjs exports as `bench`
 */
export async function loadBench(name) {
  const { bench } = await import(pathToFileURL(join(FOLDER, name, "bench.mjs")).href)
  return bench
}
