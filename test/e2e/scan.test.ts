import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { fakeToken } from "../fixtures/scanners/cases.js"
import { ownAddress } from "../fixtures/scanners/own-address.js"
import type { OsvService } from "../fixtures/scanners/osv.js"
import { osvService } from "../fixtures/scanners/osv.js"
import type { Outcome, TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

const TOKEN = fakeToken("e2e")
const PASSWORD = ["correct", "horse", "battery"].join("-")

const BAD = {
  "app.py": `import subprocess

import requests


def run(command):
    password = "${PASSWORD}"
    requests.get("https://example.com", auth=("me", password), timeout=5)
    subprocess.call(command, shell=True)
`,
  "settings.py": `TOKEN = "${TOKEN}"\n`,
  "requirements.txt": "requests==2.31.0\n",
  Dockerfile: `FROM python:latest
ENV API_TOKEN=${TOKEN}
RUN apt-get update && apt-get install -y git
USER root
CMD ["python", "app.py"]
`,
}
const GOOD = {
  "app.py": "def add(one: int, other: int) -> int:\n    return one + other\n",
  "requirements.txt": "idna==3.10\n",
  Dockerfile: `FROM python:3.11-slim@sha256:${"0".repeat(64)} AS build
RUN python -m compileall /usr/lib/python3
FROM python:3.11-slim@sha256:${"0".repeat(64)}
COPY app.py /app/app.py
USER 10001
HEALTHCHECK CMD ["python", "/app/app.py"]
CMD ["python", "/app/app.py"]
`,
}
const TOOLS = ["bandit", "checkov", "gitleaks", "hadolint", "pip-audit", "policy", "semgrep"]

let repository: TestRepository
let osv: OsvService

beforeAll(async () => {
  osv = await osvService("0.0.0.0")
  repository = exampleRepository()
  repository.write(
    "services.json",
    JSON.stringify(["bad", "good", "rules", "broken", "shell"].map(service)),
  )
  configure()
  for (const [name, files] of Object.entries({ bad: BAD, good: GOOD }))
    for (const [file, text] of Object.entries(files)) repository.write(`s/${name}/${file}`, text)
  for (const file of readdirSync(join(repository.path, "ci/rules")))
    if (file.endsWith(".py"))
      repository.write(`s/rules/${file}`, repository.read(`ci/rules/${file}`))
  repository.write("s/broken/broken.py", "def broken(:\n")
  repository.write(
    "s/shell/app.py",
    "import subprocess\n\n\ndef run(command: str) -> int:\n    return subprocess.call(command, shell=True)\n",
  )
  repository.write("s/shell/tests/test_app.py", "def test_nothing() -> None:\n    assert True\n")
  repository.write("s/shell/requirements.txt", "pytest==9.0.1\n")
})
afterAll(() => {
  osv.close()
  repository.delete()
})

function service(name: string) {
  const dockerfile = ["bad", "good"].includes(name) && { dockerfile: "Dockerfile" }
  return { name, path: `s/${name}`, ...dockerfile, language: "python", test_command: "pytest" }
}

/** Writes what pipeline.yaml says of scans. */
function configure(more = "", inCi = false): void {
  const url = `http://${ownAddress()}:${osv.port}/v1/query`
  repository.write(
    "pipeline.yaml",
    `scan:\n  in_ci: ${inCi}\n  ignore: ["**", "!s/**"]\n  osv_url: ${url}\n${more}`,
  )
}

function scan(args: string): Promise<Outcome> {
  return repository.shell(`dagger call --progress=plain scan ${args}`)
}

/** Lines of the tools in a scan's output, as "bandit complete". */
function tools(stdout: string): string[] {
  const lines = stdout.matchAll(/^([a-z-]+) +[\d.]+ +(complete|incomplete)/gm)
  return [...lines].map(([, tool, status]) => `${tool} ${status}`)
}

describe("a scan of everything", () => {
  it("finds with every tool, fails with 1, names what a tool could not read, and shows no secret anywhere", async () => {
    const report = await repository.shell(
      "dagger call --progress=plain scan-report -o .pipeline/security",
    )
    expect(report.exitCode).toBe(0)
    const { exitCode, output } = await scan("")
    expect(exitCode).toBe(1)
    for (const tool of TOOLS)
      expect(output).toMatch(new RegExp(`^${tool} +[\\d.]+ +\\w+ +[1-9]\\d* findings`, "m"))
    const cached = [...output.matchAll(/^([a-z-]+) .* findings {2}cached$/gm)].map(
      ([, tool]) => tool,
    )
    // Our own checks are made every time.
    expect(new Set(cached)).toEqual(new Set(TOOLS.filter((tool) => tool !== "policy")))
    expect(output).toMatch(/^FAILED {2}critical: gitleaks:github-pat, .*s\/bad\/Dockerfile:2/m)
    expect(output).toMatch(/^FAILED {2}high: bandit:B602, .*found by bandit and semgrep: /m)
    expect(output).toMatch(/^FAILED {2}high: .*hadolint and policy: s\/bad\/Dockerfile:4/m)
    expect(output).toMatch(/^NOT LOOKED AT {2}bandit: did not look at s\/broken\/broken\.py: /m)

    const folder = join(repository.path, ".pipeline/security")
    const files = new Map(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    )
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(["merged.sarif", "audit.json", "summary.md", "baseline.json"]),
    )
    for (const secret of [TOKEN, PASSWORD])
      for (const text of [output, report.output, ...files.values()])
        expect(text).not.toContain(secret)
    expect(files.get("summary.md")).toContain("requests 2.31.0, fixed in 2.32.0")
    expect(semgrepLines(files.get("audit.json") ?? "")).toEqual(expectedLines())
  })
})

