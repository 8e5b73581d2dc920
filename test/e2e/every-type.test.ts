import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { FunctionCall, Session } from "../sdk/call-server.mjs"
import type { Outcome, Task } from "../sdk/answer-calls.mjs"
import { clientSource, SDK_PACKAGE, sourceFiles } from "../sdk/scan.js"

/**
 * The kit doesn't run modules with the SDK's own entrypoint, so that a call is
 * fast. Here both answer the same calls, on the same engine, and nothing may
 * differ: types, results, errors, exit codes.
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const KIT = join(ROOT, "engine/sdk-typescript/kit")
const FIXTURE = join(ROOT, "test/fixtures/every-type")
const WORKER = join(ROOT, "test/sdk/answer-calls.mjs")
const REGISTRATION: FunctionCall = { parentName: "", name: "", parent: "null", inputArgs: [] }

type Ids = Record<"Directory" | "File" | "Secret" | "Container" | "Service", string>

let folder: string
let engine: ChildProcess
let session: Session
let calls: [string, FunctionCall][]
let answers: { sdk: Outcome[]; kit: Outcome[] }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pipeline-every-type-"))
  ;({ session, process: engine } = await openSession())
  calls = everyCall(await ids())
  const program = await buildKit()
  const ownModule = copyFixture("sdk")
  const module = copyFixture("kit")
  const description = join(folder, "description.json")
  await run("node", [join(program, "describe.mjs"), "every-type", module, description])
  await run("node", [join(program, "bundle.mjs"), module, join(folder, "bundle")])
  const sources = [join(ownModule, "sdk/client.gen.ts"), ...sourceFiles(join(ownModule, "src"))]
  const shared = { files: sources, description, moduleName: "every-type", session }
  const [sdk, kit, registered] = await Promise.all([
    answerCalls({
      ...shared,
      entrypoint: "sdk",
      program: join(SDK_PACKAGE, "dist/src/module/entrypoint/entrypoint.js"),
      calls: [REGISTRATION, ...calls.map(([, call]) => call)],
    }),
    answerCalls({
      ...shared,
      entrypoint: "kit",
      program: join(folder, "bundle/module.mjs"),
      calls: calls.map(([, call]) => call),
    }),
    registerTypes(program, description),
  ])
  answers = { sdk, kit: [{ returned: registered, exitCode: 0 }, ...kit] }
}, 300_000)

afterAll(() => {
  engine?.kill()
  rmSync(folder, { recursive: true, force: true })
})

describe("the kit's entrypoint and the SDK's own", () => {
  it("register the same types", async () => {
    const [own, ours] = [answers.sdk[0]?.returned, answers.kit[0]?.returned]
    expect(own).toBeTruthy()
    const [expected, actual] = await Promise.all([describeModule(own), describeModule(ours)])
    expect(actual).toEqual(expected)
    // The id holds all that was said, down to comments and line numbers.
    expect(ours).toBe(own)
  })

  it("give the same results, errors and exit codes", () => {
    const named = (outcomes: Outcome[]) =>
      Object.fromEntries(calls.map(([name], index) => [name, untraced(outcomes[index + 1])]))
    expect(named(answers.kit)).toEqual(named(answers.sdk))
  })

  it("were asked for every function, and did answer", () => {
    const text = readFileSync(join(FIXTURE, "src/index.ts"), "utf8")
    const declared = [
      ...text.matchAll(/@func\([^)]*\)\n(?: {2}@check\(\)\n)? {2}(?:async )?(\w+)\(/g),
    ]
    const asked = new Set(calls.map(([, { name }]) => name))
    expect(declared.map(([, name]) => name).filter((name) => !asked.has(name as string))).toEqual(
      [],
    )
    expect(declared.length).toBeGreaterThan(40)
    const silent = calls.filter((_, index) => {
      const { returned, error } = answers.sdk[index + 1] as Outcome
      return returned === undefined && error === undefined
    })
    expect(silent.map(([name]) => name)).toEqual([])
  })

  it("give a failed step's exit code and output to the engine", () => {
    const index = calls.findIndex(([name]) => name === "fails")
    const { error, exitCode } = answers.kit[index + 1] as Outcome
    const values = Object.fromEntries(
      (error?.values ?? []).map(({ name, value }) => [name, JSON.parse(value)]),
    )
    expect(values).toMatchObject({ exitCode: 7, stdout: "out", stderr: "err" })
    expect(exitCode).toBe(1)
  })
})

/** Without the mark that the engine puts on whoever's question it answered first. */
function untraced(outcome: Outcome | undefined): unknown {
  return JSON.parse(JSON.stringify(outcome).replace(/ \[traceparent:[0-9a-f-]+\]/g, ""))
}

