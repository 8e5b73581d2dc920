import { execFileSync, spawn, spawnSync } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { formatEvent } from "../../../ci/src/run/events.js"
import { row } from "../../../ci/src/run/rows.js"
import { shown } from "./terminal.js"

const PIPELINE = fileURLToPath(new URL("../../../pipeline", import.meta.url))
const TRACE = "[traceparent:4940a0ae08ee755d4e95ecd00850b16a-5c32ac8802059059]"

let folder = ""
let repository = ""

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "launcher-")))
  repository = join(folder, "repository")
  mkdirSync(join(repository, "services"), { recursive: true })
  mkdirSync(join(repository, ".git"))
  mkdirSync(join(folder, "bin"))
  writeFileSync(join(repository, "dagger.json"), "{}")
  writeFileSync(join(repository, "services.json"), "{}")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A `dagger` in PATH that does this when it is called for anything but its version. */
function fakeDagger(script: string): void {
  const file = join(folder, "bin", "dagger")
  const version = 'if [ "$1" = version ]; then echo "dagger v0.19.10 (x) linux/amd64"; exit; fi'
  writeFileSync(file, `#!/bin/sh\n${version}\n${script}\n`)
  chmodSync(file, 0o755)
}

/** Prints text as it is, from a fake dagger. */
function print(lines: string[], to: "stdout" | "stderr" = "stderr"): string {
  return `cat ${to === "stderr" ? ">&2 " : ""}<<'END_OF_TEXT'\n${lines.join("\n")}\nEND_OF_TEXT`
}

function environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH ?? ""}`,
    HOME: folder,
    _EXPERIMENTAL_DAGGER_RUNNER_HOST: "kube-pod://engine",
    ...changes,
  }
}

function pipeline(args: string[], changes: NodeJS.ProcessEnv = {}, cwd = repository) {
  const { status, stdout, stderr } = spawnSync(PIPELINE, args, {
    cwd,
    encoding: "utf8",
    env: environment(changes),
    stdio: ["ignore", "pipe", "pipe"],
  })
  return { exitCode: status, stdout, stderr }
}

/** The files of the runs so far, by ending. */
function runFiles(ending: string): string[] {
  const runs = join(repository, ".pipeline", "runs")
  return existsSync(runs) ? readdirSync(runs).filter((name) => name.endsWith(ending)) : []
}

const started = formatEvent({
  event: "run-started",
  id: "20260101T000000-abcd",
  started: "2026-01-01T00:00:00.000Z",
  services: ["api", "web"],
  stages: 8,
  jobs: 2,
})
const passed = formatEvent({ event: "row", row: row("api", "test", "passed", { seconds: 2 }) })

describe("what dagger gets", () => {
  it.each([
    { typed: "ci --changed", gets: "--progress=plain call ci --changed" },
    { typed: "--progress=plain ci", gets: "--progress=plain call ci" },
    { typed: "-y ci", gets: "--progress=plain -y call ci" },
    { typed: "-i ci", gets: "-i call ci" },
    { typed: "plan --json", gets: "--progress=plain call plan --format=json" },
    { typed: "debug --step=test terminal", gets: "call debug --step=test terminal" },
  ])("`$typed`", ({ typed, gets }) => {
    fakeDagger('echo "$*"')
    const { stdout, exitCode } = pipeline(typed.split(" "))
    expect(stdout).toBe(`${gets}\n`)
    expect(exitCode).toBe(0)
  })

  it("runs in the folder of dagger.json", () => {
    fakeDagger("pwd")
    expect(pipeline(["ci"], {}, join(repository, "services")).stdout).toBe(`${repository}\n`)
  })

  it("gets the event in GitHub Actions, without a ref to fetch", () => {
    fakeDagger('echo "$*|$GITHUB_REF"')
    const file = join(folder, "event.json")
    writeFileSync(file, "{}")
    const github = {
      GITHUB_ACTIONS: "true",
      GITHUB_REF: "refs/pull/1/merge",
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_EVENT_PATH: file,
    }
    const event = `--event-name=pull_request --event=${file}`
    expect(pipeline(["ci"], github).stdout).toBe(`--progress=plain call ci ${event}|\n`)
    expect(pipeline(["ci", "--event-name=push"], github).stdout).toBe(
      "--progress=plain call ci --event-name=push|\n",
    )
    expect(pipeline(["report"], github).stdout).toBe("--progress=plain call report|\n")
  })

  it("says which engine and which plain command it takes", () => {
    fakeDagger("true")
    const { stderr } = pipeline(["ci", "--service=a b"])
    expect(stderr).toContain("engine: kube-pod://engine")
    expect(stderr).toContain("dagger call ci '--service=a b'")
  })
})

describe("how it ends", () => {
  it.each([0, 1, 2, 3, 10, 13])("with dagger's own code %i", (code) => {
    fakeDagger(`echo result; exit ${code}`)
    const { exitCode, stdout } = pipeline(["hello"])
    expect(exitCode).toBe(code)
    expect(stdout).toBe("result\n")
  })

  it("with the table of a failing run on standard output", () => {
    const error = ["", `Error: exit code: 1 ${TRACE}`, "Stdout:", "SERVICE  STAGE", "FAILED: x"]
    fakeDagger(`${print(error)}\nexit 1`)
    expect(pipeline(["ci"])).toMatchObject({ exitCode: 1, stdout: "SERVICE  STAGE\nFAILED: x\n" })
  })

  it("with dagger's error, and where everything it said is", () => {
    fakeDagger(`${print(["1   : connect", "Error: unknown flag: --foo"])}\nexit 1`)
    const { exitCode, stderr } = pipeline(["ci", "--foo"])
    expect(exitCode).toBe(1)
    expect(stderr).toContain("unknown flag: --foo")
    const [log = ""] = runFiles(".log")
    expect(stderr).toContain(log)
    expect(readFileSync(join(repository, ".pipeline", "runs", log), "utf8")).toContain("connect")
  })

  it("with 3 and what had finished, when the engine is lost", () => {
    const lines = [`11  : [1.0s] | ${started}`, `11  : [2.0s] | ${passed}`]
    const error = "Error: rpc error: code = Unavailable desc = error reading from server: EOF"
    fakeDagger(`${print([...lines, error])}\nexit 1`)
    const { exitCode, stdout, stderr } = pipeline(["ci"])
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(/ok +api +test/)
    expect(stderr).toContain("20260101T000000-abcd.jsonl")
    expect(stderr).toContain("run the same command again")
  })

  it("with the pin of dagger.json, when the engine can't fetch the module", () => {
    const blueprint = { source: "github.com/a/pipeline@v1.2.0", pin: "c".repeat(40) }
    writeFileSync(
      join(repository, "dagger.json"),
      JSON.stringify({ name: "x", blueprint }, null, 2),
    )
    const error =
      "Error: failed to resolve blueprint to source: failed to resolve git src: git error: dial tcp: connect: connection refused"
    fakeDagger(`${print([error])}\nexit 1`)
    const { exitCode, stderr } = pipeline(["ci"])
    expect(exitCode).toBe(3)
    expect(stderr).not.toContain("engine can't be reached")
    expect(stderr).toContain(
      `dagger.json:4 names github.com/a/pipeline@v1.2.0, commit ${"c".repeat(40)}`,
    )
    expect(stderr).toContain("`git ls-remote https://github.com/a/pipeline`")
    expect(stderr).toContain("`./pipeline update`")
  })

  it("with 3 when the engine goes away and dagger only waits", { timeout: 30_000 }, async () => {
    fakeDagger(`${print([`11  : [1.0s] | ${started}`, `11  : [2.0s] | ${passed}`])}
      exec sleep 600`)
    const socket = join(folder, "engine.sock")
    const engine = createServer((client) => client.end()).listen(socket)
    const child = spawn(PIPELINE, ["ci"], {
      cwd: repository,
      env: environment({ _EXPERIMENTAL_DAGGER_RUNNER_HOST: `unix://${socket}` }),
      stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    const ended = new Promise((resolve) => child.on("close", resolve))
    await until(() => runFiles(".jsonl").length > 0)
    engine.close()
    expect(await ended).toBe(3)
    expect(output).toContain("INCOMPLETE")
    expect(output).toContain("run the same command again")
  })

  it("with 130 after an interruption, dagger first", async () => {
    fakeDagger(`trap 'touch ${join(folder, "interrupted")}; exit 1' INT
      ${print([`11  : [1.0s] | ${started}`])}
      while :; do sleep 0.05; done`)
    const child = spawn(PIPELINE, ["ci"], {
      cwd: repository,
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
    })
    const ended = new Promise((resolve) => child.on("close", resolve))
    await until(() => runFiles(".jsonl").length > 0)
    child.kill("SIGINT")
    expect(await ended).toBe(130)
    expect(existsSync(join(folder, "interrupted"))).toBe(true)
  })
})

