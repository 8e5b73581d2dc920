import { existsSync } from "node:fs"
import { readdir, readFile, rm } from "node:fs/promises"
import { dirname, join, relative } from "node:path"

/**
 * The files of a docker-registry: it can't list or delete what no tag names, nor tell a cache from
 * an image, so `prune` looks at them itself. The layout is that of distribution's file system driver.
 */

const CACHE_CONFIG = "application/vnd.buildkit.cacheconfig.v0"
const DIGEST = /^sha256:(?<hex>[0-9a-f]{64})$/

/**
 * @typedef {object} Manifest what is read of one
 * @property {{mediaType?: string}} [config]
 * @property {{digest: string, mediaType?: string}[]} [manifests] of an index
 */

/**
 * Makes a registry forget its build caches, and all manifests that no tag leads to: what a newer
 * push replaced. The blobs go with the registry's own garbage collection afterwards. The registry
 * must not run.
 *
 * @param {string} store its root folder
 * @returns {Promise<{caches: string[], manifests: number}>} forgotten references of caches, e.g. "game/cache:main"; number of forgotten manifests
 */
export async function forgetUnused(store) {
  const root = join(store, "docker/registry/v2")
  const repositories = await findRepositories(join(root, "repositories"))
  /** @type {string[]} */
  const caches = []
  let manifests = 0
  for (const repository of repositories) {
    const kept = new Set()
    for (const { tag, digest } of await readTags(repository)) {
      const manifest = await readManifest(root, digest)
      if (manifest !== undefined && isCache(manifest)) {
        caches.push(`${relative(join(root, "repositories"), repository)}:${tag}`)
        await rm(join(repository, "_manifests/tags", tag), { recursive: true })
      } else {
        for (const reached of await withChildren(root, digest)) kept.add(reached)
      }
    }
    manifests += await forgetRevisions(repository, kept)
    if (kept.size === 0) await removeRepository(repository)
  }
  return { caches: caches.sort(), manifests }
}

/**
 * @param {string} folder
 * @returns {Promise<string[]>} folders of repositories, which may lie inside one another
 */
async function findRepositories(folder) {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { withFileTypes: true })
  const own = entries.some(({ name }) => name === "_manifests") ? [folder] : []
  const inner = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
  const found = await Promise.all(inner.map(({ name }) => findRepositories(join(folder, name))))
  return [...found.flat(), ...own]
}

/** Only its own folders: another repository may lie inside. @param {string} repository */
async function removeRepository(repository) {
  for (const name of ["_manifests", "_layers", "_uploads"])
    await rm(join(repository, name), { recursive: true, force: true })
  if ((await readdir(repository)).length === 0) await rm(repository, { recursive: true })
}

/** @param {string} repository */
async function readTags(repository) {
  const folder = join(repository, "_manifests/tags")
  if (!existsSync(folder)) return []
  const tags = await readdir(folder)
  return Promise.all(
    tags.map(async (tag) => {
      const link = join(folder, tag, "current/link")
      return { tag, digest: existsSync(link) ? (await readFile(link, "utf8")).trim() : "" }
    }),
  )
}

/**
 * @param {string} root
 * @param {string} digest
 * @returns {Promise<Manifest | undefined>}
 */
async function readManifest(root, digest) {
  const hex = DIGEST.exec(digest)?.groups?.hex
  if (hex === undefined) return undefined
  const file = join(root, "blobs/sha256", hex.slice(0, 2), hex, "data")
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(await readFile(file, "utf8"))
  } catch {
    return undefined
  }
}

/** @param {Manifest} manifest */
function isCache({ config, manifests = [] }) {
  return [config, ...manifests].some((entry) => entry?.mediaType === CACHE_CONFIG)
}

/**
 * @param {string} root
 * @param {string} digest
 * @returns {Promise<string[]>}
 */
async function withChildren(root, digest) {
  const children = (await readManifest(root, digest))?.manifests ?? []
  const found = await Promise.all(children.map((child) => withChildren(root, child.digest)))
  return [digest, ...found.flat()]
}

/**
 * @param {string} repository
 * @param {Set<string>} kept
 */
async function forgetRevisions(repository, kept) {
  const folder = join(repository, "_manifests/revisions/sha256")
  if (!existsSync(folder)) return 0
  const gone = (await readdir(folder)).filter((hex) => !kept.has(`sha256:${hex}`))
  for (const hex of gone) await rm(join(folder, hex), { recursive: true })
  // Tags keep an index of what they pointed to.
  const tags = join(dirname(dirname(folder)), "tags")
  for (const tag of existsSync(tags) ? await readdir(tags) : []) {
    for (const hex of gone)
      await rm(join(tags, tag, "index/sha256", hex), { recursive: true, force: true })
  }
  return gone.length
}
