import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { Connection } from "../src/connection.js"
import { Hub } from "../src/hub.js"

/** A member that remembers what it was sent. */
function member(player) {
  const received = []
  return { player, received, send: (body) => received.push(body) }
}

/** A socket that remembers what was done to it. */
function fakeSocket(bufferedAmount = 0) {
  const calls = []
  const record =
    (name) =>
    (...args) =>
      calls.push([name, ...args])
  return {
    calls,
    bufferedAmount,
    send: record("send"),
    close: record("close"),
    terminate: record("terminate"),
    ping: record("ping"),
  }
}

function textsOf(who) {
  return who.received.map((body) => body.data)
}

describe("rooms", () => {
  it("deliver to members only", () => {
    const hub = new Hub()
    const [nova, vega] = [member("nova"), member("vega")]
    hub.join(nova, "lobby", null)
    hub.join(vega, "arena", null)

    assert.deepEqual(hub.publish("lobby", "api", "hello"), { id: 1, delivered: 1 })

    assert.deepEqual(textsOf(nova), ["hello"])
    assert.deepEqual(textsOf(vega), [])
  })

  it("deliver nothing after leaving or disconnecting", () => {
    const hub = new Hub()
    const nova = member("nova")
    hub.join(nova, "lobby", null)
    hub.join(nova, "arena", null)

    hub.leave(nova, "lobby")
    assert.equal(hub.publish("lobby", "api", 1).delivered, 0)
    assert.equal(hub.publish("arena", "api", 2).delivered, 1)

    hub.disconnect(nova)
    assert.equal(hub.publish("arena", "api", 3).delivered, 0)
  })

  it("list each player once", () => {
    const hub = new Hub()
    for (const player of ["vega", "nova", "nova"]) {
      hub.join(member(player), "lobby", null)
    }

    assert.deepEqual(hub.describe("lobby").players, ["nova", "vega"])
  })
})

describe("coming back", () => {
  it("brings what was missed", () => {
    const hub = new Hub()
    const first = hub.publish("lobby", "api", "one")
    hub.publish("other", "api", "elsewhere")
    hub.publish("lobby", "api", "two")

    const { messages, isLost } = hub.join(member("nova"), "lobby", first.id)

    assert.deepEqual(
      messages.map((message) => message.data),
      ["two"],
    )
    assert.equal(isLost, false)
  })

  it("says when something is lost for good", () => {
    const hub = new Hub()
    for (let number = 1; number <= 150; number++) {
      hub.publish("lobby", "api", number)
    }

    const atTheEdge = hub.join(member("nova"), "lobby", 50)
    const beyondIt = hub.join(member("vega"), "lobby", 49)

    assert.deepEqual([atTheEdge.isLost, atTheEdge.messages.length], [false, 100])
    assert.deepEqual([beyondIt.isLost, beyondIt.messages.length], [true, 100])
  })

  it("with an id from before a restart counts as lost", () => {
    const { isLost } = new Hub().join(member("nova"), "lobby", 900)

    assert.equal(isLost, true)
  })

  it("never meets an id again, also when rooms were forgotten meanwhile", () => {
    const hub = new Hub()
    const { id } = hub.publish("lobby", "api", "old")
    for (let number = 0; number < 1100; number++) {
      hub.publish(`room-${number}`, "api", "x")
    }

    assert.equal(hub.describe("lobby").lastId, 0)
    assert.ok(hub.publish("lobby", "api", "new").id > id)
  })
})

describe("connections", () => {
  it("that read too slowly are closed, and cost the others nothing", () => {
    const hub = new Hub()
    const socket = fakeSocket(2 * 1024 * 1024)
    const slow = new Connection(hub, "slow", socket)
    const nova = member("nova")
    hub.join(slow, "lobby", null)
    hub.join(nova, "lobby", null)

    hub.publish("lobby", "api", "hello")

    assert.equal(socket.calls[0][0], "close")
    assert.deepEqual(textsOf(nova), ["hello"])
    assert.deepEqual(hub.describe("lobby").players, ["nova"])
  })

  it("that don't answer a ping are ended at the next one", () => {
    const socket = fakeSocket()
    const connection = new Connection(new Hub(), "nova", socket)

    connection.beat()
    connection.answered()
    connection.beat()
    connection.beat()

    assert.deepEqual(
      socket.calls.map(([name]) => name),
      ["ping", "ping", "terminate"],
    )
  })
})
