import type { KeyObject } from "node:crypto"
import { generateKeyPairSync, randomUUID } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { registryAddress } from "../../engine/lib/registry.mjs"
import type { FaultyRegistry } from "./faulty-registry.js"
import { faultyRegistry } from "./faulty-registry.js"
import { fullRegistry } from "./full-registry.js"
import { putImage } from "./registry-image.js"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

const SERVICE = "note"
/** Of no image but itself: nothing of it is a stand-in. */
const OWN = "own"
/** The same for several platforms, and one whose RUN is a program of another one. */
const SEVERAL = "several"
const FOREIGN = "foreign"
/** Without a Dockerfile. */
const STANDARD = "standard"
const PLATFORMS = ["linux/arm64/v8", "linux/amd64"]
/** The architecture that this machine does not have, and its number in the head of a program. */
const [OTHER, OTHER_MACHINE] = process.arch === "arm64" ? ["amd64", 62] : ["arm64", 183]
const HERE = process.arch === "arm64" ? "arm64" : "amd64"
/** Next to nothing, but built with a stand-in of the kit. */
const FILES = {
  "services.json": JSON.stringify(
    [
      { name: SERVICE },
      { name: OWN },
      { name: SEVERAL, build: { platforms: PLATFORMS } },
      { name: FOREIGN, build: { platforms: PLATFORMS } },
      { name: STANDARD, dockerfile: undefined, build: { command: "python note.txt" } },
    ].map((service) => ({
      ...{ path: service.name, dockerfile: "Dockerfile", language: "python" },
      ...{ test_command: "true", test: { allow_no_tests: true }, ...service },
    })),
    null,
    1,
  ),
  "pipeline.yaml":
    'build: { source: "https://example.com/org/game", moving_tags: ["{branch}"] }\nscan: { in_ci: false }\n',
  [`${SERVICE}/Dockerfile`]: [
    "FROM python:3.11-slim AS work",
    "COPY note.txt /note.txt",
    "FROM scratch",
    "USER 10001",
    "COPY --from=work /note.txt /note.txt",
    'CMD ["/note.txt"]',
  ].join("\n"),
  ...Object.fromEntries(
    [OWN, SEVERAL].map((name) => [
      `${name}/Dockerfile`,
      'FROM scratch\nARG TARGETARCH\nLABEL arch=$TARGETARCH\nCOPY Dockerfile /\nUSER 10001\nCMD ["/Dockerfile"]\n',
    ]),
  ),
  [`${FOREIGN}/Dockerfile`]: `FROM scratch AS base-${OTHER}\nCOPY --chmod=755 sh /bin/sh\nFROM --platform=$BUILDPLATFORM python:3.11-slim AS base-${HERE}\nFROM base-\${TARGETARCH}\nRUN true\nUSER 10001\nCMD ["true"]\n`,
  [`${STANDARD}/note.txt`]: "print()\n",
}

/** The first bytes of a program for OTHER: enough for this kernel to refuse it. */
function foreignProgram(): Buffer {
  const program = Buffer.alloc(64)
  program.write("\x7fELF\x02\x01\x01", "latin1")
  program.writeUInt16LE(2, 16)
  program.writeUInt16LE(OTHER_MACHINE, 18)
  return program
}

const PREFIX = `test-${randomUUID()}`
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ")

let repository: TestRepository
let faulty: FaultyRegistry
let kit: string
let keys: string

beforeAll(async () => {
  repository = exampleRepository()
  for (const [file, text] of Object.entries(FILES)) repository.write(file, text)
  writeFileSync(join(repository.path, FOREIGN, "sh"), foreignProgram())
  kit = (await registryAddress()) as string
  faulty = await faultyRegistry(kit)
  keys = mkdtempSync(join(tmpdir(), "pipeline-keys-"))
})
afterAll(async () => {
  repository.delete()
  rmSync(keys, { recursive: true })
  await faulty.close()
})

function push(registry: string, ...more: string[]) {
  const words = [`--service=${SERVICE}`, "--push", `--registry=${registry}`, ...more]
  return repository.shell(`dagger call ci ${words.join(" ")}`, { REGISTRY_PASSWORD: "correct" })
}

function head(): string {
  return repository.git("rev-parse", "HEAD").trim()
}

/** A commit whose image is another one. */
function commit(): string {
  repository.write(`${SERVICE}/note.txt`, randomUUID())
  repository.git("add", "--all")
  repository.git("commit", "--quiet", "--message=a note")
  return head()
}

