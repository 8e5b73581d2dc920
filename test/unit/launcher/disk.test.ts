import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { formatBytes, mountsBelow } from "../../../engine/lib/disk.mjs"

const DISK = new URL("../../../engine/lib/disk.mjs", import.meta.url).href
const canMount = spawnSync("unshare", ["--mount", "true"]).status === 0

describe("mountsBelow", () => {
  const mounts = [
    "proc /proc proc rw 0 0",
    "tmpfs /home/a tmpfs rw 0 0",
    "tmpfs /home/a/dev\\040shm tmpfs rw 0 0",
    "tmpfs /home/ab tmpfs rw 0 0",
    "",
  ].join("\n")

  it.each([
    { folder: "/home/a", below: ["/home/a/dev shm", "/home/a"] },
    { folder: "/home/ab", below: ["/home/ab"] },
    { folder: "/home/c", below: [] },
    { folder: "/pro", below: [] },
  ])("$folder: $below", ({ folder, below }) => {
    expect(mountsBelow(mounts, folder)).toEqual(below)
  })
})

describe("removeTree", () => {
  // In a mount namespace of its own, which ends with it.
  it.runIf(canMount)("leaves what is mounted in the folder alone", () => {
    const scratch = mkdtempSync(join(tmpdir(), "remove-tree-"))
    const host = join(scratch, "host")
    const left = join(scratch, "left")
    mkdirSync(host)
    mkdirSync(join(left, "dev", "shm"), { recursive: true })
    writeFileSync(join(host, "precious"), "")
    const program = `import { removeTree } from ${JSON.stringify(DISK)}; await removeTree(process.argv[1])`
    const script = 'mount --bind "$1" "$2/dev/shm" && exec node --input-type=module -e "$3" "$2"'
    const { status, stderr } = spawnSync(
      "unshare",
      ["--mount", "--propagation", "private", "sh", "-c", script, "sh", host, left, program],
      { encoding: "utf8" },
    )
    expect(stderr).toBe("")
    expect(status).toBe(0)
    expect(existsSync(left)).toBe(false)
    expect(readdirSync(host)).toEqual(["precious"])
    rmSync(scratch, { recursive: true })
  })
})

describe("formatBytes", () => {
  it.each([
    { bytes: undefined, text: "unknown" },
    { bytes: 0, text: "0 kB" },
    { bytes: 1, text: "1 kB" },
    { bytes: 544_000, text: "544 kB" },
    { bytes: 12_400_000, text: "12 MB" },
    { bytes: 9_800_000_000, text: "9.8 GB" },
  ])("$bytes: $text", ({ bytes, text }) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})
