/**
 * @typedef {{ id: number, room: string, from: string, data: unknown }} Message
 * @typedef {{ player: string, send: (body: object) => void }} Member
 */

const HISTORY_LENGTH = 100

/** The members of a room, and its last messages for those who come back. */
export class Room {
  /** @type {Set<Member>} */
  #members = new Set()
  /** @type {Message[]} */
  #history = []
  /** The newest message that the history has lost, or 0. */
  #forgotten = 0

  get isEmpty() {
    return this.#members.size === 0
  }

  get lastId() {
    return this.#history.at(-1)?.id ?? this.#forgotten
  }

  /** Returns the players who are here, each once however many windows they have open. */
  players() {
    return [...new Set([...this.#members].map((member) => member.player))].sort()
  }

  /** @param {Member} member */
  add(member) {
    this.#members.add(member)
  }

  /** @param {Member} member */
  remove(member) {
    this.#members.delete(member)
  }

  /**
   * Sends a message to all members and returns to how many.
   *
   * @param {Message} message
   */
  publish(message) {
    this.#history.push(message)
    if (this.#history.length > HISTORY_LENGTH) {
      this.#forgotten = this.#history.shift().id
    }
    for (const member of this.#members) {
      member.send({ type: "message", ...message })
    }
    return this.#members.size
  }

  /**
   * Returns the messages after an id, and whether some between are lost. An id that this room
   * never gave comes from before a restart, so messages are missing then too.
   *
   * @param {number} id
   */
  since(id) {
    const isLost = id < this.#forgotten || id > this.lastId
    const messages = isLost ? this.#history : this.#history.filter((message) => message.id > id)
    return { messages, isLost }
  }
}
