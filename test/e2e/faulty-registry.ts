import { once } from "node:events"
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** What becomes of one request; "pass" goes to the registry behind, "slow" too, but not at once. */
export type Fault = "pass" | "slow" | "cut" | { status: number; headers?: Record<string, string> }

/** A registry that does what a test wants, in front of a real one. */
export interface FaultyRegistry {
  /** Such as "127.0.0.1:40123". */
  address: string
  /** Decides about every request; replaced at will. */
  decide: (request: IncomingMessage) => Fault
  /** Methods and paths of the requests so far. */
  requests: string[]
  close(): Promise<void>
}

/** How long a slow registry thinks about every request. */
const SLOW_MS = 300

/**
 * Starts one in front of the registry at `behind`.
 *
 * @param host address to listen on; containers of the engine need one that is not the loopback
 */
export async function faultyRegistry(behind: string, host = "127.0.0.1"): Promise<FaultyRegistry> {
  const server = createServer((incoming, outgoing) => {
    registry.requests.push(`${incoming.method} ${incoming.url}`)
    const fault = registry.decide(incoming)
    if (fault === "pass") return forward(behind, incoming, outgoing)
    if (fault === "slow") return void setTimeout(() => forward(behind, incoming, outgoing), SLOW_MS)
    if (fault === "cut") {
      incoming.once("data", () => incoming.socket.destroy())
      if (incoming.method === "HEAD" || incoming.method === "GET") incoming.socket.destroy()
      return
    }
    incoming.resume()
    outgoing.writeHead(fault.status, fault.headers).end("{}")
  })
  server.listen(0, host)
  await once(server, "listening")
  const registry: FaultyRegistry = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: () => "pass",
    requests: [],
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
  return registry
}

/** With the same Host header, so that the registry's own addresses lead back here. */
function forward(behind: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const [host, port] = behind.split(":")
  const { method, url, headers } = incoming
  const onward = request({ host, port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on("error", () => outgoing.destroy())
  incoming.pipe(onward)
}
