import { Room } from "./room.js"

/** @typedef {import("./room.js").Member} Member */

const ROOMS_KEPT = 1000

/** All rooms. A room exists from the first time that it is named. */
export class Hub {
  /** @type {Map<string, Room>} */
  #rooms = new Map()
  /** @type {Map<Member, Set<string>>} */
  #roomsOf = new Map()
  // One count for all rooms: a room that was dropped and came back never repeats an id.
  #lastId = 0

  /**
   * Lets a member into a room and returns what it missed, if it says what it has seen.
   *
   * @param {Member} member
   * @param {string} name
   * @param {number | null} after
   */
  join(member, name, after) {
    const room = this.#room(name)
    room.add(member)
    this.#roomsOf.set(member, (this.#roomsOf.get(member) ?? new Set()).add(name))
    return after === null ? { messages: [], isLost: false } : room.since(after)
  }

  /**
   * @param {Member} member
   * @param {string} name
   */
  leave(member, name) {
    this.#roomsOf.get(member)?.delete(name)
    this.#rooms.get(name)?.remove(member)
  }

  /** @param {Member} member */
  disconnect(member) {
    for (const name of this.#roomsOf.get(member) ?? []) {
      this.#rooms.get(name)?.remove(member)
    }
    this.#roomsOf.delete(member)
  }

  /**
   * Sends data to everybody in a room.
   *
   * @param {string} name
   * @param {string} from
   * @param {unknown} data
   */
  publish(name, from, data) {
    const id = ++this.#lastId
    const delivered = this.#room(name).publish({ id, room: name, from, data })
    return { id, delivered }
  }

  /** @param {string} name */
  describe(name) {
    const room = this.#rooms.get(name)
    return { room: name, players: room?.players() ?? [], lastId: room?.lastId ?? 0 }
  }

  /** @param {string} name */
  #room(name) {
    const room = this.#rooms.get(name) ?? new Room()
    // Put last again, the map is in the order of use.
    this.#rooms.delete(name)
    this.#rooms.set(name, room)
    this.#forgetEmptyRoom(name)
    return room
  }

  /**
   * Drops the empty room that was used least recently, if there are too many rooms.
   *
   * @param {string} kept the room that is being used
   */
  #forgetEmptyRoom(kept) {
    if (this.#rooms.size <= ROOMS_KEPT) {
      return
    }
    for (const [name, room] of this.#rooms) {
      if (room.isEmpty && name !== kept) {
        this.#rooms.delete(name)
        return
      }
    }
  }
}
