import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

const SERVICES = ["careful", "careless", "copied", "large", "offline"]
const VALUE = randomUUID()
const MOUNT = "RUN --mount=type=secret,id=PIP_TOKEN"

/** Small images, each with one step of its own. */
function dockerfile(...steps: string[]): string {
  return ["FROM python:3.11-slim", "USER 10001", ...steps, 'CMD ["true"]'].join("\n")
}

const DOCKERFILES: Record<string, string> = {
  careful: dockerfile(
    "USER 0",
    `${MOUNT} test "$(cat /run/secrets/PIP_TOKEN)" = ${VALUE.slice(0, 8)}"$(cut -c 9- /run/secrets/PIP_TOKEN)"`,
    "USER 10001",
  ),
  // A name of this run's own, so that no engine has this layer yet.
  careless: dockerfile(
    "USER 0",
    `${MOUNT} cp /run/secrets/PIP_TOKEN /etc/token-${VALUE.slice(0, 8)}`,
    "USER 10001",
  ),
  copied: dockerfile("COPY token.txt /token.txt"),
  large: dockerfile(),
  offline: dockerfile(
    "RUN --network=none python3 -c \"import urllib.request as u; u.urlopen('http://pypi.invalid/')\"",
  ),
}

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
  writeServices({})
  repository.write("pipeline.yaml", "scan: { in_ci: false }\n")
  for (const [name, text] of Object.entries(DOCKERFILES))
    repository.write(`${name}/Dockerfile`, text)
  // As .npmrc and HTTP headers have it.
  repository.write("copied/token.txt", `auth=${Buffer.from(VALUE).toString("base64")}\n`)
})
afterAll(() => repository.delete())

function writeServices(args: Record<string, string>): void {
  const services = SERVICES.map((name) => ({
    ...{ name, path: name, dockerfile: "Dockerfile", language: "python" },
    ...{ test_command: "true", test: { allow_no_tests: true } },
    ...(name !== "offline" && {
      build: name === "large" ? { max_size: "1m", args } : { secrets: ["PIP_TOKEN"] },
    }),
  }))
  repository.write("services.json", JSON.stringify(services))
}

describe("a build", () => {
  it("mounts secrets, and fails when one stays in the image or the image is too large", async () => {
    const { exitCode, output } = await repository.shell(
      "dagger call ci --build-secret=env://PIP_TOKEN",
      { PIP_TOKEN: VALUE },
    )
    expect(exitCode).toBe(1)
    const builds = tableRows(output).filter(({ stage }) => stage === "build")
    expect(builds.map(({ service, result }) => `${service} ${result}`)).toEqual([
      "careful ok",
      "careless FAILED",
      "copied FAILED",
      "large FAILED",
      "offline ERROR",
    ])
    expect(output).toMatch(
      /offline build: offline\/Dockerfile:3: `\/bin\/sh -c python3 .*` ended with exit code 1, without a network: .*(?:resol|known)/,
    )
    for (const service of ["careless", "copied"])
      expect(output).toMatch(
        new RegExp(`${service} build: the value of the secret PIP_TOKEN is in layer \\d+ of \\d+`),
      )
    expect(output).toMatch(/large build: its layers take [\d.]+ MB, more than build.max_size/)
    expect(output).not.toContain(VALUE)
  })

  it("still fails after the secret was changed, because a layer with the old one is reused", async () => {
    const { output } = await repository.shell(
      "dagger call ci --service=careless --build-secret=env://PIP_TOKEN",
      { PIP_TOKEN: randomUUID() },
    )
    expect(output).toMatch(/careless build: the value of the secret PIP_TOKEN is in layer/)
  })

  it("does not begin without its secrets, nor with one as a build argument", async () => {
    const without = await repository.shell("dagger call ci --service=careful")
    expect(without.exitCode).toBe(2)
    expect(without.output).toContain(
      "PIP_TOKEN, for the image of careful: --build-secret=env://PIP_TOKEN",
    )
    writeServices({ PIP_TOKEN: VALUE })
    const argument = await repository.shell("dagger call ci --service=large")
    expect(argument.exitCode).toBe(2)
    expect(argument.output).toContain("RUN --mount=type=secret,id=PIP_TOKEN in the Dockerfile")
    // dagger's own progress shows the file that it is in; what the pipeline says does not.
    const said = argument.output.split("\n").filter((line) => line.includes("looks like a secret"))
    expect(said).not.toEqual([])
    expect(said.filter((line) => line.includes(VALUE))).toEqual([])
  })
})
