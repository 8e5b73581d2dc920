import { createHash } from "node:crypto"
import { DeployError, EXIT, messageOf } from "../errors.js"

/** A manifest, and the digest of exactly its bytes. */
export interface StoredManifest {
  digest: string
  /** In bytes. */
  size: number
  manifest: Manifest
}

/** What an index says about one of its manifests. */
export interface Descriptor {
  mediaType: string
  artifactType?: string
  digest: string
  size: number
  platform?: { os: string }
  annotations?: Record<string, string>
}

/** The parts of an OCI manifest or index that are read. */
export interface Manifest {
  mediaType?: string
  artifactType?: string
  config?: { digest: string }
  manifests?: Descriptor[]
  annotations?: Record<string, string>
}

/** Who may use a registry. */
export interface RegistryLogin {
  user: string
  password: string
}

/** How a registry is reached. */
export interface RegistryOptions {
  /** Only asked when the registry wants to know. */
  login?: () => Promise<RegistryLogin | undefined>
  /** Address in place of the registry's own, such as "http://registry:5000". */
  address?: string
}

export const INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
const MANIFEST_TYPES = [
  INDEX_TYPE,
  MANIFEST_TYPE,
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
]
const TIMEOUT_MS = 30_000

/** Bytes in a millisecond that an upload makes at least. */
const SLOWEST = 200

/** How often a registry that is busy is asked, and the pause that grows from try to try. */
const TRIES = 3
const PAUSE_MS = 500

/** Talks to a registry as the OCI distribution specification says. */
export class Registry {
  private authorization: string | undefined

  constructor(private readonly options: RegistryOptions = {}) {}

  /** The manifest of a tag or digest; undefined when there is none. */
  async manifest(repository: string, reference: string): Promise<StoredManifest | undefined> {
    const response = await this.request(repository, `manifests/${reference}`, {
      headers: { accept: MANIFEST_TYPES.join(", ") },
    })
    if (response.status === 404) return undefined
    const bytes = Buffer.from(await (await accepted(response, repository)).arrayBuffer())
    const manifest = JSON.parse(bytes.toString()) as Manifest
    return { digest: sha256(bytes), size: bytes.length, manifest }
  }

  /** The labels of an image; of its first real platform, when it has several. */
  async labels(repository: string, { manifest }: StoredManifest): Promise<Record<string, string>> {
    const inner = manifest.manifests?.find(({ platform }) => platform?.os !== "unknown")
    if (inner !== undefined) {
      const found = await this.manifest(repository, inner.digest)
      return found === undefined ? {} : this.labels(repository, found)
    }
    if (manifest.config === undefined) return {}
    const response = await this.request(repository, `blobs/${manifest.config.digest}`)
    const config = (await (await accepted(response, repository)).json()) as {
      config?: { Labels?: Record<string, string> }
    }
    return config.config?.Labels ?? {}
  }

  /** All tags of a repository; none when it does not exist. */
  async tags(repository: string): Promise<string[]> {
    const tags: string[] = []
    let last: string | undefined
    for (;;) {
      const query = last === undefined ? "n=1000" : `n=1000&last=${encodeURIComponent(last)}`
      const response = await this.request(repository, `tags/list?${query}`)
      if (response.status === 404) return tags
      const page = (await (await accepted(response, repository)).json()) as {
        tags?: string[] | null
      }
      tags.push(...(page.tags ?? []))
      last = page.tags?.at(-1)
      if (last === undefined || !response.headers.get("link")) return tags
    }
  }

  /** What refers to a manifest; undefined from a registry that does not know. */
  async referrers(repository: string, digest: string): Promise<Descriptor[] | undefined> {
    const response = await this.request(repository, `referrers/${digest}`, {
      headers: { accept: INDEX_TYPE },
    })
    if (response.status === 404) return undefined
    const index = (await (await accepted(response, repository)).json()) as Manifest
    return index.manifests ?? []
  }

  /** Stores a blob unless it is there. */
  async putBlob(repository: string, bytes: Buffer): Promise<void> {
    await this.putFile(repository, sha256(bytes), new Blob([new Uint8Array(bytes)]))
  }

