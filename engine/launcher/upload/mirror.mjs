import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { decodePath, encodePath } from "../../../ci/src/changes/gather/paths.mjs"
import { isDiskFull, KitError } from "../../lib/errors.mjs"
import { diskFull } from "../../lib/process.mjs"
import { lookAtOne } from "./checkout-files.mjs"

/** Times are handed on as floating-point seconds, which keep about this much. */
const CLOCK_NS = 1000n
/** Far less than the milliseconds between two writes that a kernel can tell apart. */
const TOLERANCE_NS = 2000n
const ESCAPED = /[\udc80-\udcff]/

/**
 * @typedef {object} MirrorEntry
 * @property {string} path where it belongs in the mirror
 * @property {string} source where it is, absolute
 * @property {import("node:fs").BigIntStats | undefined} [stat] of the source, when somebody looked already
 * @property {boolean} [link] a file that never changes: the same one may stand in both places
 */

/**
 * Makes a folder hold exactly the given files, and touches only what differs. A file takes its place
 * whole, so that who reads the folder meanwhile never sees half of one.
 *
 * @param {string} folder
 * @param {MirrorEntry[]} entries
 * @param {{folders?: string[]}} [options] folders that must be there even when they are empty
 * @returns {{copied: number, bytes: number}} what was new or had changed
 * @throws {KitError} UNREADABLE, DISK_FULL
 */
export function mirror(folder, entries, { folders = [] } = {}) {
  const wanted = new Map(entries.map((entry) => [entry.path, entry]))
  const parents = new Set(folders.flatMap((path) => [path, ...parentsOf(path)]))
  for (const path of wanted.keys()) for (const parent of parentsOf(path)) parents.add(parent)
  mkdirSync(folder, { recursive: true })
  const present = removeOthers(folder, wanted, parents)
  for (const parent of [...parents].sort())
    if (!present.has(parent)) mkdirSync(onDisk(folder, parent), { recursive: true })

  const changed = { copied: 0, bytes: 0 }
  for (const entry of wanted.values()) {
    try {
      const bytes = place(folder, entry, present.has(entry.path))
      if (bytes === undefined) continue
      changed.copied += 1
      changed.bytes += bytes
    } catch (error) {
      if (!isGone(error)) throw explained(error, entry)
      rmSync(onDisk(folder, entry.path), { force: true })
    }
  }
  return changed
}

/**
 * @param {string} path
 * @returns {string[]} its folders, from the nearest
 */
function parentsOf(path) {
  const found = []
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
    found.push(path.slice(0, at))
  return found
}

/**
 * @param {string} folder
 * @param {Map<string, MirrorEntry>} wanted
 * @param {Set<string>} parents
 * @returns {Set<string>} what may stay, folders included
 */
function removeOthers(folder, wanted, parents) {
  /** @type {Set<string>} */
  const kept = new Set()
  /** @param {string} path */
  const visit = (path) => {
    const inside = path === "" ? "" : `${path}/`
    for (const entry of readdirSync(onDisk(folder, path), {
      withFileTypes: true,
      encoding: "buffer",
    })) {
      const below = `${inside}${decodePath(entry.name)}`
      if (entry.isDirectory() ? parents.has(below) : wanted.has(below)) {
        kept.add(below)
        if (entry.isDirectory()) visit(below)
      } else rmSync(onDisk(folder, below), { recursive: true, force: true })
    }
  }
  visit("")
  return kept
}

/**
 * @param {string} folder
 * @param {MirrorEntry} entry
 * @param {boolean} present
 * @returns {number | undefined} bytes written; undefined when it was there, or is nothing to copy
 */
function place(folder, { path, source, stat: known, link }, present) {
  const from = ESCAPED.test(source) ? encodePath(source) : source
  const to = onDisk(folder, path)
  const stat = known ?? lookAtOne(source)
  const before = present ? lstatSync(to, { bigint: true, throwIfNoEntry: false }) : undefined
  if (stat === undefined || !(stat.isFile() || stat.isSymbolicLink())) {
    if (before !== undefined) rmSync(to, { force: true })
    return undefined
  }
  if (stat.isSymbolicLink()) {
    const target = readlinkSync(from, { encoding: "buffer" })
    if (before?.isSymbolicLink() && readlinkSync(to, { encoding: "buffer" }).equals(target))
      return undefined
    rmSync(to, { force: true })
    symlinkSync(target, to)
    return target.length
  }
  if (before?.isFile() && isSame(stat, before)) return undefined
  if (link === true && linked(from, to)) return Number(stat.size)
  const incoming = join(dirname(folder), `${basename(folder)}.incoming`)
  copyFileSync(from, incoming, constants.COPYFILE_FICLONE)
  chmodSync(incoming, Number(stat.mode) & 0o777)
  utimesSync(incoming, seconds(stat.atimeNs), seconds(stat.mtimeNs))
  renameSync(incoming, to)
  return Number(stat.size)
}

/**
 * @param {import("node:fs").BigIntStats} one
 * @param {import("node:fs").BigIntStats} other
 */
function isSame(one, other) {
  const apart = one.mtimeNs - other.mtimeNs
  return (
    one.size === other.size &&
    (one.mode & 0o777n) === (other.mode & 0o777n) &&
    apart < TOLERANCE_NS &&
    -apart < TOLERANCE_NS
  )
}

/**
 * @param {string | Buffer} from
 * @param {string | Buffer} to
 */
function linked(from, to) {
  try {
    rmSync(to, { force: true })
    linkSync(from, to)
    return true
  } catch {
    return false
  }
}

/**
 * Whether the checkout lost a file while it was copied.
 *
 * @param {unknown} error
 */
function isGone(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT"
}

/** @param {bigint} nanoseconds */
function seconds(nanoseconds) {
  return Number(nanoseconds / CLOCK_NS) / 1e6
}

/**
 * @param {string} folder
 * @param {string} path
 */
function onDisk(folder, path) {
  const full = path === "" ? folder : `${folder}/${path}`
  return ESCAPED.test(path) ? encodePath(full) : full
}

/**
 * @param {unknown} error
 * @param {MirrorEntry} entry
 */
function explained(error, { path }) {
  if (isDiskFull(error)) return diskFull(`copying ${path} for the upload`)
  const { code } = /** @type {NodeJS.ErrnoException} */ (error)
  if (code !== "EACCES" && code !== "EPERM") return error
  return new KitError("UNREADABLE", `${path} can't be read, so no run would see its content`, {
    next: `make it readable (chmod u+r), or let git ignore it: a line in .gitignore`,
    cause: error,
  })
}