function manifest(prefix: string, tag: string, service = SERVICE): Promise<Response> {
  return fetch(`http://${kit}/v2/${prefix}/${service}/manifests/${tag}`, {
    headers: { accept: MANIFESTS },
  })
}

function pushRow(output: string): string | undefined {
  return tableRows(output).find(({ stage }) => stage === "push")?.result
}

describe("a push", () => {
  it("tags the image with its commit, once, and says where it comes from", async () => {
    const revision = commit()
    const first = await push(`${kit}/${PREFIX}`)
    expect(first.output).toMatch(/^note +push +ok .* pushed: /m)
    expect(first.exitCode).toBe(0)

    const pushed = await manifest(PREFIX, revision)
    const digest = pushed.headers.get("docker-content-digest") ?? ""
    expect(first.output).toContain(`${kit}/${PREFIX}/${SERVICE}:${revision}@${digest}`)
    const moved = await manifest(PREFIX, "main")
    expect(moved.headers.get("docker-content-digest")).toBe(digest)
    const { config } = (await pushed.json()) as { config: { digest: string } }
    const blob = await fetch(`http://${kit}/v2/${PREFIX}/${SERVICE}/blobs/${config.digest}`)
    const { Labels } = ((await blob.json()) as { config: { Labels: Record<string, string> } })
      .config
    expect(Labels).toMatchObject({
      "org.opencontainers.image.revision": revision,
      "org.opencontainers.image.version": revision,
      "org.opencontainers.image.source": "https://example.com/org/game",
      "org.opencontainers.image.created": new Date(
        repository.git("show", "--no-patch", "--format=%cI", "HEAD").trim(),
      )
        .toISOString()
        .replace(".000Z", "Z"),
      // By this, a deployment refuses it.
      "dev.pipeline.stand-in": "python:3.11-slim",
    })

    expect(first.output).toContain(`only with --registry-endpoint=tcp://${kit}`)

    const again = await push(`${kit}/${PREFIX}`)
    expect(again.output).toMatch(/^note +push +ok .* already pushed: /m)
    expect(again.exitCode).toBe(0)

    const images = await repository.shell(
      `dagger call images --registry=${kit}/${PREFIX} -o images.json`,
    )
    expect(images.exitCode).toBe(0)
    expect(JSON.parse(repository.read("images.json"))).toEqual({
      registry: `${kit}/${PREFIX}`,
      tag: revision,
      images: [
        {
          service: SERVICE,
          repository: `${kit}/${PREFIX}/${SERVICE}`,
          tag: revision,
          digest,
          bases: [
            { reference: "python:3.11-slim", digest: expect.stringMatching(/^sha256:\w{64}$/) },
          ],
          sbom: null,
        },
      ],
    })
  })

  it("is refused for files that are in no commit, by name", async () => {
    const { exitCode, output } = await push(`${kit}/${PREFIX}`)
    expect(exitCode).toBe(2)
    expect(output).toContain("  images.json\n")
    expect(tableRows(output)).toEqual([])
    repository.remove("images.json")
  })

  it("is compared file by file with what is built here and now", async () => {
    repository.write(`${SERVICE}/note.txt`, "another note")
    const { exitCode, stdout } = await repository.shell(
      `dagger call diff-images --service=${SERVICE} --registry=${kit}/${PREFIX}`,
    )
    expect(stdout).toContain("0 of 1 layers are the same")
    expect(stdout).toMatch(/^ {2}~ note\.txt: content, size 36 -> 12/m)
    // Labels come with the push: they are no difference.
    expect(stdout).not.toContain("org.opencontainers")
    expect(exitCode).toBe(0)
    repository.git("checkout", "--", SERVICE)
  })

  it("gives the digests that the tags of `images` stand for now, unless there is only a stand-in", async () => {
    const old = `sha256:${"0".repeat(64)}`
    const [plain, pushed] = ["plain", "main"].map((tag) => `${kit}/${PREFIX}/${SERVICE}:${tag}`)
    const now = await putImage(`${kit}/${PREFIX}/${SERVICE}`, "plain")
    const lines = [plain, pushed].map((tag) => `  "${tag}": ${old} # ours\n`).join("")
    repository.append("pipeline.yaml", `images:\n${lines}`)
    const { exitCode, stdout } = await repository.shell("dagger call update-images diff")
    expect(stdout).toContain(`-  "${plain}": ${old} # ours`)
    expect(stdout).toContain(`+  "${plain}": ${now} # ours`)
    expect(stdout).toContain(`   "${pushed}": ${old} # ours`)
    expect(exitCode).toBe(0)
    repository.git("checkout", "--", "pipeline.yaml")
  })

  it("never overwrites a tag that is another image", async () => {
    const earlier = await manifest(PREFIX, head())
    const body = await earlier.text()
    const there = earlier.headers.get("docker-content-digest") ?? ""
    const revision = commit()
    await fetch(`http://${kit}/v2/${PREFIX}/${SERVICE}/manifests/${revision}`, {
      method: "PUT",
      headers: { "content-type": earlier.headers.get("content-type") ?? "" },
      body,
    })

    const { exitCode, output } = await push(`${kit}/${PREFIX}`)
    expect(exitCode).toBe(1)
    expect(pushRow(output)).toBe("FAILED")
    expect(output).toMatch(
      new RegExp(`${revision} is ${there} already, and this build is sha256:(?!${there.slice(7)})`),
    )
    const now = await manifest(PREFIX, revision)
    expect(now.headers.get("docker-content-digest")).toBe(there)
  })

  it("refuses what stand-ins went into, before it asks a registry elsewhere", async () => {
    const { exitCode, output } = await push("registry.invalid/game")
    expect(exitCode).toBe(1)
    expect(pushRow(output)).toBe("FAILED")
    expect(output).toContain("built on stand-ins for python:3.11-slim")
  })

  it("signs with a key what no stand-in went into, so that everybody with the public key can verify it", async () => {
    commit()
    const prefix = `${PREFIX}/signed`
    const target = `--registry=${kit}/${prefix} --registry-endpoint=tcp://${kit}`
    const verify = (key: string) =>
      repository.shell(
        `dagger call verify-images --key=${key} --service=${OWN},${SEVERAL} ${target}`,
      )
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const publicPem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string
    writeFileSync(join(keys, "public.pem"), publicPem(publicKey))
    writeFileSync(join(keys, "other.pem"), publicPem(other.publicKey))

    const { exitCode, output } = await repository.shell(
      `dagger call ci --push --service=${[SERVICE, OWN, SEVERAL, FOREIGN].join(",")} ${target} --signing-key=env://SIGNING_KEY`,
      { SIGNING_KEY: privateKey.export({ type: "pkcs8", format: "pem" }) as string },
    )
    expect(output).toMatch(/^own +push +ok /m)
    expect(output).toMatch(
      new RegExp(`^several +push +ok .*attached: bills of materials of linux/${HERE} and `, "m"),
    )
    expect(output).toContain("attached: bills of materials and provenance, signed with the key")
    expect(output).toMatch(
      /^FAILED +note push: built on stand-ins for python:3\.11-slim, so it is not signed/m,
    )
    const line = FILES["services.json"].split("\n").lastIndexOf('   "platforms": [') + 1
    expect(output).toContain(
      `ERROR  foreign build: services.json:${line}: build.platforms of foreign: it can't be built for linux/${OTHER}: foreign/Dockerfile:5: RUN starts a program of linux/${OTHER}, and this engine runs linux/${HERE} only`,
    )
    expect(output).toContain("next: compile in a stage FROM --platform=$BUILDPLATFORM")
    expect(exitCode).toBe(1)
    expect((await manifest(prefix, head())).status).toBe(404)

    const images = await repository.shell(`dagger call images ${target} contents`)
    const { images: listed } = JSON.parse(images.stdout) as {
      images: { service: string; digest: string; sbom: string }[]
    }
    expect(listed.map(({ service }) => service)).toEqual([OWN, SEVERAL])
    const index = await manifest(prefix, head(), SEVERAL)
    expect(index.headers.get("docker-content-digest")).toBe(listed[1]?.digest)
    const { manifests } = (await index.json()) as { manifests: { platform: object }[] }
    expect(manifests.map(({ platform }) => platform)).toEqual(
      ["amd64", "arm64"].map((architecture) => ({ architecture, os: "linux" })),
    )
    const attached = await manifest(prefix, listed[0]?.sbom ?? "", OWN)
    const { layers, ...document } = (await attached.json()) as { layers: { digest: string }[] }
    expect(document).toMatchObject({
      artifactType: "application/vnd.cyclonedx+json",
      subject: { digest: listed[0]?.digest },
    })
    const sbom = await fetch(`http://${kit}/v2/${prefix}/${OWN}/blobs/${layers[0]?.digest}`)
    expect(await sbom.json()).toMatchObject({ bomFormat: "CycloneDX", components: [] })

    const good = await verify(join(keys, "public.pem"))
    expect(good.output).toContain("PASSED: 6 of 6 verified")
    expect(good.exitCode).toBe(0)
    const bad = await verify(join(keys, "other.pem"))
    expect(bad.output).toContain("FAILED: 0 of 6 verified")
    expect(bad.exitCode).toBe(1)
  })
})

