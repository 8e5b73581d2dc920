import { describe, expect, it } from "vitest"
import { oldPieces } from "../../../engine/lib/prune.mjs"

const key = (digit: string): string => digit.repeat(16)
const piece = (name: string, day: number) => ({
  folder: `/home/pieces/${name}`,
  modified: new Date(2026, 0, day),
})

describe("oldPieces", () => {
  it.each([
    {
      what: "keeps the wanted piece of a name, even when another is newer",
      pieces: [piece(`binaries-${key("a")}`, 1), piece(`binaries-${key("b")}`, 2)],
      wanted: [`/home/pieces/binaries-${key("a")}`],
      old: [`/home/pieces/binaries-${key("b")}`],
    },
    {
      what: "keeps what a running engine was started from besides",
      pieces: [piece(`binaries-${key("a")}`, 1), piece(`binaries-${key("b")}`, 2)],
      wanted: [`/home/pieces/binaries-${key("a")}`, `/home/pieces/binaries-${key("b")}`],
      old: [],
    },
    {
      what: "keeps the newest where it isn't known which is wanted",
      pieces: [piece(`image-git-${key("a")}`, 1), piece(`image-git-${key("b")}`, 2)],
      wanted: [],
      old: [`/home/pieces/image-git-${key("a")}`],
    },
    {
      what: "tells names apart that begin alike",
      pieces: [piece(`image-node-${key("a")}`, 1), piece(`image-node-slim-${key("b")}`, 2)],
      wanted: [],
      old: [],
    },
    {
      what: "drops what a killed build left",
      pieces: [piece(".binaries-x8fwAZ", 1)],
      wanted: [],
      old: ["/home/pieces/.binaries-x8fwAZ"],
    },
  ])("$what", ({ pieces, wanted, old }) => {
    expect(oldPieces(pieces, wanted)).toEqual(old)
  })
})
