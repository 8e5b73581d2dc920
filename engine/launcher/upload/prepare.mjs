import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ignoreMatcher } from "../../../ci/src/changes/gather/ignore.mjs"
import { UPLOAD_IGNORE } from "../../../ci/src/stages/upload-ignore.mjs"
import { formatBytes } from "../../lib/disk.mjs"
import { KitError } from "../../lib/errors.mjs"
import { withLock } from "../../lib/lock.mjs"
import { CHECKOUTS } from "../../lib/paths.mjs"
import { which } from "../../lib/process.mjs"
import { fingerprint, lastChange, lookAt } from "./checkout-files.mjs"
import { elsewhereGitFiles } from "./git-folder.mjs"
import { checkLargeFiles, sizes } from "./large-files.mjs"
import { listCheckout } from "./listing.mjs"
import { mirror } from "./mirror.mjs"

/**
 * @typedef {object} Upload
 * @property {string[]} flags of the module's constructor
 * @property {string[]} warnings
 * @property {string} size e.g. "20,490 files, 83 MB, of which 2 files, 4 kB are new or changed"
 */

const isWellKnown = ignoreMatcher(UPLOAD_IGNORE)

/**
 * Decides what of a checkout goes to the engine: what git tracks or would add, and nothing that it
 * ignores. Dagger can leave out what a list of names says, no more. So where that list and git
 * disagree, the files are copied to a folder beside the engine's and uploaded from there; nothing
 * is written into the checkout.
 *
 * @param {string} top of the checkout
 * @returns {Promise<Upload>}
 * @throws {import("../../lib/errors.mjs").KitError} for what should not be uploaded, or can't be read
 */
export async function prepareUpload(top) {
  try {
    return await prepare(top, await listCheckout(top))
  } catch (error) {
    if (!(error instanceof KitError) || error.code !== "GIT_FAILED") throw error
    const warning = `${error.message}; only well-known folders such as node_modules are left out of the upload`
    return { flags: [], warnings: [warning], size: "" }
  }
}

/**
 * @param {string} top
 * @param {import("./listing.mjs").Listing} listing
 * @returns {Promise<Upload>}
 */
async function prepare(top, listing) {
  const started = Date.now()
  const tracked = lookAt(top, listing.tracked)
  const untracked = lookAt(
    top,
    listing.untracked.filter((path) => !isWellKnown(path)),
  )
  const files = [...tracked, ...untracked]
  const warnings = checkLargeFiles({ tracked: sizes(tracked), untracked: sizes(untracked) })
  const agree =
    listing.ignored.every((path) => isWellKnown(path)) && !listing.tracked.some(isWellKnown)
  const gitFiles = elsewhereGitFiles(top)
  const all = sizes(files)
  const size = describeSize(all.length, total(all))
  if (agree && gitFiles === undefined) return { flags: [], warnings, size }

  const folders = checkoutFolders(top)
  return underLock(folders.lock, () => {
    const changed = agree
      ? undefined
      : copy(folders, files, { submodules: listing.submodules, started })
    if (gitFiles !== undefined) mirror(folders.git, gitFiles)
    const flags = [
      ...(changed ? [`--checkout-files=${folders.none}`, `--prepared-files=${folders.files}`] : []),
      ...(gitFiles ? [`--prepared-git=${folders.git}`] : []),
    ]
    const isAgain = changed !== undefined && changed.copied < all.length
    const news = isAgain
      ? `, of which ${describeSize(changed.copied, changed.bytes)} are new or changed`
      : ""
    return { flags, warnings, size: size + news }
  })
}

/** A file may be written to twice within one tick of the kernel's clock, which is at most 10 ms. */
const TICK_MS = 100

/**
 * Copies what differs from the last time, and looks at no copy when nothing was written to since.
 *
 * @param {{files: string, state: string}} folders
 * @param {import("./checkout-files.mjs").CheckoutFile[]} files
 * @param {{submodules: string[], started: number}} options started: before the files were looked at
 */
function copy(folders, files, { submodules, started }) {
  const state = [fingerprint(files), ...submodules].join("\0")
  if (existsSync(folders.state) && readFileSync(folders.state, "utf8") === state)
    return { copied: 0, bytes: 0 }
  rmSync(folders.state, { force: true })
  const changed = mirror(folders.files, files, { folders: submodules })
  if (lastChange(files) < started - TICK_MS) writeFileSync(folders.state, state)
  return changed
}

/** @param {import("./large-files.mjs").SizedFile[]} files */
function total(files) {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * @param {number} files
 * @param {number} bytes
 */
function describeSize(files, bytes) {
  return `${files.toLocaleString("en-US")} ${files === 1 ? "file" : "files"}, ${formatBytes(bytes)}`
}

/** @param {string} top */
function checkoutFolders(top) {
  forgetLostCheckouts()
  const home = join(CHECKOUTS, createHash("sha256").update(top).digest("hex").slice(0, 16))
  const folders = {
    files: join(home, "files"),
    git: join(home, "git"),
    none: join(home, "none"),
    state: join(home, "state"),
    lock: join(home, "lock"),
  }
  mkdirSync(folders.none, { recursive: true })
  writeFileSync(join(home, "checkout"), top)
  return folders
}

/** Copies of checkouts that are gone are gone too. */
function forgetLostCheckouts() {
  if (!existsSync(CHECKOUTS)) return
  for (const name of readdirSync(CHECKOUTS)) {
    const file = join(CHECKOUTS, name, "checkout")
    if (existsSync(file) && !existsSync(readFileSync(file, "utf8")))
      rmSync(join(CHECKOUTS, name), { recursive: true, force: true })
  }
}

/**
 * @template T
 * @param {string} file
 * @param {() => T} work
 * @returns {Promise<T>}
 */
async function underLock(file, work) {
  if (!(await which("flock"))) return work()
  return withLock(
    file,
    () => {},
    async () => work(),
  )
}
