// Answers a list of calls with one of the two entrypoints: `answer-calls.mjs TASK_FILE`.
// Prints what was answered to each, as JSON. The task: see Task below.
import { readFileSync, writeFileSync } from "node:fs"
import { register } from "node:module"
import { CallServer } from "./call-server.mjs"

/**
 * @typedef {object} Task
 * @property {"sdk" | "kit"} entrypoint the SDK's own, or the kit's bundle
 * @property {string} program the file that has it
 * @property {string[]} files the module's sources, for the SDK's
 * @property {string} description file with the module's types, for the kit's
 * @property {string} moduleName
 * @property {import("./call-server.mjs").Session} session
 * @property {import("./call-server.mjs").FunctionCall[]} calls
 * @property {string} output file for the answers
 */

/** @typedef {import("./call-server.mjs").Answer & {exitCode: number}} Outcome */

/** Thrown in place of ending this process, which has more calls to answer. */
class Exit extends Error {
  /** @param {number} code */
  constructor(code) {
    super(`exit ${code}`)
    this.code = code
  }
}

/** @type {Task} */
const task = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"))
const server = new CallServer(task.session, task.moduleName)
const { port, token } = await server.listen()
process.env.DAGGER_SESSION_PORT = String(port)
process.env.DAGGER_SESSION_TOKEN = token
process.exit = (code) => {
  throw new Exit(Number(code ?? 0))
}

const answer = await entrypoint()
/** @type {Outcome[]} */
const outcomes = []
for (const call of task.calls) {
  server.start(call)
  const exitCode = await ending(answer)
  outcomes.push({ ...server.answer, exitCode })
}
writeFileSync(task.output, JSON.stringify(outcomes))
server.close()

/** @returns {Promise<() => Promise<void>>} */
async function entrypoint() {
  if (task.entrypoint === "sdk")
    register(new URL("typescript-hooks.mjs", import.meta.url), import.meta.url)
  const { entrypoint, answer } = await import(task.program)
  return task.entrypoint === "sdk" ? () => entrypoint(task.files) : () => answer(task.description)
}

/**
 * @param {() => Promise<void>} run
 * @returns {Promise<number>} the exit code that the process would have had
 */
async function ending(run) {
  try {
    await run()
    return 0
  } catch (error) {
    if (error instanceof Exit) return error.code
    // Nobody caught it: Node would end with 1.
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
    return 1
  }
}
