// @ts-check
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { decodePath } from "./paths.mjs"

/** @typedef {import("./records.mjs").SpecialFiles} SpecialFiles */

const HEADER_LENGTH = 12
const SIGNATURE = "DIRC"
/** Entries of version 4 share the beginnings of their paths; git writes it only when told to. */
const VERSIONS = [2, 3]
/** Of the byte that says what an entry is. */
const TYPE_OFFSET = 26
const ID_OFFSET = 40
/** In bytes: SHA-1 and SHA-256. */
const ID_LENGTHS = [20, 32]
/** The first four bits of modes 120000 and 160000. */
const LINK = 0xa0
const SUBMODULE = 0xe0
const ASSUME_UNCHANGED = 0x8000
const EXTENDED = 0x4000
/** In the second pair of bytes, which only extended entries have. */
const SKIP_WORKTREE = 0x4000
const NAME_LENGTH = 0x0fff
/** Entries end on a multiple of it. */
const ALIGNMENT = 8
const FIRST_SMALL_LETTER = 0x61

/**
 * Finds what is out of the ordinary among the tracked files in the index itself: listing all of them
 * costs git a process, and a large part of the time that a plan takes. Format:
 * https://git-scm.com/docs/index-format
 *
 * @param {import("./repository.mjs").Repository} repository
 * @returns {SpecialFiles | null} null when only git can read it, or say what is wrong with it
 */
export function readIndex({ gitDir }) {
  const file = readOrNull(join(gitDir, "index"))
  if (file === null) return null
  for (const idLength of ID_LENGTHS) {
    const found = parseIndex(file, idLength)
    if (found !== null) return found
  }
  return null
}

/**
 * @param {Buffer} file
 * @param {number} idLength bytes
 * @returns {SpecialFiles | null} null when it is of another form
 */
export function parseIndex(file, idLength) {
  const limit = file.length - idLength
  if (limit < HEADER_LENGTH || file.toString("latin1", 0, 4) !== SIGNATURE) return null
  if (!VERSIONS.includes(file.readUInt32BE(4))) return null
  /** @type {SpecialFiles} */
  const found = { links: [], hidden: [] }
  let start = HEADER_LENGTH
  for (let left = file.readUInt32BE(8); left > 0; left -= 1) {
    const flagsAt = start + ID_OFFSET + idLength
    if (flagsAt + 4 > limit) return null
    // Tens of thousands of times, and `readUInt16BE` checks its argument.
    const flags = ((file[flagsAt] ?? 0) << 8) | (file[flagsAt + 1] ?? 0)
    const isExtended = (flags & EXTENDED) !== 0
    const nameAt = flagsAt + (isExtended ? 4 : 2)
    const end = endOfName(file, nameAt, flags & NAME_LENGTH)
    if (end === -1 || end >= limit) return null
    const type = (file[start + TYPE_OFFSET] ?? 0) & 0xf0
    const isSkipped = isExtended && (file.readUInt16BE(flagsAt + 2) & SKIP_WORKTREE) !== 0
    const isHidden = (isSkipped || (flags & ASSUME_UNCHANGED) !== 0) && type !== SUBMODULE
    if (type === LINK || isHidden) {
      const path = decodePath(file.subarray(nameAt, end))
      const oid = file.toString("hex", start + ID_OFFSET, flagsAt)
      if (type === LINK) found.links.push({ path, oid })
      if (isHidden) found.hidden.push({ path, oid, sparse: isSkipped })
    }
    start += Math.ceil((end + 1 - start) / ALIGNMENT) * ALIGNMENT
  }
  return endsWithOptionalExtensions(file, start, limit) ? found : null
}

/**
 * @param {Buffer} file
 * @param {number} start
 * @param {number} length as far as the flags can say
 * @returns {number} where the NUL behind the name is; -1 when there is none
 */
function endOfName(file, start, length) {
  if (length === NAME_LENGTH) return file.indexOf(0, start)
  return file[start + length] === 0 ? start + length : -1
}

/**
 * Whether nothing but extensions follows that may be ignored. Those that may not, such as a split or
 * a sparse index, have names with a small letter in front.
 *
 * @param {Buffer} file
 * @param {number} start
 * @param {number} limit where the checksum begins
 * @returns {boolean}
 */
function endsWithOptionalExtensions(file, start, limit) {
  while (start + 8 <= limit) {
    if ((file[start] ?? 0) >= FIRST_SMALL_LETTER) return false
    start += 8 + file.readUInt32BE(start + 4)
  }
  return start === limit
}

/**
 * @param {string} path
 * @returns {Buffer | null}
 */
function readOrNull(path) {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}
