import { watch } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { lookAt, stateOf } from "./upload/checkout-files.mjs"
import { listCheckout } from "./upload/listing.mjs"

/** An editor writes several files for one save. */
const SETTLE_MS = 200
/** For changes that nothing tells of: on network drives, and where a machine's watches are used up. */
const LOOK_AGAIN_MS = 5_000

/** @typedef {ReadonlyMap<string, string>} CheckoutState every file that git does not ignore → text that differs as soon as it was written to */

/**
 * @param {string} root
 * @returns {Promise<CheckoutState>}
 */
export async function checkoutState(root) {
  const { tracked, untracked } = await listCheckout(root)
  return new Map(lookAt(root, [...tracked, ...untracked]).map((file) => [file.path, stateOf(file)]))
}

/**
 * Waits until a checkout differs from what it was, and nothing more is written to it.
 *
 * @param {string} root
 * @param {CheckoutState} before
 * @param {AbortSignal} signal ends the waiting
 * @returns {Promise<string[]>} the files that came, went or were written to; none when it was ended
 */
export async function untilChanged(root, before, signal) {
  for (;;) {
    const now = await checkoutState(root)
    if (signal.aborted) return []
    if (changedFiles(before, now).length > 0) {
      await sleep(SETTLE_MS)
      const settled = await checkoutState(root)
      const changed = changedFiles(before, settled)
      // What was put back meanwhile is no change.
      if (changed.length > 0 && changedFiles(now, settled).length === 0) return changed
      continue
    }
    await anythingIn(root, [...now.keys()], signal)
  }
}

/**
 * @param {CheckoutState} before
 * @param {CheckoutState} after
 * @returns {string[]} the files that differ, sorted
 */
export function changedFiles(before, after) {
  const written = [...after].filter(([path, state]) => before.get(path) !== state)
  const gone = [...before].filter(([path]) => !after.has(path))
  return [...written, ...gone].map(([path]) => path).sort()
}

/**
 * @param {readonly string[]} files
 * @returns {string} e.g. "services/api/app/main.py (and 2 more)"
 */
export function describeFiles([first = "", ...others]) {
  return others.length === 0 ? first : `${first} (and ${others.length} more)`
}

/**
 * Waits until something happens in a folder that holds one of the files, or for a while.
 *
 * @param {string} root
 * @param {string[]} files
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function anythingIn(root, files, signal) {
  return new Promise((resolve) => {
    /** @type {import("node:fs").FSWatcher[]} */
    const watchers = []
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", done)
      for (const watcher of watchers) watcher.close()
      resolve()
    }
    const timer = setTimeout(done, LOOK_AGAIN_MS)
    signal.addEventListener("abort", done)
    for (const folder of new Set([".", ...files.map((file) => dirname(file))])) {
      try {
        const watcher = watch(join(root, folder), done)
        watcher.on("error", () => {})
        watchers.push(watcher)
      } catch {
        // It is gone, or there are no watches left: looked at again all the same.
      }
    }
  })
}
