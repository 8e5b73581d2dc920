import assert from "node:assert/strict"
import { once } from "node:events"
import { get } from "node:http"
import { afterEach, beforeEach, describe, it } from "node:test"

import { WebSocket } from "ws"

import { startServer } from "../src/server.js"

let server
let clients

async function start(settings = {}) {
  server = await startServer({ port: 0, heartbeatSeconds: 30, publishToken: "", ...settings })
}

/** Connects, and collects what arrives until somebody asks for it. */
async function connect(player) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws?player=${player}`)
  const waiting = []
  const arrived = []
  socket.on("message", (data) => {
    const body = JSON.parse(data.toString())
    const resolve = waiting.shift()
    if (resolve) {
      resolve(body)
    } else {
      arrived.push(body)
    }
  })
  clients.push(socket)
  await once(socket, "open")
  return {
    socket,
    ask: (body) => socket.send(typeof body === "string" ? body : JSON.stringify(body)),
    next: () =>
      arrived.length > 0
        ? Promise.resolve(arrived.shift())
        : new Promise((resolve) => waiting.push(resolve)),
  }
}

async function request(path, options) {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, options)
  return { status: answer.status, body: await answer.json() }
}

function publish(room, body, headers = {}) {
  return request(`/rooms/${room}/messages`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  })
}

beforeEach(() => {
  clients = []
})

afterEach(async () => {
  for (const client of clients) {
    client.terminate()
  }
  await server.stop()
})

describe("players", () => {
  it("receive what is published to their room", async () => {
    await start()
    const nova = await connect("nova")
    nova.ask({ type: "join", room: "lobby" })
    assert.deepEqual(await nova.next(), {
      type: "joined",
      room: "lobby",
      players: ["nova"],
      isLost: false,
    })

    const { status, body } = await publish("lobby", { from: "api", data: { text: "hi" } })

    assert.deepEqual([status, body.delivered], [202, 1])
    assert.deepEqual(await nova.next(), {
      type: "message",
      id: body.id,
      room: "lobby",
      from: "api",
      data: { text: "hi" },
    })
  })

  it("get what they missed, in order, after the greeting", async () => {
    await start()
    const { body } = await publish("lobby", { from: "api", data: 1 })
    await publish("lobby", { from: "api", data: 2 })
    await publish("lobby", { from: "api", data: 3 })
    const nova = await connect("nova")

    nova.ask({ type: "join", room: "lobby", after: body.id })

    assert.equal((await nova.next()).type, "joined")
    assert.equal((await nova.next()).data, 2)
    assert.equal((await nova.next()).data, 3)
  })

  it("are told what was wrong with a request, and stay connected", async () => {
    await start()
    const nova = await connect("nova")

    nova.ask("nonsense")
    assert.deepEqual(await nova.next(), { type: "error", detail: "the message is not JSON" })

    nova.ask({ type: "leave", room: "lobby" })
    assert.deepEqual(await nova.next(), { type: "left", room: "lobby" })
  })

  it("leave the room when they disconnect", async () => {
    await start()
    const [nova, vega] = [await connect("nova"), await connect("vega")]
    nova.ask({ type: "join", room: "lobby" })
    vega.ask({ type: "join", room: "lobby" })
    await Promise.all([nova.next(), vega.next()])

    nova.socket.close()
    await once(nova.socket, "close")

    assert.deepEqual((await request("/rooms/lobby")).body.players, ["vega"])
  })

  it("can't send more than a request needs", async () => {
    await start()
    const nova = await connect("nova")

    nova.ask("x".repeat(10_000))

    const [code] = await once(nova.socket, "close")
    assert.equal(code, 1009)
  })

  for (const path of ["/ws", "/ws?player=no%20name", "/elsewhere?player=nova"]) {
    it(`can't connect to ${path}`, async () => {
      await start()
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`)

      const [error] = await once(socket, "error")

      assert.match(error.message, /400/)
    })
  }
})

describe("publishing", () => {
  it("needs the token, if there is one", async () => {
    await start({ publishToken: "secret" })
    const message = { from: "api", data: 1 }

    assert.equal((await publish("lobby", message)).status, 401)
    assert.equal((await publish("lobby", message, { authorization: "Bearer wrong!" })).status, 401)
    assert.equal((await publish("lobby", message, { authorization: "Bearer secret" })).status, 202)
  })

  it("refuses what it can't use, and says why", async () => {
    await start()

    const nonsense = await publish("lobby", "nonsense")
    assert.deepEqual([nonsense.status, nonsense.body.detail], [422, "the message is not JSON"])
    assert.equal((await publish("no%20room", { from: "api", data: 1 })).status, 422)
    assert.equal((await publish("lobby", "x".repeat(20_000))).status, 413)
    assert.equal((await request("/nowhere")).status, 404)
  })
})

describe("the process", () => {
  for (const headers of [{}, { connection: "upgrade", upgrade: "websocket" }]) {
    it(`survives an address that can't be read, with ${JSON.stringify(headers)}`, async () => {
      await start()
      const odd = get({ host: "127.0.0.1", port: server.port, path: "//", headers })

      const [answer] = await once(odd, "response")
      answer.resume()

      assert.equal(answer.statusCode, 400)
      assert.equal((await request("/health")).status, 200)
    })
  }

  it("says that it lives and is ready", async () => {
    await start()

    assert.equal((await request("/health")).body.status, "ok")
    assert.equal((await request("/ready")).status, 200)
  })

  it("says goodbye to its clients when it stops", async () => {
    await start()
    const nova = await connect("nova")
    const closed = once(nova.socket, "close")

    await server.stop()

    const [code, reason] = await closed
    assert.equal(code, 1001)
    assert.match(reason.toString(), /connect again/)
  })
})
