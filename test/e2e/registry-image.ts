import { createHash } from "node:crypto"

const MANIFEST = "application/vnd.oci.image.manifest.v1+json"

/**
 * Puts an image without any file into a registry: nothing that a stand-in went into.
 *
 * @param repository with the registry's address, e.g. "127.0.0.1:5000/game/note"
 * @param labels what tells it from others
 * @returns its digest
 */
export async function putImage(
  repository: string,
  tag: string,
  labels: Record<string, string> = {},
): Promise<string> {
  const [host = "", ...path] = repository.split("/")
  const address = `http://${host}/v2/${path.join("/")}`
  const config = JSON.stringify({
    ...{ architecture: "amd64", os: "linux", config: { Labels: labels } },
    rootfs: { type: "layers", diff_ids: [] },
  })
  const digest = `sha256:${createHash("sha256").update(config).digest("hex")}`
  const { headers } = await fetch(`${address}/blobs/uploads/`, { method: "POST" })
  const place = new URL(headers.get("location") ?? "", address)
  place.searchParams.set("digest", digest)
  await fetch(place, { method: "PUT", body: config })
  const put = await fetch(`${address}/manifests/${tag}`, {
    method: "PUT",
    headers: { "content-type": MANIFEST },
    body: JSON.stringify({
      ...{ schemaVersion: 2, mediaType: MANIFEST, layers: [] },
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        ...{ digest, size: config.length },
      },
    }),
  })
  return put.headers.get("docker-content-digest") ?? ""
}
