import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

/** One page of memory: not enough for the beginning of an upload. */
const SIZE = "4k"

/** A real registry whose disk has room for next to nothing. */
export interface FullRegistry {
  /** Such as "127.0.0.1:40123". */
  address: string
  close(): Promise<void>
}

/** Starts one. Needs root, for a disk of its own. */
export async function fullRegistry(): Promise<FullRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-full-"))
  const address = `127.0.0.1:${await freePort()}`
  const config = `${folder}.yml`
  const storage = { filesystem: { rootdirectory: folder } }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ version: 0.1, storage, http: { addr: address } }))
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", folder])
  const server = spawn("docker-registry", ["serve", config], { stdio: "ignore" })
  const close = async () => {
    if (server.exitCode === null && server.kill()) await once(server, "exit")
    execFileSync("umount", [folder])
    for (const path of [folder, config]) rmSync(path, { recursive: true })
  }
  while (!(await fetch(`http://${address}/v2/`).catch(() => undefined))?.ok) {
    if (server.exitCode !== null) {
      await close()
      throw new Error(`docker-registry ended with ${server.exitCode}`)
    }
    await sleep(50)
  }
  return { address, close }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
