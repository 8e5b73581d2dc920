// @ts-check
import { decodePath } from "./paths.mjs"

/** @typedef {import("../facts.js").FileStatus} FileStatus */
/** @typedef {import("../facts.js").FileSource} FileSource */
/** @typedef {import("../facts.js").SpecialType} SpecialType */

/**
 * One change as git reports it, with the object ids before and after.
 *
 * @typedef {object} Change
 * @property {string} path
 * @property {FileStatus} status
 * @property {FileSource[]} sources
 * @property {SpecialType[]} types
 * @property {string | null} before object id, null if the path did not exist
 * @property {string | null} after object id, null if the path does not exist or has none yet
 */

const NUL = 0
const TAB = 9
const SPACE = 0x20
const SLASH = 0x2f
/** The second digit of a mode: 100644, 120000 (symbolic link), 160000 (submodule). */
const DIGIT_2 = 0x32
const DIGIT_6 = 0x36
const LETTER_S = 0x53
const SMALL_A = 0x61
const SMALL_S = 0x73

/**
 * Reads the output of `git diff-tree -r -z --raw --stdin --always`: for each head and base that was
 * asked about, the head's id and then its changes.
 *
 * @param {Buffer} output
 * @returns {Change[][]} in the order of the questions
 */
export function parseTreeDiffs(output) {
  /** @type {Change[][]} */
  const sections = []
  const records = splitRecords(output)
  for (let index = 0; index < records.length; index += 1) {
    const record = /** @type {Buffer} */ (records[index])
    if (record[0] !== 0x3a) {
      sections.push([])
      continue
    }
    index += 1
    const [from = "", to = "", before = "", after = "", status = ""] = record
      .toString("latin1", 1)
      .split(" ")
    sections.at(-1)?.push({
      path: decodePath(/** @type {Buffer} */ (records[index])),
      status: toStatus(status),
      sources: ["committed"],
      types: specialTypes([from, to]),
      before: toId(before),
      after: toId(after),
    })
  }
  return sections
}

/**
 * Reads the output of `git status --porcelain=v2 -z --no-renames`.
 *
 * @param {Buffer} output
 * @param {(path: string) => boolean} notUploaded whether a missing file is only missing here
 * @returns {Change[]}
 */
export function parseStatus(output, notUploaded) {
  /** @type {Change[]} */
  const changes = []
  for (const record of splitRecords(output)) {
    const change = parseStatusRecord(record, notUploaded)
    if (change !== null) changes.push(change)
  }
  return changes
}

/**
 * A tracked file that git was told not to look at.
 *
 * @typedef {object} HiddenFile
 * @property {string} path
 * @property {string} oid
 * @property {boolean} sparse whether it may be missing
 */

/**
 * What is out of the ordinary among the tracked files.
 *
 * @typedef {object} SpecialFiles
 * @property {Array<{path: string, oid: string}>} links symbolic ones
 * @property {HiddenFile[]} hidden
 */

/**
 * Reads what is out of the ordinary among the tracked files, from `git ls-files -s -v -z` or
 * `git ls-tree -r -z`.
 *
 * @param {Buffer} output
 * @returns {SpecialFiles}
 */
export function parseTracked(output) {
  /** @type {SpecialFiles} */
  const found = { links: [], hidden: [] }
  let start = 0
  while (start < output.length) {
    const end = output.indexOf(NUL, start)
    // Only `ls-files -v` puts a letter in front: "S" for "skip worktree", and a small letter for
    // "assume unchanged".
    const tagged = output[start + 1] === SPACE
    const tag = tagged ? (output[start] ?? 0) : 0
    const mode = tagged ? start + 2 : start
    const kind = output[mode + 1]
    const isLink = kind === DIGIT_2
    const isHidden = (tag >= SMALL_A || tag === LETTER_S) && kind !== DIGIT_6
    if (isLink || isHidden) {
      const tab = output.indexOf(TAB, mode)
      const path = decodePath(output.subarray(tab + 1, end))
      const fields = output.toString("latin1", mode, tab).split(" ")
      const oid = fields.find((field) => field.length >= 40) ?? ""
      if (isLink) found.links.push({ path, oid })
      if (isHidden) found.hidden.push({ path, oid, sparse: tag === LETTER_S || tag === SMALL_S })
    }
    start = end + 1
  }
  return found
}

/**
 * @param {Buffer} output
 * @returns {Buffer[]}
 */
function splitRecords(output) {
  /** @type {Buffer[]} */
  const records = []
  let start = 0
  for (let end = output.indexOf(NUL); end !== -1; end = output.indexOf(NUL, start)) {
    records.push(output.subarray(start, end))
    start = end + 1
  }
  return records
}

/**
 * @param {Buffer} record
 * @param {(path: string) => boolean} notUploaded
 * @returns {Change | null}
 */
function parseStatusRecord(record, notUploaded) {
  const kind = String.fromCharCode(record[0] ?? 0)
  // A header such as "# stash 1", which the user's settings can switch on.
  if (kind === "#") return null
  if (kind === "?") return untracked(record.subarray(2))
  const { fields, rest } = takeFields(record, kind === "u" ? 10 : 8)
  const path = decodePath(rest)
  if (kind === "u") {
    return {
      path,
      status: "U",
      sources: ["worktree"],
      types: specialTypes(fields.slice(3, 7)),
      before: toId(fields[8] ?? ""),
      after: null,
    }
  }
  const [, letters = "..", , inHead = "", inIndex = "", inWorktree = "", before = ""] = fields
  const staged = letters[0] ?? "."
  const missing = letters[1] === "D" && notUploaded(path)
  const worktree = missing ? "." : (letters[1] ?? ".")
  /** @type {FileSource[]} */
  const sources = []
  if (staged !== ".") sources.push("staged")
  if (worktree !== ".") sources.push("worktree")
  if (sources.length === 0) return null
  return {
    path,
    status: toStatus(worktree === "." ? staged : worktree),
    sources,
    types: specialTypes([inHead, inIndex, inWorktree]),
    before: toId(before),
    after: null,
  }
}

/**
 * @param {Buffer} bytes
 * @returns {Change}
 */
function untracked(bytes) {
  // A repository inside this one is named with a slash behind it.
  const nested = bytes.at(-1) === SLASH
  return {
    path: decodePath(nested ? bytes.subarray(0, -1) : bytes),
    status: "A",
    sources: ["untracked"],
    types: nested ? ["submodule"] : [],
    before: null,
    after: null,
  }
}

/**
 * @param {Buffer} record
 * @param {number} count
 * @returns {{fields: string[], rest: Buffer}}
 */
function takeFields(record, count) {
  /** @type {string[]} */
  const fields = []
  let start = 0
  while (fields.length < count) {
    const end = record.indexOf(SPACE, start)
    fields.push(record.toString("latin1", start, end))
    start = end + 1
  }
  return { fields, rest: record.subarray(start) }
}

/**
 * @param {string} letter
 * @returns {FileStatus}
 */
function toStatus(letter) {
  const status = letter.charAt(0)
  return status === "A" || status === "D" || status === "T" || status === "U" ? status : "M"
}

/**
 * @param {string[]} modes
 * @returns {SpecialType[]}
 */
function specialTypes(modes) {
  /** @type {SpecialType[]} */
  const types = []
  if (modes.includes("160000")) types.push("submodule")
  if (modes.includes("120000")) types.push("symlink")
  return types
}

/**
 * @param {string} oid
 * @returns {string | null}
 */
function toId(oid) {
  return /^0+$/.test(oid) ? null : oid
}
