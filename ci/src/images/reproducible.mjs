// @ts-check
/**
 * Writes an image's OCI archive anew, the same way every time: an index has its platforms in order.
 *
 *     node reproducible.mjs image.tar NEW.tar [CREATED BASE]
 *
 * With the last two, nothing is left in it either of when each layer was made, and how the engine that
 * made it calls that. CREATED is the time that takes the place of all others, in ISO 8601; BASE the image
 * that all layers but the last one come from.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const [archive = "", result = "", created, base] = process.argv.slice(2)

const folder = mkdtempSync(join(tmpdir(), "image-"))
execFileSync("tar", ["--extract", `--file=${archive}`, `--directory=${folder}`])

/** @param {string} digest */
function blob(digest) {
  return join(folder, "blobs", digest.replace(":", "/"))
}

/**
 * Puts one document in the place of another.
 *
 * @param {{digest: string, size: number}} old
 * @param {object} document
 * @returns {{digest: string, size: number}}
 */
function replace(old, document) {
  const text = JSON.stringify(document)
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`
  rmSync(blob(old.digest))
  writeFileSync(blob(digest), text)
  return { digest, size: Buffer.byteLength(text) }
}

/** @typedef {{digest: string, size: number, mediaType: string, platform?: Record<string, string>}} Descriptor */

/**
 * @param {Descriptor} descriptor
 * @returns {Descriptor}
 */
function rewritten({ mediaType, platform, ...old }) {
  const document = JSON.parse(readFileSync(blob(old.digest), "utf8"))
  const about = { mediaType, ...(platform && { platform }) }
  if (document.manifests !== undefined) {
    const manifests = document.manifests.map(rewritten)
    manifests.sort((/** @type {Descriptor} */ one, /** @type {Descriptor} */ other) =>
      nameOf(one) < nameOf(other) ? -1 : 1,
    )
    return { ...about, ...replace(old, { ...document, manifests }) }
  }
  if (created === undefined) return { ...about, ...replace(old, document) }
  const config = JSON.parse(readFileSync(blob(document.config.digest), "utf8"))
  const last = document.layers.length - 1
  const history = document.layers.map((/** @type {unknown} */ _, /** @type {number} */ layer) => ({
    created,
    created_by: layer < last ? `a layer of ${base}` : "the service, and what it depends on",
  }))
  const written = replace(document.config, { ...config, created, history })
  return {
    ...about,
    ...replace(old, { ...document, config: { ...document.config, ...written } }),
  }
}

/** @param {Descriptor} descriptor */
function nameOf({ platform = {} }) {
  return `${platform["os"]}/${platform["architecture"]}/${platform["variant"] ?? ""}`
}

const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"))
index.manifests = index.manifests.map(rewritten)
writeFileSync(join(folder, "index.json"), JSON.stringify(index))
execFileSync("tar", [
  ...["--create", `--file=${result}`, `--directory=${folder}`],
  ...["oci-layout", "index.json", "blobs"],
])
rmSync(folder, { recursive: true })
