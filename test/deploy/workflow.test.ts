import { chmodSync, mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { TestRepository } from "../e2e/repository.js"
import { repositoryAt } from "../e2e/repository.js"
import { runJob } from "../e2e/workflow.js"

const WORKFLOW = fileURLToPath(new URL("../../.github/workflows/deploy.yml", import.meta.url))
const SHA = "c0ffee".repeat(7).slice(0, 40)
const AWS = "--aws=cmd://aws configure export-credentials --format process"

let repository: TestRepository

beforeAll(() => {
  repository = repositoryAt(mkdtempSync(join(tmpdir(), "pipeline-workflow-")))
  repository.write(".github/workflows/deploy.yml", readFileSync(WORKFLOW, "utf8"))
  // Says which words it was started with, a line for each; a deployment can fail.
  repository.write("pipeline", '#!/bin/sh\nprintf "%s\\n" "$@"\n[ "$2" != "--service=bad" ]\n')
  chmodSync(join(repository.path, "pipeline"), 0o755)
})
afterAll(() => repository?.delete())

/** Starts the workflow by hand. @returns the words of each line that was run */
async function dispatch(
  inputs: Record<string, string>,
  secrets: Record<string, string> = {},
): Promise<string[][]> {
  const job = await runJob(repository, ["deploy.yml", "deploy"], {
    ...{ name: "workflow_dispatch", ref: "refs/heads/main", secrets },
    payload: { inputs: { action: "deploy", strategy: "configured", tag: "", ...inputs } },
  })
  const ran = job.steps.filter((step) => step.ran && step.output !== "")
  return ran.map(({ output }) => output.trimEnd().split("\n"))
}

describe("deploy.yml", () => {
  it.each<[what: string, inputs: Record<string, string>, words: string[]]>([
    [
      "deploys a commit as each service is configured",
      { service: "all-changed", environment: "staging", tag: SHA },
      ["deploy", "--service=all-changed", "--environment=staging", `--tag=${SHA}`, AWS],
    ],
    [
      "deploys with a strategy",
      { service: "api", environment: "production", tag: SHA, strategy: "canary" },
      [
        ...["deploy", "--service=api", "--environment=production"],
        ...[`--tag=${SHA}`, "--strategy=canary", AWS],
      ],
    ],
    [
      "promotes what passed",
      { action: "promote", service: "api", environment: "production" },
      ["promote", "--service=api", "--environment=production", AWS],
    ],
    [
      "goes back to what ran before",
      { action: "rollback", service: "api", environment: "production" },
      ["rollback", "--service=api", "--environment=production", AWS],
    ],
    [
      "takes whatever is typed as one word",
      { service: "a b; $(touch taken)", environment: "staging", tag: "x y" },
      ["deploy", "--service=a b; $(touch taken)", "--environment=staging", "--tag=x y", AWS],
    ],
  ])("%s", async (_, inputs, words) => {
    expect(await dispatch(inputs)).toEqual([words])
  })

  it("gives the webhook as a secret", async () => {
    const inputs = { service: "api", environment: "staging", tag: SHA }
    const [words] = await dispatch(inputs, { DEPLOY_WEBHOOK: "https://hooks.example.com/secret" })
    expect(words).toContain("--webhook=env://DEPLOY_WEBHOOK")
    expect(words?.join(" ")).not.toContain("hooks.example.com")
  })

  it("keeps what was found out when it failed", async () => {
    const failed = await dispatch({ service: "bad", environment: "staging", tag: SHA })
    expect(failed.map(([word]) => word)).toEqual(["deploy", "support-bundle"])
    expect(failed[1]).toEqual([
      ...["support-bundle", "--service=bad", "--environment=staging", AWS],
      ...["-o", "support-bundle"],
    ])
  })
})
