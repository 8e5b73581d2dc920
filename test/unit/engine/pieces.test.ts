import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"

const home = mkdtempSync(join(tmpdir(), "pieces-"))
vi.stubEnv("PIPELINE_ENGINE_HOME", home)
const { contentKey, ensurePiece, isBuilt } = await import("../../../engine/lib/pieces.mjs")
const { PIECES } = await import("../../../engine/lib/paths.mjs")

beforeEach(() => vi.spyOn(process.stderr, "write").mockReturnValue(true))
afterEach(() => rmSync(home, { recursive: true, force: true }))

function piece(inputs: string[], build: (folder: string) => Promise<void>) {
  return { name: "thing", title: "a thing", inputs, needsMegabytes: 1, build }
}

describe("ensurePiece", () => {
  it("builds once for the same inputs, and anew for others", async () => {
    let builds = 0
    const build = async (folder: string) => writeFileSync(join(folder, "content"), String(++builds))
    const first = await ensurePiece(piece(["v1"], build))
    expect(await ensurePiece(piece(["v1"], build))).toBe(first)
    const second = await ensurePiece(piece(["v2"], build))
    expect(readFileSync(join(first, "content"), "utf8")).toBe("1")
    expect(readFileSync(join(second, "content"), "utf8")).toBe("2")
  })

  it("never takes a half-built piece for a whole one", async () => {
    const dying = piece(["v1"], async (folder) => {
      writeFileSync(join(folder, "half"), "")
      throw new Error("killed")
    })
    await expect(ensurePiece(dying)).rejects.toThrow("killed")
    expect(isBuilt(dying)).toBe(false)
    expect(readdirSync(PIECES)).toEqual([])
  })

  it("removes what a killed build left behind", async () => {
    const done = await ensurePiece(piece(["v1"], async () => {}))
    const leftover = join(PIECES, ".thing-killed")
    writeFileSync(leftover, "")
    await ensurePiece(piece(["v2"], async () => {}))
    expect(existsSync(leftover)).toBe(false)
    expect(existsSync(done)).toBe(true)
  })

  it("says before it starts that the disk is too small", async () => {
    const huge = { ...piece(["v1"], async () => {}), needsMegabytes: 10 ** 9 }
    await expect(ensurePiece(huge)).rejects.toMatchObject({
      code: "DISK_FULL",
      next: expect.stringContaining("PIPELINE_ENGINE_HOME"),
    })
  })

  it("explains a disk that filled up on the way, and leaves nothing behind", async () => {
    const full = piece(["v1"], async () => {
      throw Object.assign(new Error("write failed"), { code: "ENOSPC" })
    })
    await expect(ensurePiece(full)).rejects.toMatchObject({
      code: "DISK_FULL",
      message: expect.stringContaining("a thing"),
    })
    expect(readdirSync(PIECES)).toEqual([])
  })
})

describe("contentKey", () => {
  it("keeps lists apart that join to the same text", () => {
    expect(contentKey(["ab", "c"])).not.toBe(contentKey(["a", "bc"]))
  })
})
