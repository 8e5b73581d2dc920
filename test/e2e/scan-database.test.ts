import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { fakeToken } from "../fixtures/scanners/cases.js"
import type { DatabaseRegistry } from "../fixtures/scanners/trivy-database.js"
import { databaseRegistry } from "../fixtures/scanners/trivy-database.js"
import type { TestRepository } from "./repository.js"
import { exampleRepository } from "./repository.js"

const TOKEN = fakeToken("database")

let repository: TestRepository
let registry: DatabaseRegistry

beforeAll(async () => {
  registry = await databaseRegistry()
  repository = exampleRepository()
  repository.write(
    "services.json",
    JSON.stringify([{ name: "api", path: "s", language: "python", test_command: "pytest" }]),
  )
  repository.write("s/requirements.txt", "requests==2.31.0\n")
  repository.write("s/settings.py", `TOKEN = "${TOKEN}"\n`)
})
afterAll(() => {
  registry.close()
  repository.delete()
})

function scan(database: string | undefined, tools: string) {
  const setting = database === undefined ? "" : `  trivy_database: ${database}\n`
  repository.write("pipeline.yaml", `scan:\n  in_ci: false\n  offline: true\n${setting}`)
  return repository.shell(`dagger call --progress=plain scan --service=api --tool=${tools}`)
}

describe("the tools that are built from source", () => {
  it("find secrets, and vulnerabilities in the database of a mirror", async () => {
    const { exitCode, output } = await scan(registry.image, "trivy,trufflehog")
    expect(output).toMatch(/^trivy +[\d.]+ +complete +2 findings/m)
    expect(output).toMatch(/^trufflehog +[\d.]+ +complete +1 findings/m)
    expect(output).toMatch(
      /^FAILED {2}high: CVE-2024-35195 in requests 2\.31\.0, fixed in 2\.32\.0/m,
    )
    expect(output).toMatch(/found by trivy and trufflehog: s\/settings\.py:1/)
    expect(output).not.toContain(TOKEN)
    expect(exitCode).toBe(1)
  })

  it("say how old a database is that is too old", async () => {
    const { output } = await scan(registry.old, "trivy")
    expect(output).toMatch(/^NOT LOOKED AT {2}trivy: .*\/trivy-db:old is 36\d days old/m)
  })

  it("say that a database can't be had, and never that there is nothing", async () => {
    const { exitCode, output } = await scan(`${registry.image.split("/")[0]}/none:2`, "trivy")
    expect(output).toMatch(/^NOT LOOKED AT {2}trivy: could not be run: /m)
    expect(exitCode).toBe(3)
  })
})
