import { randomUUID } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Row } from "../../ci/src/run/rows.js"
import type { Outcome, TestRepository } from "./repository.js"
import { exampleRepository, tableRows } from "./repository.js"

/** A service of a few files, and what services.json says of it. */
interface Sample {
  files: Record<string, string>
  entry?: object
}

const GO_MOD = "module example.com/split\n\ngo 1.24\n"
const goPackage = (name: string) => ({
  [`${name}/f.go`]: `package ${name}\n\nfunc F() int { return 1 }\n`,
  [`${name}/f_test.go`]: `package ${name}\n\nimport "testing"\n\nfunc TestIn${name.toUpperCase()}(t *testing.T) { F() }\n`,
})

/** Services under test that do what they should not, beside some that do nothing wrong. */
const SAMPLES: Record<string, Sample> = {
  good: python("def test_a(): pass"),
  leaves: python(`
import subprocess
def test_a():
    subprocess.Popen(["sleep", "1001"], start_new_session=True)
    subprocess.run("setsid sh -c 'sleep 1002 & sleep 1003' &", shell=True)
`),
  hangs: python(
    `
import subprocess, time
def test_first(): pass
def test_hangs():
    subprocess.Popen(["setsid", "sleep", "1000"])
    time.sleep(1000)
`,
    { test: { timeout: 8 } },
  ),
  prints: python(String.raw`
import os
def test_a(capfd):
    with capfd.disabled():
        for _ in range(1000): os.write(1, (b"x" * 99 + b"\n") * 1000)
        os.write(1, b"\xff\x00\x1b[31mno text\n" + b"y" * 10_000 + b"\nthe last line")
    os._exit(1)
`),
  hoards: python(
    `
import subprocess, sys, time
def test_a():
    subprocess.Popen([sys.executable, "-c", "import time; x = bytearray(b'x' * (200 << 20)); time.sleep(60)"])
    hoard = bytearray(b"x" * (200 << 20))
    time.sleep(60)
`,
    { test: { memory: "256m" } },
  ),
  kills: python("import os\ndef test_a(): os.kill(-1, 9)"),
  strays: python(`
import pathlib, shutil
def test_a():
    for path in ["/src/s/good/tests/test_it.py", "/etc/passwd", "/.pipeline/out/verdict"]:
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_text("spoiled")
    for path in pathlib.Path("/.pipeline/out").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
`),
  empty: python("value = 1"),
  hollow: python("def test_a(): pass", { test_command: "true" }),
  allowed: python("value = 1", { test: { allow_no_tests: true } }),
  flaky: flaky(1, { test: { retries: 1 } }),
  unlucky: flaky(2),
  split: {
    files: {
      ...Object.fromEntries(
        ["a", "b", "c"].map((name) => [`tests/test_${name}.py`, `def test_${name}(): pass\n`]),
      ),
      "tests/test_slow.py": "import time\n\n\ndef test_slow():\n    time.sleep(0.5)\n",
      "requirements.txt": "pytest==9.0.1\n",
    },
    entry: { test: { shards: 2 } },
  },
  "split-go": {
    files: { "go.mod": GO_MOD, ...goPackage("a"), ...goPackage("b"), ...goPackage("c") },
    entry: {
      language: "go",
      test_command: "go test -run TestIn ./... -coverprofile=c.out",
      test: { shards: 2 },
    },
  },
  unsplit: python("import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass", {
    test_command: "python -m unittest discover tests",
    test: { shards: 2 },
  }),
  "node-empty": {
    files: {
      "package.json": '{"name": "e", "version": "1.0.0", "scripts": {"test": "node --test"}}',
    },
    entry: { language: "node", test_command: "npm test" },
  },
}

function python(test: string, entry: object = {}): Sample {
  return {
    // Whatever lint says of it, the test is what counts here.
    files: { "tests/test_it.py": `# ruff: noqa\n${test}\n`, "requirements.txt": "pytest==9.0.1\n" },
    entry,
  }
}

