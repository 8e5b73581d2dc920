// @ts-check
/**
 * Prints what an OCI archive holds, as JSON:
 *
 *     node describe.mjs image.tar
 */
import { execFileSync } from "node:child_process"

const [archive = ""] = process.argv.slice(2)

/** @param {string} name */
function read(name) {
  const options = { encoding: /** @type {const} */ ("utf8"), maxBuffer: 64 * 1024 * 1024 }
  return JSON.parse(execFileSync("tar", ["-xOf", archive, name], options))
}

const [entry, ...more] = read("index.json").manifests
if (more.length > 0) throw new Error(`${archive} holds ${more.length + 1} images, not one`)
const manifest = read(`blobs/${entry.digest.replace(":", "/")}`)
const bytes = manifest.layers.reduce(
  (/** @type {number} */ sum, /** @type {{size: number}} */ layer) => sum + layer.size,
  0,
)
process.stdout.write(JSON.stringify({ digest: entry.digest, bytes }))
