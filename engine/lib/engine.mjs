import { spawn } from "node:child_process"
import { existsSync, openSync, readFileSync } from "node:fs"
import { cp, link, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { totalmem } from "node:os"
import { basename, dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { KitError } from "./errors.mjs"
import { foundationKey } from "./foundation.mjs"
import { answersNames, closeNetwork, network, openNetwork } from "./network.mjs"
import { LOGS, NAMESPACE_ROOT, RUN, SOCKET, STATE } from "./paths.mjs"
import { readPid, stopByPid, writePid } from "./pidfile.mjs"
import { contentKey } from "./pieces.mjs"
import { isAlive } from "./process.mjs"
import { say } from "./progress.mjs"

/** @typedef {import("./foundation.mjs").Foundation} Foundation */

/** @typedef {{filters?: string[], all?: boolean, keepDuration?: string, maxUsedSpace: string, minFreeSpace?: string}} CollectionRule of engine.json */

const PID_FILE = join(RUN, "engine.pid")
const CONFIG_FILE = join(RUN, "engine.json")
const FOUNDATION_FILE = join(RUN, "engine.foundation")
const CONTENT = join(RUN, "content")
const DAMAGED = `${STATE}.damaged`
const LOG = join(LOGS, "engine.log")
const PROGRAM = "namespace.sh"
const NAMESPACE_SCRIPT = fileURLToPath(new URL(PROGRAM, import.meta.url))
const START_TIMEOUT_MS = 60_000
const LOG_TAIL_LINES = 12
const KEPT_LOGS = 3
const MOST_STARTS = 3
const GIBIBYTE = 1024 ** 3

/** How much disk the engine's cache may take before it collects garbage. */
const DISK = process.env.PIPELINE_ENGINE_DISK ?? "20GB"
const MIN_FREE = "5%"

/** @returns {Promise<boolean>} whether an engine of this home runs and takes connections */
export async function isEngineRunning() {
  return (await enginePid()) !== undefined && (await acceptsConnections())
}

/**
 * Whether the running engine was started from this foundation and with these settings: another
 * version of the kit may have started it.
 *
 * @param {Foundation} foundation
 * @returns {boolean}
 */
export function isEngineCurrent(foundation) {
  return existsSync(FOUNDATION_FILE) && readFileSync(FOUNDATION_FILE, "utf8") === origin(foundation)
}

/** @param {Foundation} foundation */
function origin(foundation) {
  const program = readFileSync(NAMESPACE_SCRIPT, "utf8")
  return contentKey([foundationKey(foundation), program, JSON.stringify(collection())])
}

/** @returns {Promise<number | undefined>} */
export function enginePid() {
  return readPid(PID_FILE, PROGRAM)
}

/**
 * Starts the engine. Needs the kit's lock.
 *
 * An engine that was killed in the middle of something may have left a state that no engine starts
 * with again. It is only a cache, so it is given up, and that is said.
 *
 * @param {Foundation} foundation
 * @param {{registry: string, standIns: boolean}} options registry: the local one; standIns: whether it answers for docker.io
 * @throws {KitError} ENGINE_FAILED, with the last lines of its log
 */
export async function startEngine(foundation, options) {
  try {
    await launch(foundation, options)
  } catch (error) {
    if (!existsSync(LOG) || !tellsOfDamage(readFileSync(LOG, "utf8"))) throw error
    say(
      "what the engine had cached can't be read any more, as after a kill in the middle of something; it begins with an empty cache, and the next run takes longer",
    )
    await rename(STATE, `${DAMAGED}.${Date.now()}`)
    await launch(foundation, options)
  }
  await withNames(() => launch(foundation, options))
  await removeDamaged()
}

/** @param {() => Promise<void>} again */
async function withNames(again) {
  for (let starts = 1; !(await answersNames()); starts++) {
    if (starts === MOST_STARTS)
      return say(
        `the containers' name server does not answer: what a step has to fetch will fail; the engine's log is ${LOG}`,
      )
    say("the containers' name server does not answer; starting the engine again")
    await stopEngine()
    await again()
  }
}

/** Takes minutes for what a full cache holds, so nobody waits for it; what an interruption leaves is removed next time. */
async function removeDamaged() {
  const folder = dirname(DAMAGED)
  const names = (await readdir(folder)).filter((name) => name.startsWith(basename(DAMAGED)))
  if (names.length === 0) return
  const paths = names.map((name) => join(folder, name))
  spawn("rm", ["-rf", ...paths], { detached: true, stdio: "ignore" }).unref()
}

/**
 * Whether an engine's log ends with the words that its own records contradict each other or can't be read.
 *
 * @param {string} log
 */
export function tellsOfDamage(log) {
  const last = log.trimEnd().split("\n").at(-1) ?? ""
  return (
    /failed to create (?:engine|base worker)/.test(last) &&
    /failed precondition|invalid database|checksum error|unexpected EOF|corrupt|not found/.test(
      last,
    )
  )
}

/**
 * @param {Foundation} foundation
 * @param {{registry: string, standIns: boolean}} options
 */
async function launch(foundation, { registry, standIns }) {
  await mkdir(RUN, { recursive: true })
  await mkdir(LOGS, { recursive: true })
  await mkdir(STATE, { recursive: true })
  // What a killed engine left: its own lock is the kernel's and is gone with it.
  await rm(SOCKET, { force: true })
  await linkContent(foundation)
  await writeFile(CONFIG_FILE, JSON.stringify(engineConfig({ registry, standIns }), null, 2))
  await openNetwork()
  const { name, cidr } = network()
  await keepLog()
  const log = openSync(LOG, "w")
  const unshare = spawn(
    "unshare",
    [
      ...["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"],
      ...[NAMESPACE_SCRIPT, NAMESPACE_ROOT, foundation.bin, CONTENT, CONFIG_FILE],
      ...[
        "--root",
        STATE,
        "--addr",
        `unix://${SOCKET}`,
        "--network-name",
        name,
        "--network-cidr",
        cidr,
      ],
    ],
    {
      cwd: "/",
      detached: true,
      stdio: ["ignore", log, log],
      env: {
        ...passedEnvironment(),
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: "/root",
        ...garbageCollection(),
        DAGGER_GO_SDK_MANIFEST_DIGEST: foundation.goSdk.digest,
        DAGGER_TYPESCRIPT_SDK_MANIFEST_DIGEST: foundation.typescriptSdk.digest,
      },
    },
  )
  unshare.unref()
  const pid = await untilChild(unshare.pid)
  if (pid === undefined) throw failed("it ended at once")
  await writePid(PID_FILE, pid)
  await untilReady(pid)
  await writeFile(FOUNDATION_FILE, origin(foundation))
}

/**
 * What the engine needs of the host's environment: its way to the network.
 *
 * @returns {Record<string, string>}
 */
function passedEnvironment() {
  const names = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "GOPROXY",
    "SSL_CERT_FILE",
  ]
  return Object.fromEntries(
    names.flatMap((name) =>
      process.env[name] ? [[name, /** @type {string} */ (process.env[name])]] : [],
    ),
  )
}

/**
 * How the engine's own process collects its garbage. With Go's defaults that was a third of all it
 * computed in a run with nothing to do: it may use more memory, up to a limit, and collects less often.
 *
 * @param {number} [memory] of the machine, in bytes
 * @returns {Record<string, string>}
 */
export function garbageCollection(memory = totalmem()) {
  const limit = Math.max(GIBIBYTE, Math.min(2 * GIBIBYTE, memory / 8))
  return { GOGC: "400", GOMEMLIMIT: `${Math.floor(limit)}B` }
}

/**
 * What the engine's cache may take, in the order in which the engine goes through the rules.
 *
 * Sessions that overlap share results, and a shared result refers to the data of the session that
 * made it: uploads of a checkout that may be deleted by now, layers that no other session can make
 * again. Dagger's own rules collect by size alone, so that on a full engine a run failed, and every
 * run that began before it ended: "failed to load runtime: ... no such file or directory". So what
 * was used in the last hour stays, up to twice the limit.
 *
 * @returns {CollectionRule & {policies: CollectionRule[]}}
 */
function collection() {
  const limits = { maxUsedSpace: DISK, minFreeSpace: MIN_FREE }
  const recent = { keepDuration: "1h", ...limits }
  const atMost = { maxUsedSpace: twice(DISK), minFreeSpace: MIN_FREE }
  return {
    ...limits,
    policies: [
      // What is made again most easily goes first.
      {
        filters: ["type==source.local,type==exec.cachemount,type==source.git.checkout"],
        keepDuration: "48h",
        maxUsedSpace: "512MB",
      },
      atMost,
      { all: true, ...atMost },
      recent,
      // The engine shows the last rule's limit as its own.
      { all: true, ...recent },
    ],
  }
}

/** @param {string} space a number with or without a unit, or a share of the disk */
function twice(space) {
  return space.replace(/^\d+(?:\.\d+)?/, (number) => String(2 * Number(number)))
}

/** @param {{registry: string, standIns: boolean}} options */
export function engineConfig({ registry, standIns }) {
  return {
    logLevel: "info",
    gc: collection(),
    registries: {
      [registry]: { http: true },
      ...(standIns ? { "docker.io": { mirrors: [registry] } } : {}),
    },
  }
}

/**
 * The engine reads all built-in images from one blob folder; hard links cost nothing.
 *
 * @param {Foundation} foundation
 */
async function linkContent({ goSdk, typescriptSdk }) {
  const target = join(CONTENT, "blobs/sha256")
  await rm(CONTENT, { recursive: true, force: true })
  await mkdir(target, { recursive: true })
  for (const { folder } of [goSdk, typescriptSdk]) {
    const blobs = join(folder, "layout/blobs/sha256")
    for (const blob of await readdir(blobs)) await linkOrCopy(join(blobs, blob), join(target, blob))
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
async function linkOrCopy(from, to) {
  if (existsSync(to)) return
  try {
    await link(from, to)
  } catch {
    await cp(from, to)
  }
}

/** What an engine wrote is looked for after it was stopped or started anew: `engine.log.1` is the last one's. */
async function keepLog() {
  for (let age = KEPT_LOGS; age > 0; age--) {
    const from = age === 1 ? LOG : `${LOG}.${age - 1}`
    if (existsSync(from)) await rename(from, `${LOG}.${age}`)
  }
}

/**
 * unshare forks: the engine's first process is its child.
 *
 * @param {number | undefined} parent
 * @returns {Promise<number | undefined>}
 */
async function untilChild(parent) {
  if (parent === undefined) return undefined
  const deadline = Date.now() + 5000
  while (Date.now() < deadline) {
    const child = childOf(parent)
    if (child !== undefined) return child
    if (!isAlive(parent)) return undefined
    await sleep(10)
  }
  return undefined
}

/** @param {number} parent */
function childOf(parent) {
  try {
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim()
    return children ? Number(children.split(" ")[0]) : undefined
  } catch {
    return undefined
  }
}

/** @param {number} pid */
async function untilReady(pid) {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (await acceptsConnections()) return
    if ((await readPid(PID_FILE, PROGRAM)) !== pid) throw failed("it ended while starting")
    await sleep(50)
  }
  throw failed(`it takes no connections after ${START_TIMEOUT_MS / 1000} s`)
}

/** @param {string} what */
function failed(what) {
  const tail = existsSync(LOG)
    ? readFileSync(LOG, "utf8").trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n  ")
    : ""
  return new KitError("ENGINE_FAILED", `the engine did not start: ${what}\n  ${tail}`, {
    exitCode: 1,
    next: `\`./pipeline engine doctor\` checks this machine; the whole log is ${LOG}`,
  })
}

/** @returns {Promise<boolean>} */
function acceptsConnections() {
  return new Promise((resolve) => {
    if (!existsSync(SOCKET)) return resolve(false)
    const socket = connect(SOCKET)
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}

/**
 * Stops the engine; what it cached stays.
 *
 * @returns {Promise<boolean>} whether one ran
 */
export async function stopEngine() {
  const stopped = await stopByPid(PID_FILE, PROGRAM)
  await rm(SOCKET, { force: true })
  // Bridge and rules outlive the engine in the host's network.
  await closeNetwork()
  return stopped
}

export { LOG as ENGINE_LOG }
