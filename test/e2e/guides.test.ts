import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { TestRepository } from "./repository.js"
import { exampleRepository } from "./repository.js"

/*
 * Types the commands that the guides show in blocks, as they are written there, and says of every
 * other one which test runs it.
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const GUIDES = [
  ...["README.md", "CONTRIBUTING.md"],
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]

/** What would take long here, or needs a registry, an account, a terminal or another repository. */
const RUN_BY: [RegExp, string][] = [
  [/ ci$| ci --changed$/, "test/e2e/main-job.test.ts"],
  [/ terminal$/, "test/e2e/main-job.test.ts"],
  [/ --watch$/, "test/unit/launcher/launcher.test.ts"],
  [/ ci --failed$| debug --from=/, "test/e2e/reports.test.ts"],
  [/ --push\b| (?:diff-|verify-)?images\b/, "test/e2e/push.test.ts"],
  [/ --build-secret=/, "test/e2e/build.test.ts"],
  [/ update-images /, "test/e2e/push.test.ts"],
  [/ update\b/, "test/e2e/adopt.test.ts"],
  [/ merge /, "test/e2e/workflows.test.ts"],
  [/ scan(?:-report)?(?: --all.*| --changed)?$/, "test/e2e/scan.test.ts"],
  [/ scan --service=api --images$/, "test/e2e/scan-image.test.ts"],
  [/ (?:deploy|deployments|promote|rollback|monitoring) /, "test/e2e/deploy.test.ts"],
  [/ report --deployments=/, "test/e2e/deploy.test.ts"],
  [/ engine (?:up|down)$/, "test/run.mjs"],
]

/** The lines of blocks that call the pipeline, without what is said of them beside. */
function commandsIn(guide: string): string[] {
  let inBlock = false
  return readFileSync(join(ROOT, guide), "utf8")
    .split("\n")
    .flatMap((line) => {
      if (/^\s*```/.test(line)) inBlock = !inBlock
      const [, command] = /^ *(?:\$ )?((?:\.\/pipeline|dagger call) .*)$/.exec(line) ?? []
      return inBlock && command ? [command.split(/\s+#\s|\s{2,}|\s\\$/)[0] as string] : []
    })
}

const COMMANDS = [...new Set(GUIDES.flatMap(commandsIn))]
const elsewhere = (command: string) => RUN_BY.find(([pattern]) => pattern.test(command))?.[1]
const HERE = COMMANDS.filter((command) => elsewhere(command) === undefined)

let repository: TestRepository

beforeAll(async () => {
  repository = exampleRepository()
  repository.append("examples/services/api/api/__init__.py", "# A note.\n")
  // What reports and debugging are about.
  const { exitCode, output } = await repository.pipeline(["ci", "--service=api"])
  expect(exitCode, output).toBe(0)
})
afterAll(() => repository.delete())

it("the guides show commands, and the tests named for the others are there", () => {
  expect(COMMANDS.length).toBeGreaterThan(50)
  expect(HERE.length).toBeGreaterThan(12)
  for (const [, test] of RUN_BY) expect(existsSync(join(ROOT, test)), test).toBe(true)
})

it.each(HERE)("%s", async (command) => {
  const { exitCode, output } = await repository.shell(command)
  expect(exitCode, output).toBe(0)
  expect(output).not.toBe("")
})
