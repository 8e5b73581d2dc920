// @ts-check
/**
 * Runs a server in its own container, and knows more about it than the engine
 * tells: whether it is ready, why it is not, and what it printed.
 *
 *     node supervise.mjs '{"command": ["redis-server"], "ready": {"kind": "port", "port": 6379}, ...}'
 *
 * The control port opens as soon as the outcome of the start is known, good or
 * bad: an engine that waits for that port never waits without end. Whoever
 * connects to it gets one line, "ready" or what went wrong, and then the log.
 *
 * Plain JavaScript without dependencies: it runs in images that hold nothing but
 * the server.
 */
import { spawn } from "node:child_process"
import { get } from "node:http"
import { connect, createServer } from "node:net"
import { networkInterfaces } from "node:os"

/**
 * @typedef {{kind: "port", port: number}
 *   | {kind: "http", port: number, path: string}
 *   | {kind: "command", command: string[]}} Probe
 *
 * @typedef {object} Instructions
 * @property {string[]} command program and arguments of the server
 * @property {Probe} ready what must succeed before the server counts as ready
 * @property {number} timeout seconds until then
 * @property {number} controlPort
 */

const LOG_LINES = 300
const LINE_LENGTH = 2_000
const BODY_LENGTH = 500
const PROBE_MS = 5_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500
const LOOPBACK = "127.0.0.1"

/** @type {Instructions} */
const { command, ready, timeout, controlPort } = JSON.parse(process.argv[2] ?? "{}")
const started = Date.now()
/** @type {string[]} */
const log = []
/** What whoever asks is told first; empty while nothing is known yet. */
let verdict = ""
/** Why the last probe failed. */
let lastProbe = ""

const [program = "", ...args] = command
const server = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] })
for (const [stream, shown] of /** @type {const} */ ([
  [server.stdout, process.stdout],
  [server.stderr, process.stderr],
]))
  collect(stream, shown)
server.on("error", (error) => decide(`could not be started: ${error.message}`))
server.on("close", (code, signal) => {
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`
  decide(`${how} ${verdict === "ready" ? "while it was in use" : `after ${seconds()} s`}`)
})
for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"]))
  process.on(signal, () => {
    server.on("close", () => process.exit(0))
    if (!server.kill(signal)) process.exit(0)
  })
await untilReady()

/** Probes until the server is ready, has ended, or the time is up. */
async function untilReady() {
  for (let pause = FIRST_PAUSE_MS; verdict === ""; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const failure = await probe(ready, outerAddress())
    // It may have ended meanwhile; that says more.
    if (verdict !== "") return
    if (failure === "") return decide("ready")
    lastProbe = failure
    if (Date.now() - started > timeout * 1000)
      return decide(`was not ready after ${timeout} s: ${lastProbe}${await hint()}`)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/**
 * Says what became of the server, from now on.
 *
 * @param {string} text
 */
function decide(text) {
  const isFirst = verdict === ""
  // What ended a server is the news; that it then is not ready either is none.
  if (isFirst || verdict === "ready") verdict = text
  if (!isFirst) return
  createServer((client) => {
    client.on("error", () => {})
    client.end([verdict, ...log, ""].join("\n"))
  }).listen(controlPort)
}

/** Seconds since the start, for people. */
function seconds() {
  return ((Date.now() - started) / 1000).toFixed(1)
}

/** The mistake behind most ports that never open, told apart from all others. */
async function hint() {
  if (ready.kind === "command" || outerAddress() === LOOPBACK) return ""
  const isOpenInside = (await probe({ kind: "port", port: ready.port }, LOOPBACK)) === ""
  const isOpenOutside = (await probe({ kind: "port", port: ready.port }, outerAddress())) === ""
  return isOpenInside && !isOpenOutside
    ? `; it listens on ${LOOPBACK} only, where other containers can't reach it (0.0.0.0 would do)`
    : ""
}

/** The address under which other containers reach this one. */
function outerAddress() {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return (
    addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? LOOPBACK
  )
}

/**
 * Asks once whether the server is ready.
 *
 * @param {Probe} kind
 * @param {string} host
 * @returns {Promise<string>} empty when it is, else why not
 */
function probe(kind, host) {
  if (kind.kind === "command") return runs(kind.command)
  return kind.kind === "http" ? answers(host, kind.port, kind.path) : accepts(host, kind.port)
}

/**
 * @param {string[]} probeCommand
 * @returns {Promise<string>}
 */
function runs([file = "", ...rest]) {
  return new Promise((resolve) => {
    const child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe"], timeout: PROBE_MS })
    let output = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    child.on("error", (error) => resolve(`the probe \`${file}\` can't be run: ${error.message}`))
    child.on("close", (code) => {
      const said = output.trim().split("\n").at(-1)?.slice(0, LINE_LENGTH)
      resolve(code === 0 ? "" : `\`${file}\` ended with ${code ?? "a signal"}: ${said}`)
    })
  })
}

/**
 * @param {string} host
 * @param {number} port
 * @param {string} path
 * @returns {Promise<string>}
 */
function answers(host, port, path) {
  return new Promise((resolve) => {
    const request = get({ host, port, path, agent: false, timeout: PROBE_MS }, (response) => {
      let body = ""
      response
        .setEncoding("utf8")
        .on("data", (chunk) => (body = (body + chunk).slice(0, BODY_LENGTH)))
      response.on("error", () => {})
      const status = response.statusCode ?? 0
      if (status >= 200 && status < 300) return resolve("")
      const said = () => `${path} on port ${port} answered ${status}: ${body.replace(/\s+/g, " ")}`
      response.on("close", () => resolve(said()))
    })
    request.on("timeout", () => request.destroy(new Error(`no answer in ${PROBE_MS / 1000} s`)))
    request.on("error", (error) =>
      resolve(`${path} on port ${port} did not answer: ${error.message}`),
    )
  })
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<string>}
 */
function accepts(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_MS })
    const end = (/** @type {string} */ failure) => {
      socket.destroy()
      resolve(failure)
    }
    socket.on("connect", () => end(""))
    socket.on("timeout", () => end(`port ${port} did not answer`))
    socket.on("error", () => end(`port ${port} is closed`))
  })
}

/**
 * Keeps the last lines of a stream, and passes all of it on.
 *
 * @param {import("node:stream").Readable} stream
 * @param {NodeJS.WriteStream} shown
 */
function collect(stream, shown) {
  let rest = ""
  stream.setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
    shown.write(chunk)
    const lines = (rest + chunk).split("\n")
    rest = (lines.pop() ?? "").slice(0, LINE_LENGTH)
    keep(lines)
  })
  stream.on("end", () => keep(rest === "" ? [] : [rest]))
}

/** @param {string[]} lines */
function keep(lines) {
  log.push(...lines.map((line) => line.replace(/\r$/, "").slice(0, LINE_LENGTH)))
  log.splice(0, Math.max(0, log.length - LOG_LINES))
}
