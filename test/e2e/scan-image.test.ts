import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { registryAddress } from "../../engine/lib/registry.mjs"
import { fakeToken } from "../fixtures/scanners/cases.js"
import { ownAddress } from "../fixtures/scanners/own-address.js"
import { publishTrivyDatabase } from "../fixtures/scanners/trivy-database.js"
import { sbomErrors } from "../unit/findings/sbom-oracle.js"
import type { FaultyRegistry } from "./faulty-registry.js"
import { faultyRegistry } from "./faulty-registry.js"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

const IN_LAYER = fakeToken("layer")
const IN_HISTORY = fakeToken("history")
const PACKAGES = "/usr/local/lib/python3.11/site-packages"

/** An image with a package that is vulnerable, and a secret that only one of its layers has. */
const DOCKERFILE = `FROM python:3.11-slim
COPY METADATA ${PACKAGES}/requests-2.31.0.dist-info/METADATA
RUN echo 'TOKEN="${IN_LAYER.slice(0, 9)}''${IN_LAYER.slice(9)}"' > /settings.py
RUN rm /settings.py
USER 10001
HEALTHCHECK CMD ["true"]
CMD ["python3"]
`
const METADATA = "Metadata-Version: 2.1\nName: requests\nVersion: 2.31.0\nLicense: Apache-2.0\n"

const [HERE, OTHER] =
  process.arch === "arm64" ? ["linux/arm64", "linux/amd64"] : ["linux/amd64", "linux/arm64"]

/** An image that has that package on the platform that this machine has not. */
const SEVERAL = `FROM scratch
ARG TARGETARCH
COPY \${TARGETARCH} ${PACKAGES}/
USER 10001
HEALTHCHECK CMD ["/true"]
CMD ["/true"]
`

let repository: TestRepository
let registry: FaultyRegistry

beforeAll(async () => {
  const kit = (await registryAddress()) as string
  await publishTrivyDatabase(kit, "test/trivy-db")
  registry = await faultyRegistry(kit, "0.0.0.0")
  repository = exampleRepository()
  const service = { name: "boxed", path: "s/boxed", language: "python" }
  const test = { test_command: "true", test: { allow_no_tests: true } }
  const plain = { name: "plain", path: "s/plain", language: "python" }
  const standard = { name: "standard", path: "s/standard", language: "node" }
  const several = { name: "several", path: "s/several", dockerfile: "Dockerfile" }
  repository.write(
    "services.json",
    JSON.stringify(
      [
        { ...service, ...test, dockerfile: "Dockerfile" },
        { ...plain, ...test },
        { ...standard, ...test, build: { command: "node server.js" } },
        { ...service, ...several, ...test, build: { platforms: [OTHER, HERE] } },
      ],
      null,
      1,
    ),
  )
  repository.write("s/standard/package.json", '{"name": "standard", "version": "1.0.0"}\n')
  repository.write("s/standard/server.js", "setInterval(() => {}, 1000)\n")
  repository.write("s/several/Dockerfile", SEVERAL)
  repository.write(`s/several/${HERE.slice(6)}/note.txt`, "nothing\n")
  repository.write(`s/several/${OTHER.slice(6)}/requests-2.31.0.dist-info/METADATA`, METADATA)
  repository.write("s/plain/requirements.txt", "idna==3.10\n")
  repository.write("s/boxed/Dockerfile", DOCKERFILE)
  repository.write("s/boxed/METADATA", METADATA)
  repository.write("s/boxed/settings.py", `TOKEN = "${IN_HISTORY}"\n`)
  const port = registry.address.split(":").at(-1)
  repository.write(
    "pipeline.yaml",
    `scan:
  tools: [trivy, gitleaks]
  ignore: ["**", "!s/**"]
  trivy_database: ${ownAddress()}:${port}/test/trivy-db:2
  licences: { deny: [AGPL-3.0-only] }
`,
  )
  commit("with a secret")
  repository.write("s/boxed/settings.py", "TOKEN = None\n")
  commit("without it")
})
afterAll(async () => {
  repository.delete()
  await registry.close()
})

function commit(message: string): void {
  repository.git("add", "--all")
  repository.git("commit", "--quiet", `--message=${message}`)
}

describe("the image of a service", () => {
  it("fails a run by what is installed in it, after its base was looked at; without one, what is installed is looked at", async () => {
    const { exitCode, output } = await repository.shell("dagger call ci --service=boxed,plain")
    const rows = tableRows(output)
    const of = (name: string) =>
      rows
        .filter(({ service }) => service === name)
        .map(({ stage, result }) => `${stage} ${result}`)
    expect(of("boxed")).toEqual([
      ...["preflight ok", "test ok", "scan ok", "build ok", "image-scan FAILED", "smoke -"],
    ])
    expect(of("plain")).toEqual([
      ...["preflight ok", "test ok", "scan ok", "build -", "image-scan ok", "smoke -"],
    ])
    expect(output).toMatch(/^plain +image-scan .*; environment of plain: [1-9]\d* packages/m)
    expect(output).toMatch(
      /^FAILED {2}boxed image-scan: 1 finding against the policy: high: CVE-2024-35195 in requests 2\.31\.0, fixed in 2\.32\.0/m,
    )
    expect(output).toContain("dagger call scan --service=boxed --tool=trivy --images")
    expect(exitCode).toBe(1)
  })
})