describe("the push of a standard image", () => {
  it("takes the engine's clock out of it, so that every engine pushes the same", async () => {
    const prefix = `${PREFIX}/standard`
    // What is in the image takes its time to be listed, and is not looked at here.
    repository.write("pipeline.yaml", FILES["pipeline.yaml"].replace("{", "{ sbom: false,"))
    commit()
    const { output } = await repository.shell(
      `dagger call ci --service=${STANDARD} --push --registry=${kit}/${prefix} --registry-endpoint=tcp://${kit}`,
    )
    expect(output).toMatch(/^standard +push +ok .* pushed: /m)
    const pushed = await manifest(prefix, head(), STANDARD)
    const digest = pushed.headers.get("docker-content-digest") ?? ""
    expect(output).toContain(`${STANDARD}:${head()}@${digest}`)
    const moved = await manifest(prefix, "main", STANDARD)
    expect(moved.headers.get("docker-content-digest")).toBe(digest)
    const { config } = (await pushed.json()) as { config: { digest: string } }
    const blob = await fetch(`http://${kit}/v2/${prefix}/${STANDARD}/blobs/${config.digest}`)
    const { created, history } = (await blob.json()) as Times & { history: Times[] }
    const committed = new Date(repository.git("show", "--no-patch", "--format=%cI", "HEAD").trim())
    for (const time of [created, ...history.map((step) => step.created)])
      expect(new Date(time)).toEqual(committed)
  })
})

