import { createHash } from "node:crypto"
import { lstatSync } from "node:fs"
import { encodePath } from "../../../ci/src/changes/gather/paths.mjs"

const ESCAPED = /[\udc80-\udcff]/

/**
 * @typedef {object} CheckoutFile
 * @property {string} path relative to the checkout
 * @property {string} source where it is, absolute
 * @property {import("node:fs").BigIntStats | undefined} stat undefined when it is not there
 */

/**
 * Looks at every file once: what is large, what changed and what is copied is decided from this.
 *
 * @param {string} top of the checkout
 * @param {string[]} paths
 * @returns {CheckoutFile[]}
 */
export function lookAt(top, paths) {
  return paths.map((path) => {
    const source = `${top}/${path}`
    return { path, source, stat: lookAtOne(source) }
  })
}

/**
 * @param {string} source
 * @returns {import("node:fs").BigIntStats | undefined}
 */
export function lookAtOne(source) {
  const name = ESCAPED.test(source) ? encodePath(source) : source
  return lstatSync(name, { bigint: true, throwIfNoEntry: false })
}

/**
 * What is the same as long as no file came, went or was written to. A file's change time can't be set back.
 *
 * @param {CheckoutFile[]} files
 * @returns {string}
 */
export function fingerprint(files) {
  const hash = createHash("sha256")
  for (const file of files) hash.update(`${file.path}\0${stateOf(file)}\0`)
  return hash.digest("hex")
}

/**
 * What differs as soon as a file was written to.
 *
 * @param {CheckoutFile} file
 * @returns {string}
 */
export function stateOf({ stat }) {
  return `${stat?.ino}\0${stat?.size}\0${stat?.mode}\0${stat?.ctimeNs}`
}

/**
 * When the last of the files was written to, in milliseconds since 1970.
 *
 * @param {CheckoutFile[]} files
 */
export function lastChange(files) {
  return files.reduce((last, { stat }) => Math.max(last, Number(stat?.ctimeNs ?? 0n) / 1e6), 0)
}
