import { createDecipheriv, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Attached } from "../../ci/deploy/src/commands/documents.js"
import { attachDocuments, listDocuments } from "../../ci/deploy/src/commands/documents.js"
import { pushArchive } from "../../ci/deploy/src/commands/push-archive.js"
import { createRepositories, printLogin } from "../../ci/deploy/src/commands/repositories.js"
import { registryLogin } from "../../ci/deploy/src/registry/login.js"
import { documentsOf, signedAttachment } from "../../ci/src/images/attestations.js"
import { writeArchive } from "../fixtures/oci-archive.js"
import type { World } from "./world.js"
import { startWorld } from "./world.js"

const FACTS = {
  origin: { revision: "a".repeat(40), created: "2026-11-27T10:00:00Z" },
  ...{ bases: [], dockerfile: "api/Dockerfile", args: {}, secrets: [], engine: "v0.19.10" },
  ...{ started: "2026-11-27T10:01:00Z", finished: "2026-11-27T10:02:00Z" },
}

let world: World
let folder: string

beforeAll(async () => {
  world = await startWorld()
  folder = mkdtempSync(join(tmpdir(), "pipeline-documents-"))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await world.stop()
})

describe("an archive of an image", () => {
  it("is pushed byte by byte, under as many tags as wanted", async () => {
    const archive = join(folder, "image.tar")
    // More than a registry takes in one piece of its buffer.
    const layers = [randomBytes(3_000_000).toString("latin1"), "second"]
    const digest = writeArchive(archive, [
      { layers, config: { architecture: "amd64", os: "linux" } },
    ])
    const image = `${world.registry}/archived`
    for (const tag of ["a".repeat(40), "main"]) {
      const { text } = await pushArchive(world.context(), { image, tag, archive })
      expect(text).toBe(digest)
      const pushed = await world.context().registry.manifest(image, tag)
      expect(pushed?.digest).toBe(digest)
    }
  })
})

describe("an archive of several images", () => {
  it("is pushed as their index, after all of them", async () => {
    const archive = join(folder, "index.tar")
    const platforms = ["amd64", "arm64"].map((architecture) => ({ architecture, os: "linux" }))
    const digest = writeArchive(
      archive,
      platforms.map((platform) => ({
        ...{ layers: ["both", platform.architecture], config: platform, platform },
      })),
    )
    const image = `${world.registry}/index`
    const { registry } = world.context()
    const { text } = await pushArchive(world.context(), { image, tag: "main", archive })
    expect(text).toBe(digest)
    const index = await registry.manifest(image, "main")
    expect(index?.digest).toBe(digest)
    for (const { digest: inner } of index?.manifest.manifests ?? [])
      expect((await registry.manifest(image, inner))?.digest).toBe(inner)
  })
})

describe("documents of an image", () => {
  it("are attached once, and listed by a registry that does not know referrers", async () => {
    const repository = `${world.registry}/api`
    const digest = await world.pushImage("api", "a".repeat(40))
    const image = `${repository}@${digest}`
    const sbom = { cyclonedx: '{"bomFormat":"CycloneDX"}', spdx: '{"spdxVersion":"SPDX-2.3"}' }
    const { plain } = documentsOf({ repository, digest }, sbom, FACTS)
    const attachWith = async (key: string) => {
      const signature = signedAttachment("signature.json", "https://example.com/signed", key)
      const documents = [...plain, { attachment: signature, text: `{"by":"${key}"}` }]
      for (const { attachment, text } of documents)
        writeFileSync(join(folder, attachment.file), text)
      const list = join(folder, "list.json")
      const attachments = documents.map(({ attachment }) => attachment)
      const { created } = FACTS.origin
      writeFileSync(list, JSON.stringify({ created, documents: attachments }))
      const { text } = await attachDocuments(world.context(), { image, list })
      return JSON.parse(text) as Attached[]
    }

    const first = await attachWith("sha256:1")
    expect(first.map(({ file, wasThere }) => `${file} ${wasThere}`)).toEqual([
      "cyclonedx.json false",
      "spdx.json false",
      "provenance.json false",
      "signature.json false",
    ])
    const again = await attachWith("sha256:1")
    expect(again).toEqual(first.map((each) => ({ ...each, wasThere: true })))
    const otherKey = await attachWith("sha256:2")
    expect(otherKey.map(({ wasThere }) => wasThere)).toEqual([true, true, true, false])

    const { text } = await listDocuments(world.context(), { images: image })
    const listed = (JSON.parse(text) as Record<string, { artifactType: string }[]>)[image]
    expect(listed?.map(({ artifactType }) => artifactType)).toEqual([
      "application/vnd.cyclonedx+json",
      "application/spdx+json",
      "application/vnd.in-toto+json",
      "application/vnd.dev.sigstore.bundle.v0.3+json",
      "application/vnd.dev.sigstore.bundle.v0.3+json",
    ])
  })

  it("are refused for an image that is not there", async () => {
    const list = join(folder, "list.json")
    const image = `${world.registry}/api@sha256:${"0".repeat(64)}`
    await expect(attachDocuments(world.context(), { image, list })).rejects.toThrow(
      "is not in its registry",
    )
  })
})

describe("ECR", () => {
  const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"

  it("gets the repositories that are missing, with immutable tags", async () => {
    const repositories = `${registry}/new/api`
    const { text } = await createRepositories(world.context(), { repositories })
    expect(JSON.parse(text)).toEqual([`created ${registry}/new/api, with immutable tags`])
    const { repositories: found = [] } = await world.aws.call("ecr:DescribeRepositories", {})
    expect(found.map((each) => [each.repositoryName, each.imageTagMutability])).toEqual([
      ["new/api", "IMMUTABLE"],
    ])
    const again = await createRepositories(world.context(), { repositories })
    expect(JSON.parse(again.text)).toEqual([])
  })

  it("gives a login that only the key opens", async () => {
    const file = join(folder, "key")
    const key = randomBytes(32)
    writeFileSync(file, key.toString("base64"))
    const settings = { ...world.settings, registry }
    const login = await registryLogin(world.aws, settings, undefined)()
    const { text } = printLogin(login, { key: file })
    const bytes = Buffer.from(text, "base64")
    const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12))
    cipher.setAuthTag(bytes.subarray(12, 28))
    const open = Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()])
    expect(JSON.parse(open.toString())).toEqual(login)
    expect(login?.user).toBe("AWS")
    expect(bytes.toString("latin1")).not.toContain(login?.password)
  })
})
