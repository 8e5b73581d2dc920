import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { forgetUnused } from "../../../engine/lib/registry-store.mjs"

let store: string

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), "pipeline-registry-"))
})
afterEach(() => rmSync(store, { recursive: true }))

function write(path: string, text: string) {
  const file = join(store, "docker/registry/v2", path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Stores a manifest as a push does, and gives its digest. */
function push(repository: string, manifest: object, tag?: string): string {
  const text = JSON.stringify(manifest)
  const hex = createHash("sha256").update(text).digest("hex")
  const manifests = `repositories/${repository}/_manifests`
  write(`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, text)
  write(`${manifests}/revisions/sha256/${hex}/link`, `sha256:${hex}`)
  if (tag) {
    write(`${manifests}/tags/${tag}/current/link`, `sha256:${hex}`)
    write(`${manifests}/tags/${tag}/index/sha256/${hex}/link`, `sha256:${hex}`)
  }
  return hex
}

function has(repository: string, hex: string) {
  const revision = `repositories/${repository}/_manifests/revisions/sha256/${hex}`
  return existsSync(join(store, "docker/registry/v2", revision))
}

const CACHE = { config: { mediaType: "application/vnd.buildkit.cacheconfig.v0" } }

it("forgets caches, in both forms, and keeps images", async () => {
  const image = push("library/python", { config: { mediaType: "image" } }, "3.11")
  push("game/cache", CACHE, "main.all")
  push("game/cache", { manifests: [{ digest: "sha256:0", ...CACHE.config }] }, "topic")
  const { caches } = await forgetUnused(store)
  expect(caches).toEqual(["game/cache:main.all", "game/cache:topic"])
  expect(has("library/python", image)).toBe(true)
  expect(existsSync(join(store, "docker/registry/v2/repositories/game/cache"))).toBe(false)
})

it("forgets what a newer push replaced, but not the parts of an index", async () => {
  const replaced = push("game/api", { config: { digest: "old" } }, "main")
  const part = push("game/api", { config: { digest: "amd64" } })
  const index = push("game/api", { manifests: [{ digest: `sha256:${part}` }] }, "main")
  expect(await forgetUnused(store)).toEqual({ caches: [], manifests: 1 })
  expect([replaced, part, index].map((hex) => has("game/api", hex))).toEqual([false, true, true])
})

it("keeps a repository whose folder lies in that of a cache", async () => {
  push("game", CACHE, "main")
  const image = push("game/api", { config: {} }, "main")
  await forgetUnused(store)
  expect(has("game/api", image)).toBe(true)
})

it("finds nothing in an empty store", async () => {
  expect(await forgetUnused(store)).toEqual({ caches: [], manifests: 0 })
})
