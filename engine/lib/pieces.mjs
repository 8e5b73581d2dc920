import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  stat,
  statfs,
  writeFile,
} from "node:fs/promises"
import { join, relative } from "node:path"
import { removeTree } from "./disk.mjs"
import { isDiskFull, KitError } from "./errors.mjs"
import { PIECES } from "./paths.mjs"
import { diskFull } from "./process.mjs"
import { step } from "./progress.mjs"

/**
 * @typedef {object} Piece
 * @property {string} name folder prefix, e.g. "binaries"
 * @property {string} title for progress, e.g. "dagger and its engine"
 * @property {string[]} inputs every text that decides the content: versions, scripts, keys of other pieces
 * @property {number} needsMegabytes free disk space to build it
 * @property {(folder: string) => Promise<void>} build fills an empty folder
 */

const COMPLETE = ".complete"

/**
 * Gives the folder of a piece, building it when no complete one of this content key is there.
 *
 * It is built in a temporary folder and renamed when whole, so a half-built
 * piece is never taken for a whole one, whatever killed the build. Older keys
 * of the same piece stay: `prune` removes them.
 *
 * @param {Piece} piece
 * @returns {Promise<string>}
 * @throws {KitError} DISK_FULL before it starts if there is too little room
 */
export async function ensurePiece(piece) {
  const folder = pieceFolder(piece)
  if (existsSync(join(folder, COMPLETE))) return folder
  await mkdir(PIECES, { recursive: true })
  await requireSpace(piece)
  await dropUnfinished(piece.name)
  const unfinished = await mkdtemp(join(PIECES, `.${piece.name}-`))
  try {
    await step(piece.title, () => piece.build(unfinished))
    await writeFile(join(unfinished, COMPLETE), `${new Date().toISOString()}\n`)
    await removeTree(folder)
    await rename(unfinished, folder)
  } catch (error) {
    await removeTree(unfinished)
    if (isDiskFull(error) && !(error instanceof KitError)) throw diskFull(`building ${piece.title}`)
    throw error
  }
  return folder
}

/**
 * @param {Pick<Piece, "name" | "inputs">} piece
 * @returns {string}
 */
export function pieceFolder(piece) {
  return join(PIECES, pieceKey(piece))
}

/**
 * Name and content key of a piece: an input of the pieces that are made from it, wherever the kit's home is.
 *
 * @param {Pick<Piece, "name" | "inputs">} piece
 * @returns {string}
 */
export function pieceKey(piece) {
  return `${piece.name}-${contentKey(piece.inputs)}`
}

/**
 * Forgets a piece, so that it is built again.
 *
 * @param {Pick<Piece, "name" | "inputs">} piece
 */
export async function dropPiece(piece) {
  await removeTree(pieceFolder(piece))
}

/**
 * @param {Pick<Piece, "name" | "inputs">} piece
 * @returns {boolean}
 */
export function isBuilt(piece) {
  return existsSync(join(pieceFolder(piece), COMPLETE))
}

/**
 * Hashes texts so that no two different lists give the same key.
 *
 * @param {string[]} inputs
 * @returns {string} 16 hexadecimal digits
 */
export function contentKey(inputs) {
  const hash = createHash("sha256")
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}:`).update(input)
  return hash.digest("hex").slice(0, 16)
}

/**
 * The texts of all files below a folder, each led by its path: an input for a content key. Installed
 * packages are left out without looking into their folders: their lock decides them.
 *
 * @param {string} folder
 * @param {(path: string) => boolean} [include] by paths in the folder
 * @returns {Promise<string[]>}
 */
export async function folderInputs(folder, include = () => true) {
  const paths = await filesBelow(folder)
  return Promise.all(
    paths
      .map((file) => relative(folder, file))
      .filter(include)
      .sort()
      .map(async (path) => `${path}\n${await readFile(join(folder, path), "utf8")}`),
  )
}

/**
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true })
  const below = entries
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map((entry) => filesBelow(join(folder, entry.name)))
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name))
  return [...files, ...(await Promise.all(below)).flat()]
}

/** @param {Piece} piece */
async function requireSpace(piece) {
  const { bavail, bsize } = await statfs(PIECES)
  const free = Math.floor((bavail * bsize) / 1024 / 1024)
  if (free >= piece.needsMegabytes) return
  throw new KitError(
    "DISK_FULL",
    `building ${piece.title} needs ${piece.needsMegabytes} MB in ${PIECES}, ${free} MB are free`,
    {
      exitCode: 1,
      next: "free some space, or set PIPELINE_ENGINE_HOME to a folder on another disk",
    },
  )
}

/**
 * What a killed build left. Only called under the kit's lock, so nobody is building there.
 *
 * @param {string} name
 */
async function dropUnfinished(name) {
  for (const entry of await readdir(PIECES)) {
    if (entry.startsWith(`.${name}-`)) await removeTree(join(PIECES, entry))
  }
}

/**
 * Every finished piece, with its age: for `prune`.
 *
 * @returns {Promise<{folder: string, modified: Date}[]>}
 */
export async function allPieces() {
  if (!existsSync(PIECES)) return []
  const entries = await readdir(PIECES)
  return Promise.all(
    entries.map(async (entry) => ({
      folder: join(PIECES, entry),
      modified: (await stat(join(PIECES, entry))).mtime,
    })),
  )
}
