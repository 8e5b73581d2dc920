import { baseImages } from "./base-images.js"
import type { BaseImage } from "./base-images.js"
import type { BuildOptions } from "./expand.js"
import type { Dockerfile, Stage } from "./model.js"

/** A Dockerfile's text with other images in it. */
export interface ReplacedImages {
  text: string
  /** What was replaced, by what, in the order of the file. */
  replaced: { image: BaseImage; by: string }[]
  /** Images that should have been replaced, but whose place in the text was not found. */
  missed: BaseImage[]
}

/**
 * Puts pinned, mirrored or stand-in images in the place of those that a Dockerfile names.
 * Line numbers stay as they are, so that messages of the build still point to the user's lines.
 *
 * @param by gives the image to use instead, or undefined to leave one as it is
 */
export function replaceImages(
  text: string,
  dockerfile: Dockerfile,
  options: BuildOptions,
  by: (reference: string) => string | undefined,
): ReplacedImages {
  const lines = text.split("\n")
  const replaced: ReplacedImages["replaced"] = []
  const missed: BaseImage[] = []
  for (const image of baseImages(dockerfile, options)) {
    const replacement = by(image.reference)
    if (replacement === undefined || replacement === image.reference) continue
    const from = image.usedBy === "FROM" ? dockerfile.stages[image.stage] : undefined
    if (from) replaceFrom(lines, from, replacement)
    if (from || replaceFlag(lines, image, replacement)) replaced.push({ image, by: replacement })
    else missed.push(image)
  }
  return { text: lines.join("\n"), replaced, missed }
}

/** Writes the FROM anew in its first line, and leaves its other lines blank. */
function replaceFrom(lines: string[], { from, name }: Stage, replacement: string): void {
  const flag = from.platform === undefined ? "" : `--platform=${from.platform} `
  const as = name === undefined ? "" : ` AS ${name}`
  lines.fill("", from.line - 1, from.endLine)
  lines[from.line - 1] = `FROM ${flag}${replacement}${as}`
}

/** Replaces the image in a `--from=` or `--mount=...,from=`. */
function replaceFlag(lines: string[], image: BaseImage, replacement: string): boolean {
  const reference = image.reference.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
  const flag = new RegExp(`((?:--|[=,"'])from=["']?)${reference}(?=[\\s,"']|$)`, "i")
  for (let index = image.line - 1; index < image.endLine; index++) {
    const line = lines[index] ?? ""
    if (!flag.test(line)) continue
    lines[index] = line.replace(flag, (_, before: string) => before + replacement)
    return true
  }
  return false
}
