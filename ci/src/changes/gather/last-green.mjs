// @ts-check
import { GatherError } from "./failure.mjs"

/**
 * Reads last green commits that were written as text: one commit, or `service=commit` pairs.
 *
 * @param {import("../facts.js").GatherRequest["lastGreen"]} given
 * @returns {import("../facts.js").GatherRequest["lastGreen"]}
 */
export function readLastGreen(given) {
  if (typeof given !== "string" || !given.includes("=")) return given
  const pairs = given.split(",").map((pair) => {
    const [, service, commit] = /^([^=]+)=([^=]+)$/.exec(pair.trim()) ?? []
    if (service !== undefined && commit !== undefined) return [service, commit]
    throw new GatherError(
      2,
      `--last-green: ${JSON.stringify(pair)} is not SERVICE=COMMIT. ` +
        "Give one commit, or such pairs with commas between them; * stands for the other services.",
    )
  })
  return Object.fromEntries(pairs)
}
