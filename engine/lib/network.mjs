import { createHash } from "node:crypto"
import { HOME } from "./paths.mjs"

/**
 * The container network of this home: its own bridge and address range, so
 * that engines of two homes don't share one.
 *
 * @param {string} [home]
 * @returns {{name: string, cidr: string}} the bridge is called `<name>0`
 */
export function network(home = HOME) {
  const digest = createHash("sha256").update(home).digest()
  return {
    name: `pl${digest.toString("hex").slice(0, 8)}`,
    cidr: `10.${88 + ((digest[8] ?? 0) % 100)}.0.0/16`,
  }
}
