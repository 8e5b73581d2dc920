import { ProtocolError, parseRequest } from "./protocol.js"

/**
 * @typedef {import("./hub.js").Hub} Hub
 * @typedef {Pick<import("ws").WebSocket, "send" | "close" | "terminate" | "ping" | "bufferedAmount">} Socket
 */

const TOO_SLOW = 1013
const LARGEST_BACKLOG = 1024 * 1024

/** One player's connection: a member of rooms on one side, a socket on the other. */
export class Connection {
  #hub
  #socket
  #isAlive = true

  /**
   * @param {Hub} hub
   * @param {string} player
   * @param {Socket} socket
   */
  constructor(hub, player, socket) {
    this.player = player
    this.#hub = hub
    this.#socket = socket
  }

  /** @param {object} body */
  send(body) {
    // What a slow client doesn't read piles up here: one such player must not cost all others.
    if (this.#socket.bufferedAmount > LARGEST_BACKLOG) {
      this.#hub.disconnect(this)
      this.#socket.close(TOO_SLOW, "too slow: connect again and name the last message")
      return
    }
    this.#socket.send(JSON.stringify(body))
  }

  /**
   * Does what the client asks; what can't be understood is answered and otherwise ignored.
   *
   * @param {string} text
   */
  receive(text) {
    try {
      this.#carryOut(parseRequest(text))
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error
      }
      this.send({ type: "error", detail: error.message })
    }
  }

  /** Asks for a sign of life, or ends a connection that has given none since the last time. */
  beat() {
    if (!this.#isAlive) {
      this.#socket.terminate()
      return
    }
    this.#isAlive = false
    this.#socket.ping()
  }

  answered() {
    this.#isAlive = true
  }

  ended() {
    this.#hub.disconnect(this)
  }

  /** @param {import("./protocol.js").Join | import("./protocol.js").Leave} request */
  #carryOut(request) {
    if (request.type === "leave") {
      this.#hub.leave(this, request.room)
      this.send({ type: "left", room: request.room })
      return
    }
    const { messages, isLost } = this.#hub.join(this, request.room, request.after)
    const { players } = this.#hub.describe(request.room)
    this.send({ type: "joined", room: request.room, players, isLost })
    for (const message of messages) {
      this.send({ type: "message", ...message })
    }
  }
}