  /** Stores a file unless there is one with its digest. */
  async putFile(repository: string, digest: string, file: Blob): Promise<void> {
    const there = await this.request(repository, `blobs/${digest}`, { method: "HEAD" })
    if (there.ok) return
    const begun = await accepted(
      await this.request(repository, "blobs/uploads/", { method: "POST" }),
      repository,
    )
    const place = new URL(begun.headers.get("location") ?? "", this.base(repository))
    place.searchParams.set("digest", digest)
    await accepted(
      await this.request(repository, `${place.pathname}${place.search}`, {
        method: "PUT",
        headers: { "content-type": "application/octet-stream" },
        body: file,
      }),
      repository,
    )
  }

  /** Stores a manifest under a tag or its digest. */
  async putManifest(repository: string, reference: string, manifest: object): Promise<Response> {
    const { mediaType } = manifest as { mediaType: string }
    const response = await this.request(repository, `manifests/${reference}`, {
      method: "PUT",
      headers: { "content-type": mediaType },
      body: JSON.stringify(manifest),
    })
    return accepted(response, repository)
  }

  private base(repository: string): URL {
    const { host } = splitRepository(repository)
    return new URL(this.options.address ?? `${isLoopback(host) ? "http" : "https"}://${host}`)
  }

  /** @param path below the repository, or from the root with "/" in front */
  private async request(
    repository: string,
    path: string,
    init: RequestInit = {},
  ): Promise<Response> {
    const { name } = splitRepository(repository)
    const url = new URL(path.startsWith("/") ? path : `/v2/${name}/${path}`, this.base(repository))
    const response = await this.send(url, init)
    if (response.status !== 401) return response
    const authorization = await this.signIn(response, name)
    if (authorization === undefined || authorization === this.authorization) return response
    this.authorization = authorization
    return this.send(url, init)
  }

  private async send(url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.authorization !== undefined) headers.set("authorization", this.authorization)
    for (let tries = 1; ; tries += 1) {
      try {
        const size = init.body instanceof Blob ? init.body.size : 0
        const signal = AbortSignal.timeout(TIMEOUT_MS + Math.ceil(size / SLOWEST))
        const response = await fetch(url, { ...init, headers, signal })
        if (tries === TRIES || !(response.status >= 500 || response.status === 429)) return response
      } catch (error) {
        if (tries < TRIES) continue
        throw new DeployError(
          `the registry ${url.host} does not answer: ${messageOf((error as Error).cause ?? error)}`,
          EXIT.unknown,
          "give --registry-endpoint=tcp://HOST:PORT for a registry that only this machine reaches",
          { cause: error },
        )
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries))
    }
  }

  /** What the registry asks for: the login itself, or a token that it is exchanged for. */
  private async signIn(response: Response, name: string): Promise<string | undefined> {
    const challenge = response.headers.get("www-authenticate") ?? ""
    const login = await this.options.login?.()
    const basic =
      login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`
    if (!/^bearer /i.test(challenge)) return basic
    const field = (key: string) => new RegExp(`${key}="([^"]*)"`).exec(challenge)?.[1]
    const realm = field("realm")
    if (realm === undefined) return undefined
    const url = new URL(realm)
    url.searchParams.set("scope", field("scope") ?? `repository:${name}:pull,push`)
    const service = field("service")
    if (service !== undefined) url.searchParams.set("service", service)
    const answer = await fetch(url, {
      ...(basic !== undefined && { headers: { authorization: basic } }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!answer.ok) return undefined
    const { token, access_token } = (await answer.json()) as Record<string, string>
    return `Bearer ${token ?? access_token ?? ""}`
  }
}

/** The digest of bytes, as registries write it. */
export function sha256(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`
}

/** The host and the rest of a repository's name. */
export function splitRepository(repository: string): { host: string; name: string } {
  const slash = repository.indexOf("/")
  return { host: repository.slice(0, slash), name: repository.slice(slash + 1) }
}

/** Such registries have no certificate. */
function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host)
}

async function accepted(response: Response, repository: string): Promise<Response> {
  if (response.ok) return response
  const text = (await response.text()).slice(0, 300)
  const denied = response.status === 401 || response.status === 403
  throw new DeployError(
    `the registry refuses ${new URL(response.url).pathname} with ${response.status}: ${text}`,
    EXIT.unknown,
    denied
      ? `give --registry-user and --registry-password that may use ${repository}`
      : `look at the registry of ${repository}`,
  )
}
