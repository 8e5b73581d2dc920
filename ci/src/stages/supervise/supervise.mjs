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
import { readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:net"
import { networkInterfaces } from "node:os"
import { probe } from "./probe.mjs"

/**
 * @typedef {object} Instructions
 * @property {string[]} command program and arguments of the server
 * @property {import("./probe.mjs").Probe} ready what must succeed before the server counts as ready
 * @property {number} timeout seconds until then
 * @property {number} controlPort
 * @property {{port: number, grace: number}} [finish] a port that ends the server when somebody connects,
 *   and reports; how many seconds it has to end
 *
 * @typedef {object} Report
 * @property {string[]} roots processes that run as root, by name
 * @property {string} traceback first line of an error that was not handled; empty when there was none
 * @property {boolean} handlesTerm whether the first process handles SIGTERM: as process 1 it is not
 *   ended by it otherwise
 * @property {boolean} ended whether every process ended in time
 * @property {number} grace seconds
 */

const LOG_LINES = 300
const LINE_LENGTH = 2_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500
const LOOPBACK = "127.0.0.1"
/** Bit of SIGTERM in the masks of /proc. */
const TERM_BIT = 1n << 14n
/** How Python, Go, Node and the JVM print an error that nobody handled. */
const TRACEBACK =
  /Traceback \(most recent call last\)|^panic: |^fatal error: |^goroutine \d+ \[running\]|^Uncaught |^\s+at .+:\d+:\d+\)?$|^Exception in thread /

/** @type {Instructions} */
const { command, ready, timeout, controlPort, finish } = JSON.parse(process.argv[2] ?? "{}")
const started = Date.now()
/** @type {string[]} */
const log = []
/** What whoever asks is told first; empty while nothing is known yet. */
let verdict = ""
/** Why the last probe failed. */
let lastProbe = ""
/** First line of an error that the server did not handle. */
let traceback = ""

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
    if (failure === "") {
      // Before anybody is told: whoever was told may come at once.
      if (finish) await reportOn(finish)
      return decide("ready")
    }
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
  void listen(controlPort, (client) => client.end([verdict, ...log, ""].join("\n")))
}

/**
 * Opens a port, as soon as no connection of the server has its number.
 *
 * @param {number} port
 * @param {(client: import("node:net").Socket) => void} answer
 * @returns {Promise<void>} once it is open
 */
function listen(port, answer) {
  const listener = createServer((client) => {
    client.on("error", () => {})
    answer(client)
  })
  return new Promise((resolve) => {
    listener.on("listening", resolve)
    listener.on("error", (error) => {
      process.stderr.write(`supervisor: port ${port} can't be opened yet: ${error.message}\n`)
      setTimeout(() => listener.listen(port), LONGEST_PAUSE_MS)
    })
    listener.listen(port)
  })
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
  if (traceback === "") traceback = lines.find((line) => TRACEBACK.test(line))?.trim() ?? ""
  log.push(...lines.map((line) => line.replace(/\r$/, "").slice(0, LINE_LENGTH)))
  log.splice(0, Math.max(0, log.length - LOG_LINES))
}

/**
 * Opens the port that ends the server.
 *
 * @param {{port: number, grace: number}} end
 * @returns {Promise<void>} once it is open
 */
function reportOn({ port, grace }) {
  return listen(port, async (client) => {
    const before = processes([server.pid])
    const roots = before.filter(({ uid }) => uid === 0).map(({ name }) => name)
    const handlesTerm = before.find(({ pid }) => pid === server.pid)?.handlesTerm ?? false
    server.kill("SIGTERM")
    const ended = await allEnded(before, grace)
    client.end(JSON.stringify({ roots, traceback, handlesTerm, ended, grace }))
  })
}

/**
 * @param {ReturnType<typeof processes>} before
 * @param {number} grace seconds
 */
async function allEnded(before, grace) {
  const deadline = Date.now() + grace * 1000
  // Whoever loses its parent is still one of them.
  for (let left = before; left.length > 0; left = processes(left.map(({ pid }) => pid))) {
    if (Date.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return true
}

/**
 * Processes that live, and all that came from them.
 *
 * @param {(number | undefined)[]} ancestors
 */
function processes(ancestors) {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? status(name) : []))
  const found = new Set(ancestors)
  // A child has a parent that was found before, whatever the order of their numbers.
  for (let size = 0; size !== found.size; ) {
    size = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  return all.filter(({ pid, zombie }) => found.has(pid) && !zombie)
}

/** @param {string} pid */
function status(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8")
    const field = (/** @type {string} */ name) =>
      new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? ""
    return [
      {
        pid: Number(pid),
        parent: Number(field("PPid")),
        name: field("Name"),
        uid: Number(field("Uid").split("\t")[1]),
        zombie: field("State").startsWith("Z"),
        handlesTerm: (BigInt(`0x${field("SigCgt")}`) & TERM_BIT) !== 0n,
      },
    ]
  } catch {
    // It ended meanwhile.
    return []
  }
}
