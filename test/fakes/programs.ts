import type { ChildProcess } from "node:child_process"
import { execFile, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const CACHE = fileURLToPath(new URL("../../.pipeline/cache", import.meta.url))
const START_MS = 30_000

/** Runs a program to its end. */
export const run = promisify(execFile)

/** A program that serves on a port of this machine. */
export interface Running {
  url: string
  stop(): Promise<void>
}

/** Starts moto, the emulator of AWS; its packages are installed once, into the ignored cache folder. */
export async function startMoto(): Promise<Running> {
  const program = join(await installPython("moto"), "bin/python")
  const args = ["-m", "moto.server", "-H", "127.0.0.1", "-p"]
  return startServer(program, (port) => [...args, String(port)], "/moto-api/")
}

/**
 * Starts ministack, an emulator that does heed the trust of roles. Its packages are installed as
 * those of moto.
 */
export async function startMinistack(): Promise<Running> {
  const program = join(await installPython("ministack"), "bin/python")
  const serve = ["-m", "ministack.app"]
  return startServer(
    program,
    () => serve,
    "/",
    (port) => ({
      ...{ AUTH: "true", BIND_HOST: "127.0.0.1", GATEWAY_PORT: String(port) },
    }),
  )
}

/** Starts an empty registry that forgets everything. */
export async function startRegistry(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-registry-"))
  const file = join(folder, "registry.yaml")
  try {
    return await startServer(
      "docker-registry",
      (port) => {
        const http = `http: { addr: "127.0.0.1:${port}" }`
        writeFileSync(file, `version: 0.1\nstorage: { inmemory: {} }\n${http}\n`)
        return ["serve", file]
      },
      "/v2/",
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Installs the packages that the file of this name lists, all of them with their versions. */
export function installPython(name: string): Promise<string> {
  const list = fileURLToPath(new URL(`${name}.txt`, import.meta.url))
  return installOnce(name, readFileSync(list), async (folder) => {
    await run("python3", ["-m", "venv", folder])
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    await run(join(folder, "bin/python"), [...install, "--requirement", list])
  })
}

/**
 * Installs a program for tests into the ignored cache folder, unless it is there.
 *
 * @param lock what says which versions: others are installed beside these
 * @returns the folder
 */
export async function installOnce(
  name: string,
  lock: Buffer,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash("sha256").update(lock).digest("hex").slice(0, 12)
  const folder = join(CACHE, `${name}-${hash}`)
  if (existsSync(folder)) return folder
  mkdirSync(CACHE, { recursive: true })
  // Made elsewhere and moved, since other test files may be making the same.
  const unfinished = `${folder}.${process.pid}`
  await install(unfinished)
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

async function startServer(
  program: string,
  args: (port: number) => string[],
  probe: string,
  env: (port: number) => Record<string, string> = () => ({}),
): Promise<Running> {
  const port = await freePort()
  const child = spawn(program, args(port), {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env(port) },
  })
  let errors = ""
  child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
  child.on("error", (error) => (errors += error.message))
  const url = `http://127.0.0.1:${port}`
  const end = Date.now() + START_MS
  while (Date.now() < end && child.exitCode === null) {
    const answer = await fetch(url + probe).catch(() => undefined)
    if (answer !== undefined) return { url, stop: () => stop(child) }
    await sleep(50)
  }
  await stop(child)
  throw new Error(`${program} did not start: ${errors}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once("exit", resolve))
  child.kill()
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
