import { isMap, isPair, isScalar, parseDocument } from "yaml"
import type { Node, Pair } from "yaml"

/**
 * Changes digests in the `images` of a pipeline.yaml, and not one character beside them.
 *
 * @param text of the file; empty when there is none
 * @param digests by the tag as `images` names it; a tag that it doesn't name is added
 */
export function updatePins(text: string, digests: ReadonlyMap<string, string>): string {
  const images = imagesOf(text)
  const changes: { from: number; to: number; text: string }[] = []
  const added: [tag: string, digest: string][] = []
  for (const [tag, digest] of digests) {
    const place = images && digestPlace(images, tag)
    if (place === undefined) added.push([tag, digest])
    else changes.push({ ...place, text: digest })
  }
  if (added.length > 0) changes.push(addition(text, images, added))
  return changes
    .sort((one, other) => other.from - one.from)
    .reduce((before, { from, to, text }) => before.slice(0, from) + text + before.slice(to), text)
}

function imagesOf(text: string): Node | undefined {
  const found = (parseDocument(text).get("images", true) ?? undefined) as Node | undefined
  return found
}

/** Where the digest of a tag is written. */
function digestPlace(images: Node, tag: string): { from: number; to: number } | undefined {
  if (!isMap(images)) return undefined
  const entry = images.get(tag, true) as Node | undefined
  const scalar = isMap(entry) ? (entry.get("digest", true) as Node | undefined) : entry
  if (!isScalar(scalar) || !scalar.range) return undefined
  return { from: scalar.range[0], to: scalar.range[1] }
}

function addition(
  text: string,
  images: Node | undefined,
  added: [tag: string, digest: string][],
): { from: number; to: number; text: string } {
  const lines = (indent: string) =>
    added.map(([tag, digest]) => `${indent}"${tag}": ${digest}\n`).join("")
  if (isMap(images) && images.range && images.items.length > 0) {
    if (images.flow) {
      const [start] = images.range
      const words = added.map(([tag, digest]) => `"${tag}": ${digest}`).join(", ")
      return { from: start + 1, to: start + 1, text: ` ${words},` }
    }
    const at = startOf(images.items[0])
    const lineStart = text.lastIndexOf("\n", at - 1) + 1
    return { from: lineStart, to: lineStart, text: lines(text.slice(lineStart, at)) }
  }
  if (images?.range) {
    // `images: {}`, or with nothing behind the colon.
    const [from, to] = images.range
    const separator = text[from - 1] === " " ? from - 1 : from
    return { from: separator, to, text: `\n${lines("  ").trimEnd()}` }
  }
  const end = text === "" || text.endsWith("\n") ? "" : "\n"
  return { from: text.length, to: text.length, text: `${end}images:\n${lines("  ")}` }
}

function startOf(item: unknown): number {
  const key = isPair(item) ? ((item as Pair).key as Node) : undefined
  return key?.range?.[0] ?? 0
}
