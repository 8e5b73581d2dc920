import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { findBuildKey } from "./cache-setting.mjs"
import { isLoopback } from "./registry-cache.mjs"

/** Functions that read or write what belongs to images, and how it is known that they do. */
const TAKE_ENDPOINT = new Set(["images", "verify-images"])

/**
 * A registry on this machine's own loopback is out of reach for the steps of a run, unless it is
 * named as an endpoint: then dagger lets them through.
 *
 * @param {string | undefined} name of the function
 * @param {string[]} words its arguments
 * @param {string} root of the repository
 * @returns {string[]} the argument to add
 */
export function registryEndpoint(name, words, root) {
  const given = (/** @type {string} */ flag) =>
    words.some((word) => word === flag || word.startsWith(`${flag}=`))
  const wanted = name === "ci" ? given("--push") : TAKE_ENDPOINT.has(name ?? "")
  if (!wanted || given("--registry-endpoint")) return []
  const at = words.findLastIndex((word) => word === "--registry" || word.startsWith("--registry="))
  const word = words[at]
  const registry =
    (word === "--registry" ? words[at + 1] : word?.slice("--registry=".length)) ?? configured(root)
  const [host = ""] = (registry ?? "").split("/")
  if (!isLoopback(host)) return []
  return [`--registry-endpoint=tcp://${/:\d+$/.test(host) ? host : `${host}:80`}`]
}

/** @param {string} root */
function configured(root) {
  const file = join(root, "pipeline.yaml")
  if (!existsSync(file)) return undefined
  try {
    return findBuildKey(readFileSync(file, "utf8"), "registry")?.value
  } catch {
    // In another style: whoever needs the endpoint is told, and can give it.
    return undefined
  }
}