/** Calls of every function, with the state and the values that an engine would send. */
function everyCall(id: Ids): [string, FunctionCall][] {
  const inner = { value: "kept", renamed: 8, hidden: ["kept"] }
  const state = {
    name: "somebody",
    loudness: "Loud",
    places: id.Directory,
    points: [{ x: 1, y: 2 }],
    inner,
  }
  const call = (
    name: string,
    args: Record<string, unknown> = {},
    parent: object = state,
    parentName = "EveryType",
  ): FunctionCall => ({
    parentName,
    name,
    parent: JSON.stringify(parent),
    inputArgs: Object.entries(args).map(([argument, value]) => ({
      name: argument,
      value: JSON.stringify(value),
    })),
  })
  return [
    ["constructor", call("", { name: "given", loudness: "Quiet", places: id.Directory }, {})],
    ["constructor with defaults", call("", {}, {})],
    ["text", call("text", { value: "text", prefix: "pre", suffix: "?" })],
    ["text with defaults", call("text", { value: 'quo"te\n\u2028 ☃' })],
    ["whole", call("whole", { value: 99 })],
    ["whole, all given", call("whole", { value: -5, most: 0, negative: 0 })],
    ["part", call("part", { value: 1.25, share: 0.5 })],
    ["part without its default", call("part", { value: 3 })],
    ["yes", call("yes", { value: true, other: false })],
    ["no", call("no")],
    ["zero", call("zero")],
    ["empty", call("empty")],
    ["list", call("list", { values: ["a", ""], numbers: [3], none: [] })],
    ["list with defaults", call("list", { values: [] })],
    ["nested", call("nested", { values: [["a", "bb"], []] })],
    ["loud", call("loud", { value: "Loud" })],
    ["loud, the other", call("loud", { value: "Quiet", other: "Loud" })],
    ["an argument that no enum has", call("loud", { value: "Silent" })],
    ["louds", call("louds", { values: ["Quiet", "Loud"] })],
    ["protocol", call("protocol", { value: "UDP" })],
    ["protocol with its default", call("protocol")],
    ["platform", call("platform", { value: "linux/amd64" })],
    ["optional", call("optional")],
    ["optional, given", call("optional", { value: "a", other: 0, whether: false })],
    ["nullable", call("nullable", { value: null })],
    ["nullable, given", call("nullable", { value: "a", other: 2 })],
    ["rest", call("rest", { first: "a", others: ["b", "c"] })],
    ["rest without", call("rest", { first: "a" })],
    ["computed", call("computed", { value: "v" })],
    ["computed, given", call("computed", { value: "v", objectDefault: inner })],
    ["nothing", call("nothing")],
    ["nothingLater", call("nothingLater")],
    ["later", call("later", { value: "x" })],
    ["directory", call("directory", { value: id.Directory })],
    ["file", call("file", { value: id.File })],
    ["secret", call("secret", { value: id.Secret })],
    ["container", call("container", { value: id.Container })],
    ["service", call("service", { value: id.Service })],
    ["files", call("files", { values: [id.File, id.File] })],
    ["directories", call("directories")],
    ["point", call("point", { value: 4 })],
    ["pointOf", call("pointOf", { value: { x: 3, y: 4 } })],
    ["pointList", call("pointList")],
    ["object", call("object")],
    ["objects", call("objects", { values: [inner, { ...inner, value: "other" }] })],
    ["chained", call("chained")],
    ["an object's own constructor", call("", {}, {}, "Inner")],
    ["an object's function", call("with", { value: "more" }, inner, "Inner")],
    ["an object's state", call("all", {}, inner, "Inner")],
    ["greeted", call("greeted", { greeter: "no such id" })],
    ["renamed", call("renamed")],
    ["renamed, by its alias", call("otherName")],
    ["never", call("never")],
    ["never, by its alias", call("aliasInOptions")],
    ["session", call("session")],
    ["minutes", call("minutes")],
    ["passes", call("passes")],
    ["old", call("old")],
    ["throws", call("throws")],
    ["throwsText", call("throwsText")],
    ["throwsObject", call("throwsObject")],
    ["rejects", call("rejects")],
    ["broken", call("broken")],
    ["fails", call("fails", { code: 7 })],
    ["fails otherwise", call("fails", { code: 1 })],
    ["failsWrapped", call("failsWrapped")],
    ["refused", call("refused")],
    ["a function that there is not", call("missing")],
    ["an argument that there is not", call("text", { value: "a", stranger: 1 })],
    ["an object that there is not", call("text", {}, {}, "Nobody")],
    ["state that no field has", call("no", {}, { stranger: 1 })],
  ]
}

