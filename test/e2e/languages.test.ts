import { cpSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Outcome, TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

const FIXTURE = fileURLToPath(new URL("../fixtures/languages", import.meta.url))

/** Where lock files of uv say that packages come from: no file of ours names a registry's host. */
const INDEX = { index: host("pypi", "org"), files: host("files", "pythonhosted", "org") }

function host(...labels: string[]): string {
  return labels.join(".")
}

const GENERATE =
  "python -c \"print('NAMES =', open('names.txt').read().split())\" | tr \\' \\\" > names.py"

const PYTHON = ["with-large", "with-uv", "with-poetry", "with-pdm", "with-setup", "with-shared"]
const NODE = ["with-pnpm", "with-yarn", "with-berry"]
const BROKEN = {
  "broken-syntax": "python",
  "broken-import": "python",
  "broken-package": "python",
  "broken-lint": "python",
  "broken-dockerfile": "python",
  "stale-generated": "python",
  "stale-uv": "python",
  "stale-npm": "node",
}

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
  cpSync(FIXTURE, repository.path, { recursive: true })
  for (const name of ["with-uv", "stale-uv"]) fillIn(`services/${name}/uv.lock`)
  repository.write("services/stale-generated/names.txt", "chat\nmatch\n")
  repository.write("services/stale-generated/names.py", 'NAMES = ["chat"]\n')
  repository.write("pipeline.yaml", "scan:\n  in_ci: false\n")
  repository.write("services.json", JSON.stringify(configuration(), null, 2))
})
afterAll(() => repository.delete())

function fillIn(file: string): void {
  const text = readFileSync(join(repository.path, file), "utf8")
  repository.write(
    file,
    text.replace(/\{(index|files)\}/g, (_, name: keyof typeof INDEX) => INDEX[name]),
  )
}

function configuration() {
  const service = (name: string, language: string, test_command: string) => ({
    name,
    path: `services/${name}`,
    language,
    test_command,
    ...(name === "with-shared" && { depends_on: ["shared"] }),
    ...(name === "broken-dockerfile" && { dockerfile: "Dockerfile" }),
    ...(name === "stale-generated" && {
      generated: [{ files: ["names.py"], command: GENERATE }],
    }),
  })
  return {
    services: [
      ...PYTHON.map((name) => service(name, "python", "python -m pytest tests")),
      ...NODE.map((name) => service(name, "node", "npm test")),
      ...Object.entries(BROKEN).map(([name, language]) => service(name, language, "pytest tests")),
    ],
    libraries: [{ name: "shared", path: "libs/shared" }],
  }
}

describe("services of every language and package manager, and broken ones beside them", () => {
  let run: Outcome
  const rowOf = (service: string, stage: string) =>
    tableRows(run.output).find((row) => row.service === service && row.stage === stage)
  const reasonOf = (service: string) =>
    new RegExp(`^(?:FAILED|ERROR) {2}${service} preflight: (.*)$`, "m").exec(run.output)?.[1]

  beforeAll(async () => {
    run = await repository.shell("dagger call ci")
  })

  it.each([...PYTHON, ...NODE])("%s passes its checks and its tests", (service) => {
    expect(rowOf(service, "preflight"), run.output).toMatchObject({ result: "ok" })
    expect(rowOf(service, "test"), run.output).toMatchObject({ result: "ok" })
  })

  it.each([
    ["broken-syntax", /^lint: tests\/test_sums\.py:\d+:\d+: invalid-syntax: .*/],
    [
      "broken-import",
      /^imports: services\/broken-import\/app\/main\.py:2: import yaml: only the tests' dependencies have PyYAML, not the shipped ones: add PyYAML to services\/broken-import\/requirements\.txt \(and 1 more\)/i,
    ],
    [
      "broken-package",
      /^dependencies from services\/broken-package\/requirements\.txt could not be installed: .*pipeline-no-such-package-anywhere was not found/,
    ],
    // Configured in a folder above the service.
    ["broken-lint", /^lint: app\/hello\.py:1:1: T201/],
    ["broken-dockerfile", /^services\/broken-dockerfile\/Dockerfile:2: .*COPPY/],
    [
      "stale-generated",
      /^generated: services\/stale-generated\/names\.py:1: not current: run in services\/stale-generated: python -c/,
    ],
    [
      "stale-uv",
      /^dependencies from services\/stale-uv\/uv\.lock could not be installed: .*lockfile.*needs to be updated/,
    ],
    [
      "stale-npm",
      /^dependencies from services\/stale-npm\/package-lock\.json could not be installed: package\.json asks for what the lock file does not have \(ms@2\.1\.3\)/,
    ],
  ])("%s fails with one row that names the cause", (service, reason) => {
    expect(rowOf(service, "preflight"), run.output).toMatchObject({ result: "FAILED" })
    expect(rowOf(service, "test")).toMatchObject({ result: "-" })
    expect(reasonOf(service), run.output).toMatch(reason)
  })

  it("names a missing package by the name it is installed under", () => {
    expect(run.output).toContain(
      "services/broken-import/app/tokens.py:1: import jwt: not installed: add PyJWT to services/broken-import/requirements.txt",
    )
    expect(run.exitCode).toBe(1)
  })
})

describe("dependencies", () => {
  it("stay installed after edits of everything that does not decide them", async () => {
    const pyproject = "services/with-uv/pyproject.toml"
    repository.write(pyproject, repository.read(pyproject).replace("100", String(120)))
    repository.append("services/with-shared/requirements.txt", "# a comment\n")
    repository.append("services/with-shared/app/main.py", `\n# Edited at ${Date.now()}.\n`)
    const { exitCode, stdout } = await repository.shell(
      "dagger call ci --service=with-uv,with-shared",
    )
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toMatch(/^with-shared +preflight +ok +[\d.]+ s +dependencies cached/m)
    expect(stdout).toMatch(/^with-uv +preflight .*dependencies cached/m)
  })
})
