import { watch } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fingerprint, lookAt } from "./upload/checkout-files.mjs"
import { listCheckout } from "./upload/listing.mjs"

/** An editor writes several files for one save. */
const SETTLE_MS = 200
/** For changes that nothing tells of: on network drives, and where a machine's watches are used up. */
const LOOK_AGAIN_MS = 5_000

/**
 * What a checkout holds, as text that differs as soon as a file that git does not ignore came, went or
 * was written to.
 *
 * @param {string} root
 * @returns {Promise<{state: string, files: string[]}>}
 */
export async function checkoutState(root) {
  const { tracked, untracked } = await listCheckout(root)
  const files = [...tracked, ...untracked]
  return { state: fingerprint(lookAt(root, files)), files }
}

/**
 * Waits until a checkout differs from what it was, and nothing more is written to it.
 *
 * @param {string} root
 * @param {string} before state of the checkout
 * @param {AbortSignal} signal ends the waiting
 * @returns {Promise<boolean>} false when it was ended
 */
export async function untilChanged(root, before, signal) {
  for (;;) {
    const { state, files } = await checkoutState(root)
    if (signal.aborted) return false
    if (state !== before) {
      await sleep(SETTLE_MS)
      if ((await checkoutState(root)).state === state) return true
      continue
    }
    await anythingIn(root, files, signal)
  }
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
