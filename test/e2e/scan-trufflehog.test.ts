import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { fakeToken } from "../fixtures/scanners/cases.js"
import type { TestRepository } from "./repository.js"
import { exampleRepository } from "./repository.js"

/* Not part of `npm test`: where the engine has not built trufflehog, this takes a quarter of an hour. */

const TOKEN = fakeToken("trufflehog")
const SCAN = "dagger call --progress=plain scan --tool=trufflehog"

let repository: TestRepository

beforeAll(() => {
  repository = exampleRepository()
  const names = ["leaky", "tidy", "empty"]
  const service = { language: "python", test_command: "pytest" }
  repository.write(
    "services.json",
    JSON.stringify(names.map((name) => ({ ...service, name, path: `s/${name}` }))),
  )
  repository.write("pipeline.yaml", 'scan:\n  in_ci: false\n  ignore: ["**", "!s/**"]\n')
  repository.write("s/leaky/settings.py", `TOKEN = "${TOKEN}"\n`)
  repository.write("s/tidy/settings.py", 'import os\n\nTOKEN = os.environ["TOKEN"]\n')
  repository.write("s/empty/settings.py", "")
})
afterAll(() => repository.delete())

describe("trufflehog", () => {
  it("finds a secret that nobody is asked about, and shows it nowhere", async () => {
    const { exitCode, output } = await repository.shell(SCAN)
    expect(output).toMatch(/^trufflehog +[\d.]+ +complete {2}1 findings/m)
    expect(output).toMatch(/^FAILED {2}critical: trufflehog:Github, .*s\/leaky\/settings\.py:1/m)
    expect(output).not.toContain(TOKEN)
    expect(exitCode).toBe(1)
  })

  it("passes where there is none", async () => {
    const { exitCode, output } = await repository.shell(`${SCAN} --service=tidy`)
    expect(output).toMatch(/^trufflehog +[\d.]+ +complete {2}0 findings/m)
    expect(exitCode).toBe(0)
  })

  it("is incomplete where it looked at nothing", async () => {
    const { exitCode, output } = await repository.shell(`${SCAN} --service=empty`)
    expect(output).toMatch(/^NOT LOOKED AT {2}trufflehog: looked at nothing in the 1 files/m)
    expect(exitCode).toBe(3)
  })
})
