import { spawn } from "node:child_process"
import { existsSync, openSync } from "node:fs"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { KitError } from "./errors.mjs"
import { LOGS, REGISTRY_STORE, RUN } from "./paths.mjs"
import { readPid, stopByPid, writePid } from "./pidfile.mjs"
import { run } from "./process.mjs"
import { forgetUnused } from "./registry-store.mjs"

const PID_FILE = join(RUN, "registry.pid")
const ADDRESS_FILE = join(RUN, "registry.address")
const FIRST_PORT = 5000
const PORTS_TO_TRY = 50
const START_TIMEOUT_MS = 15_000

/**
 * Starts the local image registry unless it runs: it serves the kit's base
 * images, and takes pushes and the build cache. Only on the loopback interface.
 *
 * @returns {Promise<string>} its address, e.g. "127.0.0.1:5000"
 */
export async function ensureRegistry() {
  const running = await registryAddress()
  if (running) return running
  await mkdir(RUN, { recursive: true })
  await mkdir(LOGS, { recursive: true })
  const address = `127.0.0.1:${await freePort()}`
  const config = await writeConfig(address)
  const log = openSync(join(LOGS, "registry.log"), "a")
  const child = spawn("docker-registry", ["serve", config], {
    detached: true,
    stdio: ["ignore", log, log],
  })
  child.unref()
  if (child.pid === undefined)
    throw new KitError("REGISTRY_FAILED", "docker-registry could not be started", { exitCode: 1 })
  await writePid(PID_FILE, child.pid)
  await writeFile(ADDRESS_FILE, address)
  await untilAnswering(address, child.pid)
  return address
}

/**
 * @returns {Promise<string | undefined>} where the registry listens, if it runs and answers
 */
export async function registryAddress() {
  if ((await readPid(PID_FILE, "docker-registry")) === undefined || !existsSync(ADDRESS_FILE))
    return undefined
  const address = (await readFile(ADDRESS_FILE, "utf8")).trim()
  return (await answers(address)) ? address : undefined
}

/**
 * Removes the build caches from the registry, and what newer pushes replaced. It is stopped for
 * that time: a push in the middle would lose its layers.
 *
 * @returns {Promise<{caches: string[], manifests: number}>} as forgetUnused
 */
export async function collectRegistryGarbage() {
  if (!existsSync(REGISTRY_STORE)) return { caches: [], manifests: 0 }
  const running = await registryAddress()
  await stopRegistry()
  const forgotten = await forgetUnused(REGISTRY_STORE)
  await mkdir(RUN, { recursive: true })
  const config = await writeConfig(running ?? `127.0.0.1:${FIRST_PORT}`)
  await run("docker-registry", ["garbage-collect", config], { log: join(LOGS, "registry.log") })
  if (running) await ensureRegistry()
  return forgotten
}

/**
 * @param {string} address
 * @returns {Promise<string>} the file
 */
async function writeConfig(address) {
  const file = join(RUN, "registry.yml")
  // JSON is YAML: no quoting rules to get wrong.
  await writeFile(
    file,
    JSON.stringify({
      version: 0.1,
      log: { level: "warn", accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: REGISTRY_STORE },
        delete: { enabled: true },
        cache: { blobdescriptor: "inmemory" },
      },
      http: { addr: address },
    }),
  )
  return file
}

/** Stops the registry; what it stores stays. */
export async function stopRegistry() {
  await stopByPid(PID_FILE, "docker-registry")
  await rm(ADDRESS_FILE, { force: true })
}

/**
 * @param {string} address
 * @param {number} pid
 */
async function untilAnswering(address, pid) {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (await answers(address)) return
    await sleep(50)
  }
  throw new KitError(
    "REGISTRY_FAILED",
    `the local registry (process ${pid}) does not answer on ${address}`,
    {
      exitCode: 1,
      next: `read ${join(LOGS, "registry.log")}`,
    },
  )
}

/** @param {string} address */
async function answers(address) {
  try {
    const response = await fetch(`http://${address}/v2/`, { signal: AbortSignal.timeout(2000) })
    return response.ok
  } catch {
    return false
  }
}

/** @returns {Promise<number>} 5000, as everybody expects, or the next that is free */
async function freePort() {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TO_TRY; port++)
    if (await isFree(port)) return port
  throw new KitError(
    "NO_PORT",
    `no free port between ${FIRST_PORT} and ${FIRST_PORT + PORTS_TO_TRY} for the local registry`,
  )
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })
}
