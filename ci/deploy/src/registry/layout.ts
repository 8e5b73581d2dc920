import { openAsBlob, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Registry } from "./registry.js"
import { sha256 } from "./registry.js"

/** What a manifest or an index says of a part. */
interface Part {
  digest: string
  size: number
}

/** A manifest, or an index of manifests. */
interface Document {
  config?: Part
  layers?: Part[]
  manifests?: Part[]
}

/**
 * Pushes the one image of an OCI layout as it is, or its index of several: layers and configurations
 * first, and the tag last.
 *
 * @param folder with the layout
 * @returns the digest that the tag stands for
 */
export async function pushLayout(
  registry: Registry,
  repository: string,
  tag: string,
  folder: string,
): Promise<string> {
  const place = ({ digest }: Part) => join(folder, "blobs", digest.replace(":", "/"))
  const put = async (part: Part, reference: string): Promise<void> => {
    const document = JSON.parse(readFileSync(place(part), "utf8")) as Document
    const digest = sha256(Buffer.from(JSON.stringify(document)))
    if (digest !== part.digest)
      throw new Error(`${part.digest} would be written differently: ${digest}`)
    for (const inner of document.manifests ?? []) await put(inner, inner.digest)
    for (const blob of [...(document.layers ?? []), ...(document.config ? [document.config] : [])])
      await registry.putFile(repository, blob.digest, await openAsBlob(place(blob)))
    await registry.putManifest(repository, reference, document)
  }
  const { manifests } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as Document
  const [entry, ...others] = manifests ?? []
  if (entry === undefined || others.length > 0)
    throw new Error(`the layout holds ${manifests?.length ?? 0} images, not one`)
  await put(entry, tag)
  return entry.digest
}
