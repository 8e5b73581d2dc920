import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { createServer, connect } from "node:net"
import { fileURLToPath } from "node:url"

const SUPERVISOR = fileURLToPath(
  new URL("../../../ci/src/stages/supervise/supervise.mjs", import.meta.url),
)

/** Seconds: long enough for a program to start on a machine that is busy with other tests. */
export const SOON = 8

const running: ChildProcess[] = []

/** Ends every supervisor that was started, and its server, which may take no notice of a signal. */
export function endSupervisors(): void {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL")
    } catch {
      // It ended before.
    }
  }
}

/** Each worker of vitest has its own, below those that a kernel hands out: one of these could be taken at any time. */
let lastPort = 20_000 + 1_000 * (Number(process.env.VITEST_POOL_ID ?? 0) % 12)

/** A port that nobody listens on, given only once. */
export async function freePort(): Promise<number> {
  const port = ++lastPort
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
  return isFree ? port : freePort()
}

export interface Start {
  /** A program for Node that is the server; PORT stands for its port. */
  server: string
  ready?: (port: number) => unknown
  timeout?: number
  /** Another program in its place. */
  command?: string[]
  /** A port that ends the server, and how many seconds it has then. */
  finish?: { port: number; grace: number }
  /** Where the supervisor answers; absent: some port. */
  controlPort?: number
}

/** A supervisor, and the port that opens when it knows how the start went. */
export interface Supervised {
  supervisor: ChildProcess
  port: number
  /** Where the server itself listens. */
  serverPort: number
}

/** Starts a server under the supervisor. */
export async function supervise({
  server,
  ready,
  timeout = 60,
  command,
  finish,
  controlPort: givenPort,
}: Start): Promise<Supervised> {
  const [port, controlPort] = [await freePort(), givenPort ?? (await freePort())]
  const instructions = {
    command: command ?? [process.execPath, "-e", server.replaceAll("PORT", String(port))],
    ready: ready?.(port) ?? { kind: "port", port },
    timeout,
    controlPort,
    ...(finish && { finish }),
  }
  const args = [SUPERVISOR, JSON.stringify(instructions)]
  const supervisor = spawn(process.execPath, args, { stdio: "ignore", detached: true })
  running.push(supervisor)
  return { supervisor, port: controlPort, serverPort: port }
}

/** Waits for the control port, as the engine does. */
export async function opened(port: number): Promise<void> {
  const isOpen = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port }, () => (socket.destroy(), resolve(true)))
      socket.on("error", () => resolve(false))
    })
  while (!(await isOpen())) await new Promise((resolve) => setTimeout(resolve, 20))
}
