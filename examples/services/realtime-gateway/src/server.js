import { createServer } from "node:http"

import { WebSocketServer } from "ws"

import { readAddress } from "./address.js"
import { Connection } from "./connection.js"
import { Hub } from "./hub.js"
import { isName } from "./protocol.js"
import { route } from "./routes.js"

const GOING_AWAY = 1001
const LARGEST_REQUEST = 4096
const CLOSE_GRACE_MILLISECONDS = 5000

/**
 * Starts listening, and returns the port and a function that stops everything again.
 *
 * @param {ReturnType<import("./config.js").readConfig>} config
 */
export async function startServer(config) {
  const hub = new Hub()
  const connections = new Map()
  let isStopping = false
  const context = { hub, publishToken: config.publishToken, isStopping: () => isStopping }

  const server = createServer((request, response) => {
    answer(context, request, response)
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_REQUEST })
  server.on("upgrade", (request, socket, head) => {
    const player = playerOf(request.url)
    if (!player || isStopping) {
      // Whoever is refused may be gone already; without a listener Node would end the process.
      socket.on("error", () => socket.destroy())
      const status = isStopping ? "503 Service Unavailable" : "400 Bad Request"
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      accept(hub, connections, player, client)
    })
  })
  const heartbeat = setInterval(() => {
    for (const connection of connections.values()) {
      connection.beat()
    }
  }, config.heartbeatSeconds * 1000)

  await listen(server, config.port)

  async function stop() {
    isStopping = true
    clearInterval(heartbeat)
    const closed = new Promise((resolve) => server.close(resolve))
    for (const client of connections.keys()) {
      client.close(GOING_AWAY, "the server restarts: connect again")
    }
    // A client that never answers the goodbye must not hold up the shutdown.
    const impatience = setTimeout(() => {
      for (const client of connections.keys()) {
        client.terminate()
      }
    }, CLOSE_GRACE_MILLISECONDS)
    server.closeIdleConnections()
    await closed
    clearTimeout(impatience)
  }

  return { port: server.address().port, stop }
}

/** Returns the player of `/ws?player=NAME`, or null for any other address. */
function playerOf(url) {
  const address = readAddress(url)
  const player = address?.searchParams.get("player")
  return address?.pathname === "/ws" && isName(player) ? player : null
}

function accept(hub, connections, player, client) {
  const connection = new Connection(hub, player, client)
  connections.set(client, connection)
  client.on("message", (data) => connection.receive(data.toString()))
  client.on("pong", () => connection.answered())
  client.on("close", () => {
    connections.delete(client)
    connection.ended()
  })
  // The close event follows and does all the work; without a listener Node would end the process.
  client.on("error", (error) => console.warn(`connection of ${player}: ${error.message}`))
}

async function answer(context, request, response) {
  let result
  try {
    result = await route(context, request)
  } catch (error) {
    console.error(error)
    result = { status: 500, body: { status: 500, detail: "the server made a mistake" } }
  }
  response.writeHead(result.status, { "content-type": "application/json" })
  response.end(JSON.stringify(result.body))
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, resolve)
  })
}
