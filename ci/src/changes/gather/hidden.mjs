// @ts-check
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
 * @returns {Promise<Change[]>}
 */
export async function findHiddenChanges(top, files, notUploaded) {
  if (files.length === 0) return []
  // Hardly anybody has such files, and everybody would wait for the module.
  const { createHash } = await import("node:crypto")
  /** @type {(content: Buffer, length: number) => string} */
  const blobId = (content, length) => {
    const hash = createHash(length === 64 ? "sha256" : "sha1")
    return hash.update(`blob ${content.length}\0`).update(content).digest("hex")
  }
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
