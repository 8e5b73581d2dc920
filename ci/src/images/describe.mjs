// @ts-check
/**
 * Prints what an OCI archive holds, as JSON (`ImageFacts` of policy.ts):
 *
 *     node describe.mjs image.tar [FOLDER WITH SECRETS]
 *
 * Each file of the folder is a secret, named as the file, whose value must not be in the image.
 */
import { execFileSync, spawn } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const [archive = "", secretsFolder] = process.argv.slice(2)

/** Shorter values are found in every image. */
const SHORTEST_SECRET = 6

/** @param {string} name */
function read(name) {
  const options = { encoding: /** @type {const} */ ("utf8"), maxBuffer: 64 * 1024 * 1024 }
  return execFileSync("tar", ["-xOf", archive, name], options)
}

/** @param {string} digest */
function blob(digest) {
  return `blobs/${digest.replace(":", "/")}`
}

/**
 * What a secret looks like in a file: as it is, or in Base64, as HTTP and npm write it.
 *
 * @returns {{secret: string, needle: Buffer}[]}
 */
function needles() {
  if (secretsFolder === undefined) return []
  return readdirSync(secretsFolder).flatMap((secret) => {
    const value = readFileSync(join(secretsFolder, secret)).toString().trim()
    if (value.length < SHORTEST_SECRET) return []
    const encoded = Buffer.from(value).toString("base64").replace(/=+$/, "")
    return [value, encoded].map((text) => ({ secret, needle: Buffer.from(text) }))
  })
}

/**
 * Reads one layer, and says which secrets are in it.
 *
 * @param {string} digest
 * @param {{secret: string, needle: Buffer}[]} wanted
 * @returns {Promise<string[]>}
 */
async function leaksIn(digest, wanted) {
  if (wanted.length === 0) return []
  const longest = Math.max(...wanted.map(({ needle }) => needle.length))
  // gzip passes through what is not compressed.
  const unpack = `tar -xOf "$1" "$2" | gzip -dcf`
  const child = spawn("sh", ["-c", unpack, "sh", archive, blob(digest)], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const found = new Set()
  let rest = Buffer.alloc(0)
  for await (const chunk of child.stdout) {
    const text = Buffer.concat([rest, chunk])
    for (const { secret, needle } of wanted) if (text.includes(needle)) found.add(secret)
    // A value may lie across two chunks.
    rest = text.subarray(-longest)
  }
  return [...found]
}

const [entry, ...more] = JSON.parse(read("index.json")).manifests
if (more.length > 0) throw new Error(`${archive} holds ${more.length + 1} images, not one`)
/** @type {{config: {digest: string}, layers: {digest: string, size: number}[]}} */
const manifest = JSON.parse(read(blob(entry.digest)))
const configText = read(blob(manifest.config.digest))
const config = JSON.parse(configText)
const wanted = needles()
const leaks = wanted
  .filter(({ needle }) => configText.includes(needle.toString()))
  .map(({ secret }) => ({ secret, where: "its configuration or history" }))
for (const [index, { digest }] of manifest.layers.entries())
  for (const secret of await leaksIn(digest, wanted))
    leaks.push({ secret, where: `layer ${index + 1} of ${manifest.layers.length}` })
process.stdout.write(
  JSON.stringify({
    digest: entry.digest,
    bytes: manifest.layers.reduce((sum, { size }) => sum + size, 0),
    env: config.config?.Env ?? [],
    history: (config.history ?? []).map((/** @type {{created_by?: string}} */ step) =>
      String(step.created_by ?? ""),
    ),
    leaks,
  }),
)