/** Fails so often before it passes; new to the engine, which remembers how the last one turned out. */
function flaky(times: number, entry: object = {}): Sample {
  return python(
    `
# ${randomUUID()}
import os
def test_always(): pass
def test_weather(): assert int(os.environ["PIPELINE_ATTEMPT"]) >= ${times}
`,
    entry,
  )
}

let repository: TestRepository
let run: Outcome
let again: Outcome

beforeAll(async () => {
  repository = exampleRepository()
  for (const [name, { files }] of Object.entries(SAMPLES))
    for (const [file, text] of Object.entries(files)) repository.write(`s/${name}/${file}`, text)
  const services = Object.entries(SAMPLES).map(([name, { entry }]) => ({
    ...{ name, path: `s/${name}`, language: "python", test_command: "pytest tests" },
    ...entry,
  }))
  repository.write("services.json", JSON.stringify(services))
  run = await repository.pipeline(["ci"])
})
afterAll(() => repository.delete())

describe("tests that misbehave", () => {
  it("fail the run, and nobody's but their own row", () => {
    expect(run.exitCode).toBe(1)
    expect(testRow("good")).toMatchObject({ status: "passed", counts: { total: 1, passed: 1 } })
    const results = tableRows(run.output).filter(({ stage }) => stage === "test")
    expect(Object.fromEntries(results.map(({ service, result }) => [service, result]))).toEqual({
      ...{ good: "ok", leaves: "ok", strays: "ok", allowed: "ok", split: "ok", "split-go": "ok" },
      ...{ hangs: "FAILED", prints: "FAILED", hoards: "FAILED", kills: "FAILED" },
      ...{ empty: "FAILED", hollow: "FAILED", unsplit: "FAILED", "node-empty": "FAILED" },
      unlucky: "FAILED",
      flaky: "FLAKY",
    })
  })

  it("leave processes behind: they are ended, and named", () => {
    const [warning, ...more] = testRow("leaves").warnings
    expect(more).toEqual([])
    for (const left of ["sleep 1001", "sleep 1002", "sleep 1003"]) expect(warning).toContain(left)
  })

  it("hang: ended with everything they started, and the row says where", () => {
    const { reason, tail } = testRow("hangs")
    expect(reason).toBe(
      "took longer than 8 s (test.timeout in services.json); stopped in tests/test_it.py:7",
    )
    expect(tail.join("\n")).toContain("line 7 in test_hangs")
  })

  it("print 100 MB: the last lines are kept, in a row that stays small", () => {
    const { tail, warnings, exitCode } = testRow("prints")
    expect(exitCode).toBe(1)
    expect(tail.at(-1)).toBe("the last line")
    expect(tail.at(-3)).toContain("no text")
    expect(JSON.stringify(tail).length).toBeLessThan(32_000)
    expect(warnings).toEqual(["printed more than 10 MB; only the end is kept"])
  })

  it("use too much memory, several processes together: neither a time-out nor a lost engine", () => {
    expect(testRow("hoards")).toMatchObject({
      exitCode: 137,
      reason: expect.stringMatching(
        /^exceeded test\.memory 256 MB \(\d+ MB in use\); its processes were ended/,
      ),
    })
  })

  it("kill every process around them", () => {
    const { reason, warnings } = testRow("kills")
    expect(reason).toMatch(/^`pytest tests` was ended by signal 9 \(SIGKILL\)/)
    expect(warnings.join()).toContain("its output was lost")
  })

  it.each([
    ["empty", "`pytest tests` ran no test"],
    ["node-empty", "`npm test` ran no test"],
    ["hollow", "`true` ended with 0, but no test could be counted"],
  ])("run no test: %s", (name, reason) => {
    expect(testRow(name).reason).toContain(reason)
  })
})

