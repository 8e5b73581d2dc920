/**
 * @typedef {{ type: "join", room: string, after: number | null }} Join
 * @typedef {{ type: "leave", room: string }} Leave
 */

const NAME = /^[A-Za-z0-9_-]{1,64}$/

/** Something that a client sent and that can't be used. */
export class ProtocolError extends Error {}

/** Says whether a text can name a room or a player. */
export function isName(text) {
  return typeof text === "string" && NAME.test(text)
}

/**
 * Returns what a client wants, or throws a ProtocolError with the reason why it can't be told.
 *
 * @param {string} text
 * @returns {Join | Leave}
 */
export function parseRequest(text) {
  const body = parseObject(text)
  if (body.type !== "join" && body.type !== "leave") {
    throw new ProtocolError('"type" must be "join" or "leave"')
  }
  if (!isName(body.room)) {
    throw new ProtocolError('"room" must be 1 to 64 letters, digits, "-" or "_"')
  }
  if (body.type === "leave") {
    return { type: "leave", room: body.room }
  }
  const after = body.after ?? null
  if (after !== null && (!Number.isSafeInteger(after) || after < 0)) {
    throw new ProtocolError('"after" must be the id of a message')
  }
  return { type: "join", room: body.room, after }
}

/**
 * Returns what a backend service wants to say, or throws a ProtocolError.
 *
 * @param {string} text
 * @returns {{ from: string, data: unknown }}
 */
export function parsePublication(text) {
  const body = parseObject(text)
  if (!isName(body.from)) {
    throw new ProtocolError('"from" must be 1 to 64 letters, digits, "-" or "_"')
  }
  if (body.data === undefined) {
    throw new ProtocolError('"data" is missing')
  }
  return { from: body.from, data: body.data }
}

/**
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
function parseObject(text) {
  let body
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw new ProtocolError("the message is not JSON", { cause: error })
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ProtocolError("the message must be a JSON object")
  }
  return body
}
