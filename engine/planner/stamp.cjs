const { readFileSync, renameSync, statSync, writeFileSync } = require("node:fs")

/**
 * What the planner was built from, so that a call need not read all of it: as long as size, times
 * and inode of every source are the same, so is its content.
 *
 * @typedef {object} Stamp
 * @property {string} node version
 * @property {string} checkout
 * @property {string} folder of the built planner
 * @property {[path: string, state: string][]} sources files
 */

exports.stampedFolder = stampedFolder
exports.writeStamp = writeStamp

/**
 * @param {string} file where the stamp is kept
 * @param {string} checkout
 * @returns {string | undefined} the folder of the planner that was built from exactly these sources
 */
function stampedFolder(file, checkout) {
  const stamp = readStamp(file)
  if (stamp?.node !== process.version || stamp.checkout !== checkout) return undefined
  const isSame = stamp.sources.every(([path, state]) => stateOf(`${checkout}/${path}`) === state)
  return isSame && stateOf(stamp.folder) !== undefined ? stamp.folder : undefined
}

/**
 * @param {string} file
 * @param {string} checkout
 * @param {{folder: string, sources: readonly string[]}} planner its folder, and the files it was built from
 */
function writeStamp(file, checkout, { folder, sources }) {
  /** @type {Stamp} */
  const stamp = {
    node: process.version,
    checkout,
    folder,
    sources: sources.map((path) => [path, stateOf(`${checkout}/${path}`) ?? ""]),
  }
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, JSON.stringify(stamp))
  renameSync(unfinished, file)
}

/**
 * @param {string} file
 * @returns {Stamp | undefined}
 */
function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return undefined
  }
}

/** @param {string} path */
function stateOf(path) {
  const state = statSync(path, { throwIfNoEntry: false })
  return state && `${state.size} ${state.mtimeMs} ${state.ctimeMs} ${state.ino}`
}
