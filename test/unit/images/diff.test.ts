import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const PROGRAM = fileURLToPath(new URL("../../../ci/src/images/diff_images.py", import.meta.url))
const EARLIER = "@1000"
const LATER = "@2000"

/** Files of a layer by path, with the time of all of them. */
interface Layer {
  files: Record<string, string>
  time: string
  by?: string
}

let folder: string
let made = 0

beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "pipeline-diff-"))))
afterAll(() => rmSync(folder, { recursive: true }))

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex")
}

function tar(place: string, time: string, ...names: string[]): Buffer {
  const options = ["--sort=name", "--numeric-owner", "--owner=0", "--group=0", `--mtime=${time}`]
  const { stdout, status } = spawnSync("tar", ["-C", place, ...options, "-cf", "-", ...names])
  expect(status).toBe(0)
  return stdout
}

/** An OCI archive, packed by tar. */
function image(layers: Layer[], env: string[] = [], level = 6): string {
  const place = join(folder, String((made += 1)))
  const blobs = join(place, "image/blobs/sha256")
  mkdirSync(blobs, { recursive: true })
  const put = (bytes: Buffer) => {
    writeFileSync(join(blobs, sha256(bytes)), bytes)
    return { digest: `sha256:${sha256(bytes)}`, size: bytes.length }
  }
  const packed = layers.map(({ files, time }, index) => {
    const root = join(place, `layer-${index}`)
    mkdirSync(root)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
    return tar(root, time, ".")
  })
  const config = {
    config: { Env: env },
    rootfs: { diff_ids: packed.map((bytes) => `sha256:${sha256(bytes)}`) },
    history: [
      { created_by: "ENV X=1", empty_layer: true },
      ...layers.map(({ by = "RUN something" }) => ({ created_by: by })),
    ],
  }
  const manifest = put(
    Buffer.from(
      JSON.stringify({
        config: put(Buffer.from(JSON.stringify(config))),
        layers: packed.map((bytes) => put(gzipSync(bytes, { level }))),
      }),
    ),
  )
  writeFileSync(join(place, "image/index.json"), JSON.stringify({ manifests: [manifest] }))
  const archive = join(place, "image.tar")
  writeFileSync(archive, tar(join(place, "image"), EARLIER, "blobs", "index.json"))
  return archive
}

function diff(one: string, other: string): { status: number | null; lines: string[] } {
  const { status, stdout, stderr } = spawnSync("python3", [PROGRAM, one, other], {
    encoding: "utf8",
  })
  expect(stderr).toBe("")
  return { status, lines: stdout.trimEnd().split("\n") }
}

const BASE: Layer = { files: { base: "base" }, time: EARLIER }

describe("two images", () => {
  it("are the same when their digests are", () => {
    const { status, lines } = diff(image([BASE]), image([BASE]))
    expect(status).toBe(0)
    expect(lines).toEqual([expect.stringMatching(/^the same image: sha256:/)])
  })

  it("differ in files: added, removed, changed, and with another time", () => {
    const one = { files: { gone: "x", changed: "1", touched: "t" }, time: EARLIER, by: "COPY . /" }
    const other = { files: { new: "x", changed: "22", touched: "t" }, time: LATER, by: "COPY . /" }
    const { status, lines } = diff(image([BASE, one]), image([BASE, other]))
    expect(status).toBe(1)
    expect(lines.slice(1)).toEqual([
      "1 of 2 layers are the same",
      expect.stringMatching(/^layer 2 of 2 \(COPY \. \/\): \d+ -> \d+ bytes$/),
      "  ~ .: time 1000 -> 2000",
      "  ~ ./changed: content, size 1 -> 2, time 1000 -> 2000",
      "  - ./gone",
      "  + ./new",
      "  ~ ./touched: time 1000 -> 2000",
    ])
  })

  it("differ in times alone, which are counted", () => {
    const files = Object.fromEntries([..."abcdef"].map((name) => [name, name]))
    const { lines } = diff(image([{ files, time: EARLIER }]), image([{ files, time: LATER }]))
    expect(lines.slice(3)).toEqual([
      "  ~ .: time 1000 -> 2000",
      "  ~ ./a: time 1000 -> 2000",
      "  ~ ./b: time 1000 -> 2000",
      "  ~ 4 more paths: time",
    ])
  })

  it("differ in how a layer is compressed, in a layer more, and in their configuration", () => {
    const { lines } = diff(
      image([BASE], ["A=1"], 1),
      image([BASE, { files: { x: "" }, time: EARLIER, by: "RUN more" }], ["A=2"], 0),
    )
    expect(lines).toContain("  the same content, compressed otherwise")
    expect(lines).toContain("layer 2 of 2 (RUN more): only in the other")
    expect(lines).toContain('  ~ config.Env.0: "A=1" -> "A=2"')
  })
})
