// @ts-check
import { GatherError } from "./failure.mjs"

/** @typedef {{oid: string, type: string, content: Buffer}} GitObject */
/** @typedef {{sha: string, parents: string[]}} Commit */

/**
 * Reads objects through one long-lived `git cat-file --batch`.
 *
 * @typedef {object} Objects
 * @property {(name: string) => Promise<GitObject | null>} read null if there is no such object
 * @property {(name: string) => Promise<Commit | null>} commit the commit behind a revision
 * @property {() => void} close
 */

const NEWLINE = 0x0a
const HEADER = /^([0-9a-f]{40,64}) (commit|tree|blob|tag) (\d+)$/

/**
 * @param {import("./git.mjs").Git} git
 * @returns {Objects}
 */
export function openObjects(git) {
  let reader = startReader(git)
  let closed = false

  /** @type {Objects["read"]} */
  async function read(name) {
    while (!closed) {
      if (reader.ended()) reader = startReader(git)
      const answer = await reader.ask(name)
      if (answer !== "unasked") return answer
    }
    return null
  }

  return {
    read,
    commit: async (name) => {
      const object = await read(`${name}^{commit}`)
      return object === null ? null : parseCommit(object)
    },
    close: () => {
      closed = true
      reader.close()
    },
  }
}

/**
 * The parents as the commit itself names them, also where a shallow clone hides them.
 *
 * @param {GitObject} object
 * @returns {Commit}
 */
function parseCommit(object) {
  const headers = object.content.toString("latin1").split("\n\n", 1)[0] ?? ""
  const parents = [...headers.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? "")
  return { sha: object.oid, parents }
}

/**
 * git ends instead of answering when an object can't be fetched. That question gets null; those
 * behind it were not looked at and have to be asked again.
 *
 * @param {import("./git.mjs").Git} git
 */
function startReader(git) {
  const child = git.open(["cat-file", "--batch"])
  /** @type {Array<(object: GitObject | "unasked" | null) => void>} */
  const waiting = []
  /** @type {Error | null} */
  let unusable = null
  let ended = false
  let buffer = Buffer.alloc(0)
  /** @type {Buffer[]} */
  let chunks = []
  let missing = 1

  child.stdout.on("data", (/** @type {Buffer} */ chunk) => {
    chunks.push(chunk)
    missing -= chunk.length
    if (missing > 0) return
    buffer = Buffer.concat([buffer, ...chunks])
    chunks = []
    drain()
  })
  child.stderr.resume()
  child.stdin.on("error", () => {})
  child.once("error", (cause) => {
    unusable = new GatherError(2, `git could not be started (${cause.message}). Install git.`)
    finish()
  })
  child.once("close", finish)

  function finish() {
    ended = true
    waiting.shift()?.(null)
    for (const resolve of waiting.splice(0)) resolve("unasked")
  }

  function drain() {
    missing = 1
    for (;;) {
      const end = buffer.indexOf(NEWLINE)
      if (end === -1) return
      const header = HEADER.exec(buffer.toString("latin1", 0, end))
      if (header === null) {
        buffer = buffer.subarray(end + 1)
        waiting.shift()?.(null)
        continue
      }
      const size = Number(header[3])
      const stop = end + 1 + size
      if (buffer.length < stop + 1) {
        missing = stop + 1 - buffer.length
        return
      }
      const content = buffer.subarray(end + 1, stop)
      buffer = buffer.subarray(stop + 1)
      waiting.shift()?.({ oid: header[1] ?? "", type: header[2] ?? "", content })
    }
  }

  return {
    ended: () => ended && unusable === null,
    close: () => child.stdin.end(),
    /** @type {(name: string) => Promise<GitObject | "unasked" | null>} */
    ask: (name) =>
      new Promise((resolve, reject) => {
        if (unusable !== null) return reject(unusable)
        // A line break would be a second question.
        if (/[\n\0]/.test(name)) return resolve(null)
        waiting.push(resolve)
        child.stdin.write(`${name}\n`)
      }),
  }
}
