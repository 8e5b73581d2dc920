// @ts-check
import { createHash } from "node:crypto"
import { lstatSync, readFileSync, readlinkSync } from "node:fs"
import { encodePath } from "./paths.mjs"

/** @typedef {import("./records.mjs").Change} Change */
/** @typedef {import("./records.mjs").HiddenFile} HiddenFile */

/**
 * Finds out about the files that git was told not to look at ("assume unchanged", "skip worktree"),
 * because it is their content that would run. A file that a sparse checkout left out is unchanged.
 * One that git would convert first (line endings, filters) counts as changed: that can't be told
 * apart here.
 *
 * @param {string} top
 * @param {HiddenFile[]} files
 * @param {(path: string) => boolean} notUploaded whether a missing file is only missing here
 * @returns {Change[]}
 */
export function findHiddenChanges(top, files, notUploaded) {
  return files.flatMap(({ path, oid, sparse }) => {
    const content = readEntry(Buffer.concat([Buffer.from(`${top}/`), encodePath(path)]))
    if (content === null && (sparse || notUploaded(path))) return []
    if (content !== null && blobId(content, oid.length) === oid) return []
    const status = content === null ? "D" : "M"
    return [{ path, status, sources: ["worktree"], types: [], before: oid, after: null }]
  })
}

/**
 * @param {Buffer} path
 * @returns {Buffer | null} null if nothing is there
 */
function readEntry(path) {
  try {
    const isLink = lstatSync(path).isSymbolicLink()
    return isLink ? readlinkSync(path, { encoding: "buffer" }) : readFileSync(path)
  } catch {
    return null
  }
}

/**
 * @param {Buffer} content
 * @param {number} length of an id in this repository
 * @returns {string}
 */
function blobId(content, length) {
  const hash = createHash(length === 64 ? "sha256" : "sha1")
  return hash.update(`blob ${content.length}\0`).update(content).digest("hex")
}