describe("a job that is cancelled", () => {
  /** Runs it until its first event, with a dagger that notes its process and the signals that it gets. */
  async function cancelled(command: string, args: string[], onSignal: string) {
    const note = join(folder, "signals")
    fakeDagger(`echo $$ > ${join(folder, "pid")}
      trap 'echo INT >> ${note}; ${onSignal}' INT
      trap 'echo TERM >> ${note}; ${onSignal}' TERM
      ${print([`11  : [1.0s] | ${started}`])}
      while :; do sleep 0.05; done`)
    const child = spawn(command, args, {
      cwd: repository,
      env: environment({ GITHUB_ACTIONS: "true" }),
      stdio: ["ignore", "pipe", "pipe"],
    })
    let shown = ""
    child.stderr.on("data", (text) => (shown += text))
    const ended = new Promise((resolve) => child.on("close", resolve))
    await until(() => runFiles(".jsonl").length > 0)
    const dagger = Number(readFileSync(join(folder, "pid"), "utf8"))
    return { child, ended, dagger, note, shown: () => shown }
  }

  it("ends with 143 after SIGTERM, dagger first, and its report can be made", async () => {
    const { child, ended, dagger, note, shown } = await cancelled(PIPELINE, ["ci"], "exit 1")
    child.kill("SIGTERM")
    expect(await ended).toBe(143)
    expect(shown()).toContain("ended by SIGTERM; what had finished is kept in")
    expect(readFileSync(note, "utf8")).toBe("TERM\n")
    expect(isRunning(dagger)).toBe(false)
    fakeDagger('echo "$*"')
    expect(pipeline(["report"]).stdout).toContain(
      "report --from=.pipeline/runs/20260101T000000-abcd.jsonl",
    )
  })

  it("leaves nothing behind when dagger does not end, and a second signal comes", async () => {
    const { child, ended, dagger, note } = await cancelled(PIPELINE, ["ci"], "true")
    child.kill("SIGINT")
    await until(() => existsSync(note))
    child.kill("SIGTERM")
    expect(await ended).toBe(130)
    await until(() => !isRunning(dagger))
  })

  // GitHub's runner signals the shell of a step, and bash hands no signal on.
  it("ends when only the shell that started it is ended", async () => {
    const script = `'${PIPELINE}' ci\necho after`
    const { child, dagger, note } = await cancelled("bash", ["-c", script], "exit 1")
    child.kill("SIGTERM")
    await until(() => !isRunning(dagger))
    expect(readFileSync(note, "utf8")).toBe("TERM\n")
  })
})

describe("what is kept and shown of a run", () => {
  it("its events, in a folder that git doesn't see", () => {
    fakeDagger(print([`11  : [1.0s] | ${started}`, "noise", `11  : [2.0s] | ${passed}`]))
    const { stderr } = pipeline(["ci"])
    const kept = readFileSync(join(repository, ".pipeline/runs/20260101T000000-abcd.jsonl"), "utf8")
    expect(kept).toBe(`${started}\n${passed}\n`)
    expect(readFileSync(join(repository, ".pipeline/.gitignore"), "utf8")).toBe("*\n")
    expect(stderr).toMatch(/2\.0s {2}ok +api +test/)
    expect(stderr).not.toContain("noise")
    expect(stderr).not.toContain("\u001b")
  })

  it("dagger's own progress, when asked for", () => {
    fakeDagger(print([`11  : [1.0s] | ${started}`, "noise"]))
    for (const { args, env } of [
      { args: ["--progress=plain", "ci"], env: {} },
      { args: ["ci"], env: { PIPELINE_PROGRESS: "dagger" } },
    ]) {
      expect(pipeline(args, env).stderr).toContain("noise")
    }
    expect(runFiles(".jsonl")).toHaveLength(1)
  })

  it("a run goes on when its record can't be kept", () => {
    writeFileSync(join(repository, ".pipeline"), "a file in the way")
    fakeDagger(`${print([`11  : [1.0s] | ${passed}`])}\necho result`)
    const { exitCode, stdout, stderr } = pipeline(["ci"])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "result\n" })
    expect(stderr).toContain("warning: the run's record can't be kept")
  })
})

