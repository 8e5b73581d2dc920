import { basename, dirname } from "node:path"
import { binariesPiece } from "./build-binaries.mjs"
import { rootfsPiece } from "./build-rootfs.mjs"
import { goSdkPiece, layoutDigest, typescriptSdkPiece } from "./build-sdks.mjs"
import { contentKey, ensurePiece, isBuilt } from "./pieces.mjs"
import { ensureRegistry } from "./registry.mjs"
import { emptyScratch } from "./scratch.mjs"

/**
 * @typedef {object} Foundation what an engine needs to start
 * @property {string} bin folder of programs
 * @property {{folder: string, digest: string}} goSdk
 * @property {{folder: string, digest: string}} typescriptSdk
 * @property {string} rootfs folder of root file systems
 */

/** Every piece of the foundation, in the order it is built. */
export async function foundationPieces() {
  const binaries = await binariesPiece()
  const rootfs = await rootfsPiece()
  return {
    binaries,
    rootfs,
    goSdk: await goSdkPiece({ binaries, rootfs }),
    typescriptSdk: await typescriptSdkPiece({ binaries, rootfs }),
  }
}

/**
 * Builds what is missing of the foundation. Needs the kit's lock.
 *
 * @returns {Promise<Foundation>}
 */
export async function ensureFoundation() {
  await emptyScratch()
  const pieces = await foundationPieces()
  // One compiles and the other downloads: together they take little longer than the first.
  // Both end before a failure is told: what one of them finished is kept.
  const building = [ensurePiece(pieces.binaries), ensurePiece(pieces.rootfs)]
  await Promise.allSettled(building)
  const [binaries, rootfs] = /** @type {[string, string]} */ (await Promise.all(building))
  await ensureRegistry()
  const goSdk = await ensurePiece(pieces.goSdk)
  const typescriptSdk = await ensurePiece(pieces.typescriptSdk)
  return {
    bin: `${binaries}/bin`,
    rootfs,
    goSdk: { folder: goSdk, digest: await layoutDigest(goSdk) },
    typescriptSdk: { folder: typescriptSdk, digest: await layoutDigest(typescriptSdk) },
  }
}

/** @returns {Promise<boolean>} whether nothing is left to build before an engine can start */
export async function isFoundationBuilt() {
  return Object.values(await foundationPieces()).every(isBuilt)
}

/**
 * Tells foundations apart: an engine that was started from another one is out of date.
 *
 * @param {Foundation} foundation
 * @returns {string}
 */
export function foundationKey({ bin, goSdk, typescriptSdk }) {
  return contentKey([basename(dirname(bin)), goSdk.digest, typescriptSdk.digest])
}