interface Times {
  created: string
}

describe("a registry that does not work", () => {
  it("is asked again when it fails for a while, is waited for, and gets the login it wants", async () => {
    const revision = commit()
    const prefix = `${PREFIX}/login`
    const authorization = `Basic ${Buffer.from("robot:correct").toString("base64")}`
    let failures = 2
    faulty.decide = ({ method, headers }) => {
      if (headers.authorization !== authorization)
        return { status: 401, headers: { "www-authenticate": 'Basic realm="test"' } }
      if (method === "PUT" && failures-- > 0) return { status: 503 }
      return "slow"
    }
    const without = await push(`${faulty.address}/${prefix}`)
    expect(without.exitCode).toBe(1)
    expect(without.output).toContain("give --registry-user and --registry-password")

    const login = ["--registry-user=robot", "--registry-password=env://REGISTRY_PASSWORD"]
    const { exitCode, output } = await push(`${faulty.address}/${prefix}`, ...login)
    expect(output).toMatch(/^note +push +ok /m)
    expect(exitCode).toBe(0)
    expect(failures).toBeLessThan(0)
    expect((await manifest(prefix, revision)).status).toBe(200)
  })

  it("leaves no tag when it closes the connection in the middle of a layer", async () => {
    const revision = commit()
    const prefix = `${PREFIX}/cut`
    faulty.decide = ({ method, url }) =>
      (method === "PUT" || method === "PATCH") && url?.includes("/blobs/") ? "cut" : "pass"
    const { exitCode, output } = await push(`${faulty.address}/${prefix}`)
    expect(exitCode).toBe(3)
    expect(pushRow(output)).toBe("ERROR")
    expect(output).toContain(`reproduce: dagger call ci --service=${SERVICE} --push`)
    expect(faulty.requests.filter((line) => /^PUT .*manifests/.test(line))).toEqual(
      faulty.requests.filter(
        (line) => line.startsWith(`PUT /v2/${PREFIX}/login/`) && line.includes("manifests"),
      ),
    )
    expect((await manifest(prefix, revision)).status).toBe(404)
  })

  it.skipIf(process.getuid?.() !== 0)(
    "gets no tag when its disk is full, and is said to have failed",
    async () => {
      const revision = commit()
      const full = await fullRegistry()
      try {
        const { exitCode, output } = await push(`${full.address}/${PREFIX}`)
        expect(output).toMatch(/^ERROR +note push: .*500 Internal Server Error; .*a full disk/m)
        expect(exitCode).toBe(3)
        expect(pushRow(output)).toBe("ERROR")
        const tag = await fetch(
          `http://${full.address}/v2/${PREFIX}/${SERVICE}/manifests/${revision}`,
        )
        expect(tag.status).toBe(404)
      } finally {
        await full.close()
      }
    },
  )

  it("could not be asked when nobody listens", async () => {
    const { exitCode, output } = await push(`127.0.0.1:9/${PREFIX}`)
    expect(exitCode).toBe(3)
    expect(pushRow(output)).toBe("ERROR")
    expect(output).toContain("connection refused")
  })
})