describe("a scan of everything", () => {
  it("looks at the history, at every layer and at the bases, and hands on bills of materials", async () => {
    const report = await repository.shell(
      "dagger call --progress=plain scan-report --all -o .pipeline/security",
    )
    expect(report.exitCode).toBe(0)
    const folder = join(repository.path, ".pipeline/security")
    const read = (name: string) => readFileSync(join(folder, name), "utf8")
    const { tools, findings } = JSON.parse(read("audit.json")) as Audit
    expect(tools.flatMap(({ problems }) => problems)).toEqual([])
    const looked = tools.map(({ tool, about, status }) => [tool, about, status].join(" "))
    expect(looked).toEqual([
      "gitleaks  complete",
      "gitleaks git's history complete",
      "trivy  complete",
      "trivy base image node:20-slim complete",
      "trivy base image python:3.11-slim complete",
      "trivy environment of plain complete",
      "trivy image of boxed complete",
      `trivy image of several for ${HERE} complete`,
      `trivy image of several for ${OTHER} complete`,
      "trivy image of standard complete",
    ])
    const [database] = tools.at(-1)?.databases ?? []
    expect(database?.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    const seen = findings.map(
      ({ id, place }) => `${id} ${place.file}${place.commit ? " past" : ""}`,
    )
    expect(new Set(seen)).toEqual(
      new Set([
        "gitleaks:github-pat s/boxed/settings.py past",
        "trivy:github-pat s/boxed/Dockerfile",
        "CVE-2024-35195 s/boxed/Dockerfile",
        "CVE-2020-0001 s/boxed/Dockerfile",
        "CVE-2020-0001 s/plain/requirements.txt",
        // Of a standard image, and of what services.json puts it on.
        "CVE-2020-0001 s/standard/package.json",
        "CVE-2020-0001 services.json",
        // Of the other platform.
        "CVE-2024-35195 s/several/Dockerfile",
      ]),
    )
    const [base] = findings.filter(({ place }) => place.file === "services.json")
    const lines = repository.read("services.json").split("\n")
    expect(lines[(base?.place.line ?? 0) - 1]).toContain('"language": "node"')
    expect(readdirSync(join(folder, "sbom"), { recursive: true }).sort()).toEqual(
      [
        ...["boxed", "standard"].flatMap(sbomFiles),
        ...[
          "several",
          ...[HERE, OTHER].flatMap((name) => sbomFiles(`several/${name.replace("/", "-")}`)),
        ],
      ].sort(),
    )
    const [cyclonedx, spdx] = ["cyclonedx", "spdx"].map((kind) => read(`sbom/boxed.${kind}.json`))
    const { components } = JSON.parse(cyclonedx ?? "") as {
      components: { purl?: string; licenses?: object[] }[]
    }
    expect(components.find(({ purl }) => purl === "pkg:pypi/requests@2.31.0")?.licenses).toEqual([
      { license: { id: "Apache-2.0" } },
    ])
    expect(spdx).toContain("pkg:pypi/requests@2.31.0")
    expect(await sbomErrors({ cyclonedx: cyclonedx ?? "", spdx: spdx ?? "" })).toEqual([])
    for (const secret of [IN_LAYER, IN_HISTORY])
      for (const text of [report.output, read("audit.json"), read("merged.sarif"), spdx])
        expect(text).not.toContain(secret)
  })

  it("is incomplete in a shallow clone, whatever it found", async () => {
    const shallow = join(repository.path, ".git/shallow")
    expect(existsSync(shallow)).toBe(false)
    repository.write(".git/shallow", `${repository.git("rev-parse", "HEAD").trim()}\n`)
    const { exitCode, output } = await repository.shell(
      "dagger call --progress=plain scan --history --images --service=plain",
    )
    repository.remove(".git/shallow")
    expect(output).toMatch(
      /^trivy \(other images\) .* skipped: what is in those of 3 further services is not known/m,
    )
    expect(output).toMatch(
      /^NOT LOOKED AT {2}gitleaks \(git's history\): the clone is shallow: .*fetch-depth: 0/m,
    )
    expect(exitCode).toBe(3)
  })
})

function sbomFiles(name: string): string[] {
  return [`${name}.cyclonedx.json`, `${name}.spdx.json`]
}

interface Audit {
  tools: {
    tool: string
    about?: string
    status: string
    problems: string[]
    databases: { name: string; digest?: string }[]
  }[]
  findings: { id: string; place: { file: string; line?: number; commit?: string } }[]
}
