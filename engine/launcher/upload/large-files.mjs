import { formatBytes } from "../../lib/disk.mjs"
import { KitError } from "../../lib/errors.mjs"

/** From here on a file is named. */
export const LARGE_BYTES = 100 * 1000 ** 2
/** From here on a file that nobody added to git is taken for a mistake. */
export const HUGE_BYTES = 1000 ** 3
const NAMED = 5

/**
 * @typedef {object} SizedFile
 * @property {string} path
 * @property {number} bytes
 */

/**
 * @param {import("./checkout-files.mjs").CheckoutFile[]} files
 * @returns {SizedFile[]} those that are regular files
 */
export function sizes(files) {
  return files.flatMap(({ path, stat }) =>
    stat?.isFile() ? [{ path, bytes: Number(stat.size) }] : [],
  )
}

/**
 * What is to be said about large files before they are uploaded.
 *
 * @param {{tracked: SizedFile[], untracked: SizedFile[]}} files
 * @returns {string[]} warnings, largest file first
 * @throws {KitError} HUGE_FILE for untracked ones that are surely a mistake
 */
export function checkLargeFiles({ tracked, untracked }) {
  const huge = large(untracked).filter(({ bytes }) => bytes >= HUGE_BYTES)
  if (huge.length > 0) throw hugeFiles(huge)
  return [
    ...large(untracked).map(
      ({ path, bytes }) =>
        `${path} (${formatBytes(bytes)}, not in git) is uploaded; this line in .gitignore leaves it out: ${ignoreLine(path)}`,
    ),
    ...large(tracked).map(
      ({ path, bytes }) =>
        `${path} (${formatBytes(bytes)}, tracked by git) is uploaded; to leave it out, \`git rm --cached\` it and ignore it: ${ignoreLine(path)}`,
    ),
  ].slice(0, NAMED)
}

/** @param {SizedFile[]} files */
function large(files) {
  return files
    .filter(({ bytes }) => bytes >= LARGE_BYTES)
    .sort((one, other) => other.bytes - one.bytes)
}

/** @param {SizedFile[]} files */
function hugeFiles(files) {
  const named = files.map(({ path, bytes }) => `${path} (${formatBytes(bytes)})`).join(", ")
  const lines = files.map(({ path }) => `    ${ignoreLine(path)}`).join("\n")
  return new KitError(
    "HUGE_FILE",
    `not in git, not ignored, and too large to upload by accident: ${named}`,
    {
      next: `add to .gitignore:\n${lines}\n  or, if services need it, \`git add\` it: what git tracks is always uploaded`,
    },
  )
}

/**
 * The line that makes git ignore exactly this file.
 *
 * @param {string} path from the folder of the .gitignore
 */
export function ignoreLine(path) {
  return `/${path.replaceAll(/[\\*?[]/g, "\\$&").replace(/ +$/, (spaces) => spaces.replaceAll(" ", "\\ "))}`
}
