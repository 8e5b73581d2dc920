import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sha256Of, writeArchive } from "../../fixtures/oci-archive.js"

const PROGRAM = fileURLToPath(new URL("../../../ci/src/images/reproducible.mjs", import.meta.url))
const CREATED = "2026-11-27T10:00:00Z"
const LAYERS = ["base", "own"]

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "reproducible-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What the program makes of an image that an engine exported at some time. */
function reproduce(name: string, time: string, env: string[]) {
  const [old, result] = [join(folder, `${name}.tar`), join(folder, `${name}-new.tar`)]
  const config = {
    ...{ architecture: "amd64", os: "linux", config: { Env: env }, created: time },
    history: LAYERS.map((_, layer) => ({ created: time, created_by: `${name} ${layer}` })),
  }
  writeArchive(old, [{ layers: LAYERS, config }])
  execFileSync("node", [PROGRAM, old, result, CREATED, "python:3.11-slim"])
  const read = (path: string) => execFileSync("tar", ["-xOf", result, path])
  const blob = (digest: string) => read(`blobs/${digest.replace(":", "/")}`)
  const [entry] = JSON.parse(read("index.json").toString()).manifests
  const manifest = JSON.parse(blob(entry.digest).toString())
  const written = JSON.parse(blob(manifest.config.digest).toString())
  return { entry, manifest, config: written, blob }
}

describe("an image that was written anew", () => {
  it("is the same one whenever its layers were made", () => {
    const first = reproduce("first", "2026-11-27T11:00:00.5Z", ["A=1"])
    const second = reproduce("second", "2027-01-01T00:00:00.1Z", ["A=1"])
    expect(first.entry).toEqual(second.entry)
    const other = reproduce("other", "2026-11-27T11:00:00.5Z", ["A=2"])
    expect(other.entry.digest).not.toBe(first.entry.digest)
  })

  it("keeps its layers and settings, and says of each layer where it comes from", () => {
    const { entry, manifest, config, blob } = reproduce("kept", "2026-11-27T11:00:00Z", ["A=1"])
    for (const part of [entry, manifest.config, ...manifest.layers]) {
      expect(sha256Of(blob(part.digest))).toBe(part.digest)
      expect(blob(part.digest)).toHaveLength(part.size)
    }
    const digests = LAYERS.map((text) => sha256Of(Buffer.from(text)))
    expect(manifest.layers.map(({ digest }: { digest: string }) => digest)).toEqual(digests)
    expect(config).toMatchObject({
      ...{ architecture: "amd64", os: "linux", created: CREATED, config: { Env: ["A=1"] } },
      history: [
        { created: CREATED, created_by: "a layer of python:3.11-slim" },
        { created: CREATED, created_by: "the service, and what it depends on" },
      ],
    })
    expect(readFileSync(join(folder, "kept-new.tar")).toString("latin1")).not.toContain("11:00:00")
  })

  it("has its platforms in order, and is else as it was", () => {
    const images = ["arm64", "amd64", "arm"].map((architecture) => ({
      ...{ layers: [architecture], config: { architecture, created: architecture } },
      platform: { architecture, os: "linux" },
    }))
    const entries = [images, [...images].reverse()].map((order, number) => {
      const [old, result] = ["old", "new"].map((name) => join(folder, `${name}-${number}.tar`))
      const digest = writeArchive(old as string, order)
      execFileSync("node", [PROGRAM, old as string, result as string])
      const read = (path: string) => execFileSync("tar", ["-xOf", result as string, path])
      const [entry] = JSON.parse(read("index.json").toString()).manifests
      expect(entry.digest).not.toBe(digest)
      const index = JSON.parse(read(`blobs/${entry.digest.replace(":", "/")}`).toString())
      const platforms = index.manifests.map(
        ({ platform }: { platform: { architecture: string } }) => platform.architecture,
      )
      expect(platforms).toEqual(["amd64", "arm", "arm64"])
      return entry
    })
    expect(entries[0]).toEqual(entries[1])
  })
})