describe("a scan of what changed", () => {
  it("reports what earlier scans found in all else, and does not fail by it", async () => {
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message=services")
    repository.write("s/good/changed.py", "CHANGED = True\n")
    const { exitCode, output } = await scan("--changed")
    expect(output).toMatch(/^Running 1 of 5 services/m)
    expect(output).toMatch(/^bandit +[\d.]+ +complete {2}[1-9]\d* findings/m)
    // What could not be looked at then is not known now.
    expect(output).toMatch(
      /^note: what bandit\b.* would find in broken, which did not change, is not/m,
    )
    expect(output).toMatch(/^4 unchanged services: what is known of them is counted/m)
    expect(output).toMatch(/^PASSED: clean/m)
    expect(exitCode).toBe(0)
  })
})

describe("a scan of one service", () => {
  it("passes with 0 where nothing is wrong", async () => {
    // The same files as above: every tool's word is known.
    const { exitCode, output } = await scan("--service=good")
    repository.remove("s/good/changed.py")
    expect(output).toMatch(/^PASSED: clean/m)
    expect(new Set(tools(output))).toEqual(new Set(TOOLS.map((tool) => `${tool} complete`)))
    expect(exitCode).toBe(0)
  })
})

describe("a scan that can't be known", () => {
  it("ends with 3 and says why of each tool: one was killed, one hangs, one gets no answer", async () => {
    const dockerfile = repository.read("s/good/Dockerfile")
    const marker = `# ${Date.now()}\n`
    repository.write("s/good/marker.py", marker)
    repository.write("s/good/Dockerfile", dockerfile + marker)
    repository.write(
      "pipeline.yaml",
      "scan:\n  in_ci: false\n  osv_url: http://127.0.0.1:9/v1/query\n  timeout: 20\n",
    )
    const scanning = scan("--service=good --tool=semgrep,checkov,gitleaks,pip-audit --no-cache")
    await Promise.all([
      signalTool(SEMGREP, { "s/good/marker.py": marker }, "SIGKILL", scanning),
      signalTool(CHECKOV, { "s/good/Dockerfile": dockerfile + marker }, "SIGSTOP", scanning),
    ])
    const { exitCode, output } = await scanning
    configure()
    repository.remove("s/good/marker.py")
    repository.write("s/good/Dockerfile", dockerfile)
    expect(output).toMatch(/^NOT LOOKED AT {2}semgrep: ended with exit code 137/m)
    expect(output).toMatch(/^NOT LOOKED AT {2}checkov: took too long and was ended/m)
    expect(output).toMatch(/^NOT LOOKED AT {2}pip-audit: /m)
    expect(tools(output)).toContain("gitleaks complete")
    expect(exitCode).toBe(3)
  })
})

