import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** A registry that wants to know who asks. */
export interface Guard {
  url: string
  /** Requests that it has refused. */
  refused(): number
  stop(): Promise<void>
}

/**
 * Puts a guard in front of a registry.
 *
 * @param registry its host, and a prefix that does not matter
 * @param login user and password, with a colon between
 */
export async function startGuard(registry: string, login: string): Promise<Guard> {
  const [host = ""] = registry.split("/")
  const expected = `Basic ${Buffer.from(login).toString("base64")}`
  let refused = 0
  const server = createServer((request, response) => {
    if (request.headers.authorization !== expected) {
      refused += 1
      response.writeHead(401, { "www-authenticate": 'Basic realm="registry"' }).end()
      return
    }
    // The registry itself takes the rest: it names whoever asked as the place of uploads.
    const parts: Buffer[] = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const { accept, "content-type": type } = request.headers
      const body = Buffer.concat(parts)
      void fetch(`http://${host}${request.url}`, {
        method: request.method ?? "GET",
        headers: { ...(accept && { accept }), ...(type && { "content-type": type }) },
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      }).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers))
        response.end(Buffer.from(await answer.arrayBuffer()))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused: () => refused,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
