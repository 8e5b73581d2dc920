import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { commitAll, copyCheckout } from "../lib/repository.mjs"
import { fleetTree } from "./tree.mjs"

/** What a repository needs of this one. */
const PIPELINE = ["pipeline", "engine", "ci", "dagger.json", "package.json", "package-lock.json"]

/**
 * Makes a repository of generated services, with this checkout's pipeline in it and everything that
 * git does not ignore committed on `main`.
 *
 * @param {import("./tree.mjs").FleetSize} size
 * @returns {{folder: string, tracked: number, ignoredBytes: number}} the caller deletes the folder
 */
export function createFleet(size) {
  const folder = copyCheckout(...PIPELINE)
  const folders = new Set()
  const junk = Buffer.alloc(1024 * 1024, "0123456789abcdef")
  let tracked = 0
  let ignoredBytes = 0
  for (const file of fleetTree(size)) {
    const path = join(folder, file.path)
    const parent = dirname(path)
    if (!folders.has(parent)) mkdirSync(parent, { recursive: true })
    folders.add(parent)
    writeFileSync(path, file.junk === undefined ? (file.text ?? "") : junk.subarray(0, file.junk))
    if (file.junk === undefined) tracked += 1
    else ignoredBytes += file.junk
  }
  commitAll(folder)
  return { folder, tracked, ignoredBytes }
}