describe("on a terminal", () => {
  it("what goes on is shown and taken back; what failed stays, and the verdict is last", () => {
    const stage = (service: string) => ({ event: "stage-started", service, stage: "test" }) as const
    const events = [
      ...[started, formatEvent(stage("api")), formatEvent(stage("web"))],
      formatEvent({ event: "row", row: row("api", "test", "failed", { reason: "broke" }) }),
    ].map((event) => `11  : [1.0s] | ${event}`)
    const end = [`Error: exit code: 1 ${TRACE}`, "Stdout:", "  reproduce: x", "FAILED: 1 of 2"]
    // Long enough to be drawn.
    fakeDagger(`${print(events)}\nsleep 1\n${print(end)}\nexit 1`)
    const command = `stty cols 60 rows 20; '${PIPELINE}' ci`
    const { status, stdout } = spawnSync("script", ["-qec", command, "/dev/null"], {
      cwd: repository,
      encoding: "utf8",
      env: environment({ TERM: "xterm" }),
      stdio: ["ignore", "pipe", "pipe"],
    })
    expect(status).toBe(1)
    expect(stdout).toMatch(/1 of 8 stages done, 1 failed, \d s\r\n +web +test +\d s/)
    expect(shown(stdout).slice(-3)).toEqual([
      expect.stringMatching(/FAILED +api +test +broke +\(1 of 8\)$/),
      "  reproduce: x",
      "FAILED: 1 of 2",
    ])
  })
})

describe("a failure in GitHub Actions", () => {
  it("is shown on the lines it names, ten at most and one of each stage first", () => {
    const place = (line: number) => ({ file: "a,b.py", line, message: "50 % is\ntoo little" })
    const failed = [
      row("api", "test", "failed", { reason: "no", places: [1, 2, 3].map(place) }),
      ...Array.from({ length: 8 }, (_, index) =>
        row(`s${index}`, "build", "failed", { reason: "x" }),
      ),
    ].map((each) => formatEvent({ event: "row", row: each }))
    const finished = formatEvent({ event: "run-finished", record: { exitCode: 1 } as never })
    const lines = [started, ...failed, finished].map((event) => `11  : [1.0s] | ${event}`)
    fakeDagger(`${print(lines)}\nexit 1`)
    const { stderr } = pipeline(["ci"], { GITHUB_ACTIONS: "true" })
    const shown = stderr.split("\n").filter((line) => line.startsWith("::error"))
    expect(shown).toHaveLength(10)
    expect(shown[0]).toBe("::error file=a%2Cb.py,line=1,title=api test::50 %25 is%0Atoo little")
    expect(shown[1]).toBe("::error title=s0 build::x")
    expect(shown[9]).toContain("line=2")
  })
})

describe("a report", () => {
  it("is made of the launcher's events, when the last run left no record", () => {
    fakeDagger(print([`11  : [1.0s] | ${started}`]))
    pipeline(["ci"])
    fakeDagger('echo "$*"')
    const from = `--from=.pipeline/runs/${runFiles(".jsonl")[0]}`
    expect(pipeline(["report", "-o", "out"]).stdout).toBe(
      `--progress=plain call report -o out ${from}\n`,
    )
    expect(pipeline(["report", "--run=x"]).stdout).toBe("--progress=plain call report --run=x\n")
  })
})

describe("--watch", () => {
  it("runs again when a file changes that git does not ignore, until it is interrupted", async () => {
    rmSync(join(repository, ".git"), { recursive: true })
    execFileSync("git", ["init", "--quiet"], { cwd: repository })
    writeFileSync(join(repository, ".gitignore"), "ignored\n")
    fakeDagger("echo ran >> ../runs")
    const child = spawn(PIPELINE, ["ci", "--watch"], { cwd: repository, env: environment() })
    let shown = ""
    child.stderr.setEncoding("utf8").on("data", (text) => (shown += text))
    const runs = () =>
      existsSync(join(folder, "runs")) ? readFileSync(join(folder, "runs"), "utf8").length / 4 : 0
    const watching = () => shown.split("; watching").length - 1
    await vi.waitUntil(() => watching() === 1, { timeout: 20_000 })
    writeFileSync(join(repository, "ignored"), "x")
    for (const name of ["b.txt", "a.txt"]) writeFileSync(join(repository, name), "x")
    await vi.waitUntil(() => watching() === 2, { timeout: 20_000 })
    rmSync(join(repository, "b.txt"))
    await vi.waitUntil(() => watching() === 3, { timeout: 20_000 })
    child.kill("SIGINT")
    const exitCode = await new Promise((resolve) => child.on("close", resolve))
    expect(runs()).toBe(3)
    expect(shown.match(/^pipeline: changed: .*$/gm)).toEqual([
      "pipeline: changed: a.txt (and 1 more)",
      "pipeline: changed: b.txt",
    ])
    // What does not change from run to run is said once.
    for (const header of [/^pipeline: engine: /gm, /^pipeline: running: /gm])
      expect(shown.match(header)).toHaveLength(1)
    expect(exitCode).toBe(130)
  }, 60_000)
})

