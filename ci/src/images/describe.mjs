// @ts-check
/**
 * Prints what an OCI archive holds, as JSON (`ImageFacts` of policy.ts):
 *
 *     node describe.mjs image.tar [FOLDER WITH SECRETS] [FOLDER FOR LEAKS]
 *
 * Each file of the first folder is a secret, named as the file, whose value must not be in the image.
 * A layer in which one was found is remembered in the second: builders reuse a layer that another
 * value of the secret went into, which is then the one that leaks.
 */
import { execFileSync, spawn } from "node:child_process"
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const [archive = "", secretsFolder, leaksFolder = ""] = process.argv.slice(2)

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

/**
 * Secrets that were in a layer before, or are in it now; these are remembered.
 *
 * @param {string} layer digest of its content
 * @param {string[]} found now
 * @returns {string[]}
 */
function everIn(layer, found) {
  const file = join(leaksFolder, layer.replace(":", "-"))
  const known = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : []
  for (const secret of found) if (!known.includes(secret)) appendFileSync(file, `${secret}\n`)
  return [...new Set([...known, ...found])]
}

/** @typedef {{digest: string, mediaType: string, platform?: {os: string, architecture: string, variant?: string}}} Descriptor */

/**
 * What is in the image of one platform.
 *
 * @param {Descriptor} descriptor
 * @param {boolean} isOne of several
 */
async function factsOf({ digest, platform }, isOne) {
  /** @type {{config: {digest: string}, layers: {digest: string, size: number}[]}} */
  const manifest = JSON.parse(read(blob(digest)))
  const configText = read(blob(manifest.config.digest))
  const config = JSON.parse(configText)
  const { os, architecture, variant } = platform ?? config
  const about = isOne ? ` (${[os, architecture, variant].filter(Boolean).join("/")})` : ""
  const leaks = wanted
    .filter(({ needle }) => configText.includes(needle.toString()))
    .map(({ secret }) => ({ secret, where: `its configuration or history${about}` }))
  for (const [index, layer] of manifest.layers.entries()) {
    const found = await leaksIn(layer.digest, wanted)
    const content = config.rootfs.diff_ids[index]
    for (const secret of leaksFolder === "" ? found : everIn(content, found))
      leaks.push({ secret, where: `layer ${index + 1} of ${manifest.layers.length}${about}` })
  }
  return {
    bytes: manifest.layers.reduce((sum, { size }) => sum + size, 0),
    env: /** @type {string[]} */ (config.config?.Env ?? []),
    history: (config.history ?? []).map((/** @type {{created_by?: string}} */ step) =>
      String(step.created_by ?? ""),
    ),
    leaks,
  }
}

const [entry, ...more] = JSON.parse(read("index.json")).manifests
if (more.length > 0) throw new Error(`${archive} holds ${more.length + 1} images, not one`)
/** @type {Descriptor[]} */
const images = JSON.parse(read(blob(entry.digest))).manifests ?? [entry]
const wanted = needles()
const facts = []
for (const image of images) facts.push(await factsOf(image, images.length > 1))
process.stdout.write(
  JSON.stringify({
    digest: entry.digest,
    // Whoever pulls it takes one of them.
    bytes: Math.max(...facts.map(({ bytes }) => bytes)),
    env: [...new Set(facts.flatMap(({ env }) => env))],
    history: [...new Set(facts.flatMap(({ history }) => history))],
    leaks: facts.flatMap(({ leaks }) => leaks),
  }),
)
