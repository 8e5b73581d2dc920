import { timingSafeEqual } from "node:crypto"

import { readAddress } from "./address.js"
import { ProtocolError, isName, parsePublication } from "./protocol.js"

/**
 * @typedef {import("node:http").IncomingMessage} Request
 * @typedef {{ status: number, body: object }} Answer
 * @typedef {{ hub: import("./hub.js").Hub, isStopping: () => boolean, publishToken: string }} Context
 */

const LARGEST_BODY = 16 * 1024
const ROOM = /^\/rooms\/([^/]+)$/
const MESSAGES = /^\/rooms\/([^/]+)\/messages$/

/**
 * Answers an ordinary HTTP request.
 *
 * @param {Context} context
 * @param {Request} request
 * @returns {Promise<Answer>}
 */
export async function route(context, request) {
  const address = readAddress(request.url)
  if (!address) {
    return refusal(400, `"${request.url}" is no address`)
  }
  const { pathname } = address
  if (request.method === "GET" && pathname === "/health") {
    return { status: 200, body: { status: "ok", service: "realtime-gateway" } }
  }
  if (request.method === "GET" && pathname === "/ready") {
    return context.isStopping()
      ? { status: 503, body: { status: "stopping" } }
      : { status: 200, body: { status: "ready" } }
  }
  const room = ROOM.exec(pathname)
  if (request.method === "GET" && room) {
    return withRoom(room[1], (name) => ({ status: 200, body: context.hub.describe(name) }))
  }
  const messages = MESSAGES.exec(pathname)
  if (request.method === "POST" && messages) {
    return publish(context, request, messages[1])
  }
  return refusal(404, `there is no ${request.method} ${pathname}`)
}

/**
 * @param {Context} context
 * @param {Request} request
 * @param {string} room
 */
async function publish({ hub, publishToken }, request, room) {
  if (publishToken && !isAuthorized(request.headers.authorization, publishToken)) {
    return refusal(401, "publishing needs the header Authorization: Bearer <PUBLISH_TOKEN>")
  }
  const text = await readBody(request)
  if (text === null) {
    return refusal(413, `a message has at most ${LARGEST_BODY} bytes`)
  }
  try {
    const { from, data } = parsePublication(text)
    return withRoom(room, (name) => ({ status: 202, body: hub.publish(name, from, data) }))
  } catch (error) {
    if (error instanceof ProtocolError) {
      return refusal(422, error.message)
    }
    throw error
  }
}

/**
 * @param {string | undefined} header
 * @param {string} token
 */
function isAuthorized(header, token) {
  const given = Buffer.from(header ?? "")
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/**
 * Returns the body as text, or null when it is too large.
 *
 * @param {Request} request
 */
async function readBody(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    // The rest is read all the same: a client that is still sending would not see the answer.
    if (size <= LARGEST_BODY) {
      chunks.push(chunk)
    }
  }
  return size > LARGEST_BODY ? null : Buffer.concat(chunks).toString("utf8")
}

/**
 * @param {string} name
 * @param {(name: string) => Answer} answer
 */
function withRoom(name, answer) {
  return isName(name) ? answer(name) : refusal(422, `"${name}" can't name a room`)
}

/**
 * @param {number} status
 * @param {string} detail
 * @returns {Answer}
 */
function refusal(status, detail) {
  return { status, body: { status, detail } }
}