/** The kit's programs, from its sources as they are now. */
async function buildKit(): Promise<string> {
  const built = join(folder, "built")
  await run("node", [join(KIT, "build.mjs"), built])
  return join(built, "kit")
}

/** The fixture as the official runtime lays it out, around the SDK's package, or as the kit's does. */
function copyFixture(runtime: "sdk" | "kit"): string {
  const module = join(folder, runtime)
  cpSync(join(FIXTURE, "src"), join(module, "src"), { recursive: true })
  cpSync(join(FIXTURE, "package.json"), join(module, "package.json"))
  mkdirSync(join(module, "node_modules/@dagger.io"), { recursive: true })
  const library = join(module, "sdk")
  cpSync(join(ROOT, "engine/sdk-typescript/lib"), library, { recursive: true })
  clientSource(library)
  if (runtime === "kit") {
    cpSync(join(folder, "built/lib/core.js"), join(library, "core.js"))
    const client = readFileSync(join(SDK_PACKAGE, "dist/src/api/client.gen.js"), "utf8")
    writeFileSync(
      join(library, "client.gen.js"),
      client.replace("../common/context.js", "./core.js"),
    )
  }
  symlinkSync(
    runtime === "kit" ? library : SDK_PACKAGE,
    join(module, "node_modules/@dagger.io/dagger"),
  )
  return module
}

async function answerCalls(task: Omit<Task, "output">): Promise<Outcome[]> {
  const file = join(folder, `${task.entrypoint}.json`)
  const output = join(folder, `${task.entrypoint}-answers.json`)
  writeFileSync(file, JSON.stringify({ ...task, output }))
  await run("node", [WORKER, file])
  return JSON.parse(readFileSync(output, "utf8"))
}

/** What the kit tells the engine of the module's types, as the SDK's entrypoint would return it. */
async function registerTypes(program: string, description: string): Promise<string> {
  const output = join(folder, "registered.json")
  await run("node", [join(program, "register.mjs"), description, output], {
    DAGGER_SESSION_PORT: String(session.port),
    DAGGER_SESSION_TOKEN: session.token,
  })
  return readFileSync(output, "utf8")
}

/** A session of the engine that `./pipeline` would take. */
async function openSession(): Promise<{ session: Session; process: ChildProcess }> {
  const child = spawn("bash", ["-c", 'eval "$(./pipeline engine env)"; exec dagger session'], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "inherit"],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const { port, session_token: token } = JSON.parse(line)
    return { session: { port, token }, process: child }
  }
  throw new Error("`dagger session` ended before it said its port")
}

async function query<T>(text: string, variables: object = {}): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${session.port}/query`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from(`${session.token}:`).toString("base64")}`,
    },
    body: JSON.stringify({ query: text, variables }),
  })
  const { data, errors } = (await response.json()) as { data: T; errors?: { message: string }[] }
  if (errors?.length) throw new Error(errors.map(({ message }) => message).join("\n"))
  return data
}

async function ids(): Promise<Ids> {
  const { directory, secret, container } = await query<{
    directory: { withNewFile: { id: string; file: { id: string } } }
    secret: { id: string }
    container: { withExposedPort: { id: string; asService: { id: string } } }
  }>(`{
    directory { withNewFile(path: "a", contents: "text of a") { id file(path: "a") { id } } }
    secret: setSecret(name: "every-type", plaintext: "hidden") { id }
    container { withExposedPort(port: 80) { id asService(args: ["server"]) { id } } }
  }`)
  return {
    Directory: directory.withNewFile.id,
    File: directory.withNewFile.file.id,
    Secret: secret.id,
    Container: container.withExposedPort.id,
    Service: container.withExposedPort.asService.id,
  }
}

/** Types of a registered module, for a difference that can be read. */
async function describeModule(returned: string | undefined): Promise<unknown> {
  const type = "kind optional asList { elementTypeDef { kind } } asObject { name } asEnum { name }"
  const functions = `functions { name description returnType { ${type} }
    args { name description defaultValue defaultPath ignore typeDef { ${type} } } }`
  return query(
    `query($id: ModuleID!) { loadModuleFromID(id: $id) {
      description
      objects { asObject { name description ${functions} fields { name description typeDef { ${type} } }
        constructor { args { name description defaultValue defaultPath ignore typeDef { ${type} } } } } }
      enums { asEnum { name description members { name value description } } }
      interfaces { asInterface { name description ${functions} } }
    } }`,
    { id: JSON.parse(returned ?? "null") },
  )
}

/** Runs a program to its end. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    })
    let stderr = ""
    child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk))
    child.on("error", reject)
    child.on("close", (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stderr}`)),
    )
  })
}
