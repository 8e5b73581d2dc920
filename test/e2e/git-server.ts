import { spawn } from "node:child_process"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { networkInterfaces } from "node:os"

/** A git server over HTTP, reachable from containers too. */
export interface GitServer {
  url: string
  /** How often it was asked by somebody without the token. */
  refused(): number
  stop(): void
}

/**
 * Serves a repository as GitHub does: by git's own program for it, to who has the token.
 *
 * @param root folder that holds it: its work tree, or the one that a bare one lies in
 * @param token the password of its user `x-access-token`; undefined: everybody may read
 * @param place path of its git folder in that; port: any that is free if absent
 */
export async function serveGit(
  root: string,
  token: string | undefined,
  { path = ".git", port = 0 }: { path?: string; port?: number } = {},
): Promise<GitServer> {
  const wanted =
    token === undefined
      ? undefined
      : `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`
  let refused = 0
  const server = createServer((request, response) => {
    if (wanted === undefined || request.headers.authorization === wanted)
      return answer(root, request, response)
    refused += 1
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end()
  })
  await new Promise<void>((done) => server.listen(port, outerAddress(), done))
  const bound = server.address() as AddressInfo
  return {
    url: `http://${outerAddress()}${bound.port === 80 ? "" : `:${bound.port}`}/${path}`,
    refused: () => refused,
    stop: () => server.close(),
  }
}

/** Lets `git http-backend` answer, a CGI program: its headers, an empty line, the body. */
function answer(repository: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://server")
  const backend = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: repository,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      HTTP_GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  })
  request.pipe(backend.stdin)
  const chunks: Buffer[] = []
  backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk))
  backend.on("close", () => {
    const output = Buffer.concat(chunks)
    const end = output.indexOf("\r\n\r\n")
    const headers = output
      .subarray(0, end)
      .toString()
      .split("\r\n")
      .map((line) => line.split(": ", 2) as [string, string])
    const status = headers.find(([name]) => name === "Status")?.[1] ?? "200"
    response.writeHead(
      Number.parseInt(status),
      Object.fromEntries(headers.filter(([name]) => name !== "Status")),
    )
    response.end(output.subarray(end + 4))
  })
}

/** An address of this machine that containers reach, too. */
function outerAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const outer = all.find(({ internal, family }) => !internal && family === "IPv4")
  if (outer === undefined) throw new Error("this machine has no network address")
  return outer.address
}