describe("what can't be asked for", () => {
  it("ends with 2 and one line", async () => {
    repository.write("pipeline.yaml", "scan:\n  offline: true\n")
    const { exitCode, output } = await scan("--tool=pip-audit")
    configure()
    expect(output).toMatch(/^scan\.offline is set, and pip-audit asks the OSV service/m)
    expect(exitCode).toBe(2)
  })
})

describe("a run", () => {
  it("fails at what a scan finds, with the way to see it again", async () => {
    configure("", true)
    const { exitCode, output } = await repository.shell("dagger call ci --service=shell")
    configure()
    expect(exitCode).toBe(1)
    const rows = tableRows(output).map(({ stage, result }) => `${stage} ${result}`)
    expect([...new Set(rows)]).toEqual([
      ...["preflight ok", "test ok", "scan FAILED", "build -", "smoke -"],
    ])
    expect(output).toMatch(
      /^FAILED {2}shell scan: 1 finding against the policy: high: bandit:B602/m,
    )
    expect(output).toContain("reproduce: dagger call scan --service=shell --tool=bandit,semgrep")
  })

  it("can be taken up where a tool looks at a service", async () => {
    const { exitCode, stdout } = await repository.shell(
      "dagger call debug --service=shell --step=scan --tool=bandit --rerun stdout",
    )
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^== bandit\.json\n[^]*"test_id": "B602"/m)
    const other = await repository.shell(
      "dagger call debug --service=shell --step=scan --tool=hadolint stdout",
    )
    expect(other.exitCode).toBe(2)
    expect(other.output).toContain("The tool hadolint looks at no file of shell")
  })
})

/** Where semgrep's findings are, as "rule file:line". */
function semgrepLines(audit: string): string[] {
  const { findings } = JSON.parse(audit) as {
    findings: {
      detections: { tool: string; rule: string }[]
      place: { file: string; line: number }
    }[]
  }
  return findings
    .filter(({ place }) => place.file.startsWith("s/rules/"))
    .flatMap(({ detections, place }) =>
      detections
        .filter(({ tool }) => tool === "semgrep")
        .map(({ rule }) => `${rule} ${place.file}:${place.line}`),
    )
    .sort()
}

/** Where the examples of the rules say that they should be: a comment stands above each. */
function expectedLines(): string[] {
  return readdirSync(join(repository.path, "s/rules"))
    .flatMap((file) => {
      const lines = repository.read(`s/rules/${file}`).split("\n")
      return lines.flatMap((line, index) => {
        const [, rule] = /# ruleid: (\S+)/.exec(line) ?? []
        return rule === undefined ? [] : [`${rule} s/rules/${file}:${index + 2}`]
      })
    })
    .sort()
}

/** How tools look in the list of processes. Semgrep's program soon becomes another one, pysemgrep. */
const SEMGREP = /\/(?:py)?semgrep scan /
const CHECKOV = /\/checkov --directory /

/**
 * Sends a signal to a tool in its container, as soon as it runs there: to the one that has been given
 * these files, since others may use the engine as well.
 */
async function signalTool(
  tool: RegExp,
  files: Readonly<Record<string, string>>,
  signal: NodeJS.Signals,
  scanning: Promise<Outcome>,
): Promise<void> {
  let ended = false
  void scanning.finally(() => (ended = true))
  while (!ended) {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      if (isTool(pid, tool, files)) {
        process.kill(Number(pid), signal)
        return
      }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`no process was seen that is ${tool}`)
}

function isTool(pid: string, tool: RegExp, files: Readonly<Record<string, string>>): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")
    if (words[0] === "sh" || !tool.test(words.join(" "))) return false
    return Object.entries(files).every(([path, text]) => {
      const file = `/proc/${pid}/root/src/${path}`
      return existsSync(file) && readFileSync(file, "utf8") === text
    })
  } catch {
    // It ended meanwhile.
    return false
  }
}
