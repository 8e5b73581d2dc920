import { randomUUID } from "node:crypto"
import { cpSync, mkdtempSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { registryAddress } from "../../engine/lib/registry.mjs"
import type { SarifLog } from "../../ci/src/findings/index.js"
import type { TestRepository } from "./repository.js"
import { exampleRepository, repositoryAt } from "./repository.js"
import type { JobOutcome } from "./workflow.js"
import { runJob } from "./workflow.js"

const CI: [string, string] = ["ci.yml", "ci"]
const SERVICE = "examples/services/leaderboard"

let repository: TestRepository
let main = ""

beforeAll(() => {
  repository = exampleRepository()
  main = repository.git("rev-parse", "HEAD").trim()
})
afterAll(() => repository.delete())

/** The checkout that GitHub makes of a pull request: a merge that no branch has. */
function checkoutPullRequest(change: () => void): { payload: object; head: string } {
  repository.git("checkout", "--quiet", "-B", "feature", main)
  change()
  repository.git("add", "--all")
  repository.git("commit", "--quiet", "--message=a change")
  const head = repository.git("rev-parse", "HEAD").trim()
  repository.git("checkout", "--quiet", "--detach", main)
  repository.git("merge", "--quiet", "--no-ff", "--message=merge", head)
  return { payload: pullRequest(head), head }
}

function pullRequest(head: string) {
  return {
    number: 1,
    pull_request: {
      number: 1,
      base: { sha: main, ref: "main" },
      head: { sha: head, ref: "feature", repo: { full_name: "fork/backend" } },
    },
  }
}

function step({ steps }: JobOutcome, what: string) {
  const found = steps.find((each) => each.what.startsWith(what))
  if (found === undefined) throw new Error(`no step begins with ${what}`)
  return found
}

describe("ci.yml", () => {
  it("runs what a pull request from a fork changed, and tells how it went", async () => {
    const { payload } = checkoutPullRequest(() =>
      repository.append(`${SERVICE}/leaderboard/__init__.py`, "\n# Edited.\n"),
    )
    const job = await runJob(repository, CI, {
      ...{ name: "pull_request", ref: "refs/pull/1/merge", payload },
    })
    const ci = step(job, "./pipeline ci --changed")
    expect(ci.output).toMatch(/^Running 1 of 8 services: 1 file changed since /m)
    expect(ci.output).toMatch(/^PASSED: 1 of 1 services passed, 7 unchanged/m)
    expect(job.succeeded).toBe(true)
    expect(job.summary).toContain("leaderboard")
    expect(step(job, "actions/upload-artifact").ran).toBe(true)
    // A fork has no secrets and may write nothing.
    expect(step(job, "docker login").ran).toBe(false)
    expect(step(job, "github/codeql-action/upload-sarif").ran).toBe(false)
    // Also where a workflow asks for a push.
    repository.write(".pipeline/event.json", JSON.stringify(payload))
    const event = ["--event-name=pull_request", "--event=.pipeline/event.json"]
    const push = ["--push", "--registry=registry.example.com/game"]
    const pushed = await repository.pipeline(["ci", "--service=leaderboard", ...push, ...event])
    expect(pushed.stdout).toMatch(/^push skipped: this pull request comes from a fork/m)
    expect(pushed.stdout).not.toMatch(/^leaderboard +push/m)
    expect(pushed.exitCode).toBe(0)
  })

  it("is red for a failing test, shows it on its line, and still reports", async () => {
    const { payload } = checkoutPullRequest(() =>
      repository.write(`${SERVICE}/tests/test_sums.py`, "def test_sum():\n    assert 1 + 1 == 3\n"),
    )
    const job = await runJob(repository, CI, {
      ...{ name: "pull_request", ref: "refs/pull/1/merge", payload },
    })
    const ci = step(job, "./pipeline ci --changed")
    expect(ci.exitCode).toBe(1)
    expect(ci.output).toContain(
      `::error file=${SERVICE}/tests/test_sums.py,line=2,title=leaderboard test::`,
    )
    expect(step(job, "./pipeline report").exitCode).toBe(0)
    expect(job.summary).toContain("test_sum")
    expect(step(job, "actions/upload-artifact").ran).toBe(true)
  })

  it("pushes what a push to the main branch changed, where a repository's variable asks for it", async () => {
    const registry = `${await registryAddress()}/test-${randomUUID()}`
    repository.git("checkout", "--quiet", "-B", "main", main)
    repository.append("pipeline.yaml", `build:\n  registry: ${registry}\n`)
    repository.git("commit", "--quiet", "--all", "--message=a registry")
    const before = repository.git("rev-parse", "HEAD").trim()
    repository.append(`${SERVICE}/leaderboard/__init__.py`, "\n# Edited.\n")
    repository.git("commit", "--quiet", "--all", "--message=a change")
    const after = repository.git("rev-parse", "HEAD").trim()
    const ref = "refs/heads/main"
    const job = await runJob(repository, CI, {
      ...{
        name: "push",
        ref,
        payload: { ref, before, after, repository: { default_branch: "main" } },
      },
      vars: { PIPELINE_PUSH: "true" },
    })
    const ci = step(job, "./pipeline ci --changed")
    expect(ci.output).toMatch(/^Running 1 of 8 services: 1 file changed since /m)
    expect(ci.output).toMatch(/^leaderboard +push +ok/m)
    expect(ci.output).toContain(`${registry}/leaderboard:${after}@sha256:`)
    expect(job.succeeded).toBe(true)
    // Without a role of AWS nothing asks for one.
    expect(step(job, "aws-actions/configure-aws-credentials").ran).toBe(false)
    expect(step(job, "github/codeql-action/upload-sarif").ran).toBe(false)
  })

  it("is cancelled with nothing left behind, and reports what had finished", async () => {
    const { payload } = checkoutPullRequest(() =>
      repository.write(
        `${SERVICE}/tests/test_slow.py`,
        "import time\n\n\ndef test_slow() -> None:\n    time.sleep(600)\n",
      ),
    )
    const job = await runJob(repository, CI, {
      ...{ name: "pull_request", ref: "refs/pull/1/merge", payload },
      cancelAfter: /ok +leaderboard +preflight/,
    })
    expect(step(job, "./pipeline ci --changed").output).toMatch(/pipeline: ended by SIG/)
    expect(step(job, "./pipeline report").exitCode).toBe(0)
    expect(job.summary).toContain("Not everything is known")
    expect(job.summary).toContain("leaderboard")
    expect(step(job, "actions/upload-artifact").ran).toBe(true)
    expect(step(job, "github/codeql-action/upload-sarif").ran).toBe(false)
  })

  it("is green when a merge group changed nothing that concerns a service", async () => {
    repository.git("checkout", "--quiet", "-B", "queue", main)
    repository.append("README.md", "\nEdited.\n")
    repository.git("commit", "--quiet", "--all", "--message=a word")
    const head = repository.git("rev-parse", "HEAD").trim()
    const job = await runJob(repository, CI, {
      ...{ name: "merge_group", ref: "refs/heads/gh-readonly-queue/main/pr-1" },
      payload: { merge_group: { base_sha: main, head_sha: head } },
      // No file can be written there.
      env: { GITHUB_STEP_SUMMARY: repository.path },
    })
    expect(step(job, "./pipeline ci --changed").output).toMatch(/Running 0 of 8 services/)
    // What a run's page shows says nothing of the code.
    expect(step(job, "cat ci-report/summary.md").exitCode).toBe(1)
    expect(job.succeeded).toBe(true)
  })
})

function copyOf({ path }: TestRepository): TestRepository {
  const copy = mkdtempSync(join(tmpdir(), "shard-"))
  cpSync(path, copy, { recursive: true, verbatimSymlinks: true })
  return repositoryAt(copy)
}

describe("shards", () => {
  // Other tests have the same services on the same engine.
  const IN_A_JOB = { GITHUB_ACTIONS: "true" }

  it("run apart, and are one run again", async () => {
    const names = "leaderboard,moderation"
    // One quick tool, in two shards.
    const configuration = repository.read("pipeline.yaml")
    repository.write("pipeline.yaml", configuration.replace("in_ci: false", "tools: [hadolint]"))
    const planned = await repository.pipeline([
      ...["plan", "--matrix", "--shards=2", "--all", `--service=${names}`],
    ])
    expect(planned.exitCode, planned.output).toBe(0)
    const { include } = JSON.parse(planned.stdout) as {
      include: { shard: string; service: string }[]
    }
    expect(include.map(({ shard }) => shard)).toEqual(["1-of-2", "2-of-2"])
    // Side by side, each in a checkout of its own, as jobs are.
    await Promise.all(
      include.map(async ({ shard, service }) => {
        const job = copyOf(repository)
        try {
          const ran = await job.pipeline(["ci", `--service=${service}`])
          expect(ran.exitCode, ran.output).toBe(0)
          const folder = join(repository.path, ".pipeline/shards", shard)
          await job.pipeline(["report", "-o", folder], IN_A_JOB)
        } finally {
          job.delete()
        }
      }),
    )
    const records = "--records=.pipeline/shards"
    const merged = await repository.pipeline(["merge", records, `--service=${names}`])
    expect(merged.exitCode, merged.output).toBe(0)
    expect(merged.stdout).toMatch(/^Joined 2 shards: 2 services$/m)
    expect(merged.stdout).toMatch(/^PASSED: 2 of 2 services passed/m)
    const report = await repository.pipeline(["report", "-o", "ci-report"], IN_A_JOB)
    expect(report.exitCode, report.output).toBe(0)
    const rows = JSON.parse(repository.read("ci-report/run.json")).rows as { service: string }[]
    expect([...new Set(rows.map(({ service }) => service))].sort()).toEqual(names.split(","))
    // GitHub takes one run of each tool.
    const tools = (file: string) =>
      (JSON.parse(repository.read(file)) as SarifLog).runs.map(({ tool }) => tool.driver.name)
    const shards = include.map(({ shard }) => tools(`.pipeline/shards/${shard}/findings.sarif`))
    expect(tools("ci-report/findings.sarif")).toEqual([...new Set(shards.flat())].sort())
    // A shard whose job was cancelled left nothing.
    repository.remove(`.pipeline/shards/${include[1]?.shard}`)
    const lost = await repository.pipeline(["merge", records, `--service=${names}`])
    expect(lost.exitCode).toBe(3)
    expect(lost.stdout).toContain("no record of its shard came")
  })
})

describe("security-scan.yml", () => {
  it("looks at the whole repository and its history, and hands on what it found", async () => {
    repository.git("checkout", "--quiet", "--force", main)
    repository.write(`${SERVICE}/Dockerfile`, "FROM python:latest\nRUN cd /tmp && ls | sort\n")
    repository.write(
      "pipeline.yaml",
      `scan:\n  fail_on: medium\n  tools: [hadolint, gitleaks]\n  ignore: ["**", "!${SERVICE}/**"]\n`,
    )
    const job = await runJob(repository, ["security-scan.yml", "scan"], {
      ...{ name: "schedule", ref: "refs/heads/main", payload: {} },
    })
    const scan = step(job, "./pipeline scan --all")
    expect(scan.output).toMatch(/^FAILED {2}.*hadolint/m)
    expect(scan.exitCode).toBe(1)
    expect(job.succeeded).toBe(false)
    // Findings are what it is for: they are handed on although they make it red.
    expect(step(job, "./pipeline scan-report").exitCode).toBe(0)
    expect(job.summary).toContain("hadolint")
    const { runs } = JSON.parse(repository.read("security/merged.sarif")) as SarifLog
    const names = runs.map(({ tool }) => tool.driver.name)
    expect(names).toEqual(expect.arrayContaining(["gitleaks", "hadolint"]))
    expect(step(job, "github/codeql-action/upload-sarif").ran).toBe(true)
  })
})

describe("all workflows", () => {
  // The one that the guide shows is held to the same rules.
  beforeAll(() => {
    const [, text = ""] = /^```yaml\n([^]*?)^```$/m.exec(repository.read("docs/scale-out.md")) ?? []
    repository.write(".github/workflows/shards.yml", text)
  })

  /** Lints the workflows in a container that holds nothing but them. */
  const lint = (image: string, install: string, command: string) =>
    repository.shell(
      [
        `dagger -q core container from --address=${image}`,
        `with-exec --args=sh,-c,"${install}"`,
        "with-mounted-directory --path=/w/.github/workflows --source=.github/workflows",
        "with-workdir --path=/w",
        `with-exec --args=sh,-c,"${command}" combined-output`,
      ].join(" "),
    )

  it.concurrent("pass actionlint", async () => {
    const install = "go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.8"
    const { exitCode, output } = await lint(
      "golang:1.26-bookworm",
      install,
      "git init -q . && /go/bin/actionlint -no-color",
    )
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.any(String) })
  })

  it.concurrent("pass zizmor", async () => {
    const { exitCode, output } = await lint(
      "python:3.11-slim",
      "pip install -q zizmor==1.16.3",
      "zizmor --offline --persona=regular .github/workflows",
    )
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.any(String) })
  })

  it("pin every action by its commit", () => {
    const folder = join(repository.path, ".github/workflows")
    for (const name of readdirSync(folder)) {
      const uses = repository.read(`.github/workflows/${name}`).match(/uses: .*/g) ?? []
      for (const line of uses) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    }
  })
})