describe("a retry that passes", () => {
  it("is FLAKY in table, summary and row, with the test that failed", () => {
    expect(testRow("flaky")).toMatchObject({
      status: "passed",
      flaky: true,
      counts: { total: 2, passed: 2 },
      warnings: ["FLAKY: failed 1 time with the same inputs: test_weather"],
    })
    expect(run.output).toMatch(/\d+ of \d+ services passed \(1 flaky\)/)
    expect(run.output).toMatch(/^flaky +test +FLAKY .*test_weather$/m)
  })

  it("stays FLAKY when its result is reused", async () => {
    repository.append("s/split/tests/test_a.py", "\n\ndef test_more():\n    pass\n")
    again = await repository.pipeline([
      "ci",
      "--retries=1",
      "--service=flaky,unlucky,split-go,split",
    ])
    expect(again.exitCode).toBe(0)
    expect(again.output).toMatch(/^flaky +test +FLAKY .* cached .*test_weather$/m)
  })
})

describe("--retries", () => {
  it("tries again, and what failed in an earlier run counts too", () => {
    expect(testRow("unlucky")).toMatchObject({ status: "failed", exitCode: 1 })
    expect(testRow("unlucky", 1)).toMatchObject({
      status: "passed",
      flaky: true,
      warnings: ["FLAKY: failed 2 times with the same inputs: test_weather"],
    })
  })
})

describe("tests split over containers", () => {
  it("run once each, and are one row with a command for every shard", () => {
    const { counts, shards } = testRow("split")
    expect(counts).toMatchObject({ total: 4, passed: 4 })
    expect(shards.map(({ shard }) => shard)).toEqual(["1/2", "2/2"])
    // Which tests are where depends on the times that this engine knows from earlier runs.
    const totals = shards.map(({ counts }) => counts?.total ?? 0)
    expect(Math.min(...totals)).toBeGreaterThan(0)
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(4)
    expect(shards[1]?.reproduce).toBe(
      "dagger call debug --service=split --step=test --shard=2 terminal",
    )
  })

  it("are Go's packages too, with the coverage of all of them", () => {
    const { counts, shards, coverage } = testRow("split-go")
    expect(counts).toMatchObject({ total: 3, passed: 3 })
    expect(shards.map(({ counts }) => counts?.total).sort()).toEqual([1, 2])
    expect(coverage).toBe(100)
  })

  it("are refused when the command was not split", () => {
    expect(testRow("unsplit").reason).toMatch(/was not split by test\.shards.*\$PIPELINE_SHARD/)
  })

  it("are reused when nothing changed, and split by the time they took when their files did", () => {
    expect(testRow("split-go", 1).cached).toBe(true)
    // The slow file alone took longer than all the others.
    expect(testRow("split", 1).shards.map(({ counts }) => counts?.total)).toEqual([1, 4])
  })

  it("can be debugged shard by shard", async () => {
    const { stdout } = await repository.shell(
      "dagger call debug --service=split --step=test --shard=2 with-exec --args=sh,-c,'eval $PIPELINE_STEP' stdout",
    )
    expect(stdout).toMatch(/ 4 passed/)
  })
})

/** The test row of a service, from the events that the launcher kept of the first run or a later one. */
function testRow(service: string, number = 0): Row {
  const folder = join(repository.path, ".pipeline/runs")
  const runs = readdirSync(folder).filter((name) => name.endsWith(".jsonl"))
  const events = runs.sort()[number] ?? ""
  const rows = repository
    .read(join(".pipeline/runs", events))
    .split("\n")
    .filter(Boolean)
    .map((line): { pipelineEvent: number; event: string; row?: Row } => JSON.parse(line))
    .flatMap(({ event, row }) => (event === "row" && row ? [row] : []))
  const found = rows.find((row) => row.service === service && row.stage === "test")
  if (!found) throw new Error(`no test row of ${service} in ${events}:\n${run.output}`)
  return found
}
