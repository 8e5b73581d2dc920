import { chmodSync, mkdtempSync, rmdirSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { dirname, join } from "node:path"
import { network } from "../../engine/lib/network.mjs"
import { HOME } from "../../engine/lib/paths.mjs"

/**
 * A new empty home for an engine beside the one that is in use: with a state, a registry and
 * a network of its own. On the same disk, so that files can be linked from one to the other.
 *
 * @returns {string} the caller stops its engine and removes it
 */
export function ownEngineHome() {
  for (;;) {
    const home = mkdtempSync(join(dirname(HOME), "pipeline-bench-"))
    if (!sharesRange(network(home).cidr, [network().cidr, ...hostAddresses()])) {
      // The engine's containers read from it as other users.
      chmodSync(home, 0o755)
      return home
    }
    rmdirSync(home)
  }
}

/**
 * A home's address range follows from its name, so one new home in a hundred has that of
 * the engine in use: two bridges with one range cut each other's containers off.
 *
 * @param {string} cidr e.g. "10.97.0.0/16"
 * @param {readonly string[]} taken addresses or ranges
 * @returns {boolean} whether one of them is in the range
 */
export function sharesRange(cidr, taken) {
  const range = /^\d+\.\d+\./.exec(cidr)?.[0] ?? cidr
  return taken.some((address) => address.startsWith(range))
}

/** @returns {string[]} of all networks that this machine is in */
function hostAddresses() {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address),
  )
}