describe("a .env file", () => {
  it("that became an argument is named, with its line", () => {
    writeFileSync(join(repository, ".env"), "# settings\nCI_CHANGED=true\n")
    fakeDagger(print(['user default: pipeline.ci(changed="true")']))
    expect(pipeline(["ci"]).stderr).toContain(
      `${join(repository, ".env")}:2 sets \`--changed\` of \`ci\``,
    )
  })

  it("that dagger can't read is named, with its line and what to do", () => {
    writeFileSync(join(repository, ".env"), 'A=1\nexport B="x"\n')
    const error = `Error: load user defaults: failed to load inner env file: parse error: "export B=\\"x\\"": not a bare assignment ${TRACE}`
    fakeDagger(`${print([error])}\nexit 1`)
    const { exitCode, stderr } = pipeline(["ci"])
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${join(repository, ".env")}:2`)
    expect(stderr).toContain("next: write it as NAME=value")
  })
})

describe("before any engine is touched", () => {
  it.each([
    { what: "services.json", remove: "services.json", message: "services.json is missing" },
    { what: "dagger.json", remove: "dagger.json", message: "has a dagger.json" },
  ])("a missing $what is an error with the next step", ({ remove, message }) => {
    rmSync(join(repository, remove))
    const { exitCode, stderr } = pipeline(["ci"])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain("next: ")
    expect(stderr).not.toContain("engine:")
  })

  it("says when the folder is not in a git repository, and goes on", () => {
    rmSync(join(repository, ".git"), { recursive: true })
    fakeDagger("true")
    const { exitCode, stderr } = pipeline(["ci"])
    expect(exitCode).toBe(0)
    expect(stderr).toContain("is not a git repository")
  })

  it("a machine without git is told how to get it", () => {
    for (const name of ["sh", "dirname"]) linkTool(name)
    linkTool("node", process.execPath)
    const { exitCode, stderr } = pipeline(["ci"], { PATH: join(folder, "bin") })
    expect(exitCode).toBe(2)
    expect(stderr).toContain("no `git` command")
  })

  it("a machine without Node is told in one line", () => {
    for (const name of ["sh", "dirname"]) linkTool(name)
    const { exitCode, stderr } = pipeline(["ci"], { PATH: join(folder, "bin") })
    expect(exitCode).toBe(2)
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringContaining("needs Node.js 20 or newer"),
    ])
  })
})

describe("its own words", () => {
  it.each([[[]], [["--help"]]])("shows a first screen for %j", (args) => {
    const { exitCode, stdout } = pipeline(args)
    expect(exitCode).toBe(0)
    expect(stdout).toContain("./pipeline ci --changed")
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it.each([
    ["init --everything"],
    ["update --everything"],
    ["engine --watch"],
    ["engine"],
    ["engine foo"],
    ["engine up --all"],
    ["engine logs foo"],
  ])("`%s` is a usage error", (typed) => {
    const { exitCode, stderr } = pipeline(typed.split(" "))
    expect(exitCode).toBe(2)
    expect(stderr).toContain("next: ")
  })

  it("prints only export lines for `engine env`", () => {
    fakeDagger("true")
    const home = join(folder, "home")
    const { stdout } = pipeline(["engine", "env"], { PIPELINE_ENGINE_HOME: home })
    expect(
      stdout
        .trim()
        .split("\n")
        .every((line) => /^(export|case) /.test(line)),
    ).toBe(true)
    const shown = execFileSync("sh", ["-c", `${stdout}command -v dagger`], {
      encoding: "utf8",
      env: environment(),
    })
    expect(shown.trim()).toBe(join(home, "bin", "dagger"))
  })
})

function linkTool(
  name: string,
  target = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(),
): void {
  writeFileSync(join(folder, "bin", name), `#!/bin/sh\nexec ${target} "$@"\n`)
  chmodSync(join(folder, "bin", name), 0o755)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}
