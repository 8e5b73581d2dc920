// @ts-check
/**
 * Asks servers whether they are well. Plain JavaScript without dependencies: it runs in images that
 * hold nothing but the server, and beside them.
 *
 * @typedef {{kind: "port", port: number}
 *   | {kind: "http", port: number, path: string}
 *   | {kind: "grpc", port: number, service: string}
 *   | {kind: "command", command: string[]}} Probe
 */
import { spawn } from "node:child_process"
import { get } from "node:http"
import { connect as connectHttp2 } from "node:http2"
import { connect } from "node:net"

const BODY_LENGTH = 500
const LINE_LENGTH = 2_000
const PROBE_MS = 5_000
const HEALTH_CHECK = "/grpc.health.v1.Health/Check"
/** The one status of grpc.health.v1 that is good. */
const SERVING = 1
const GRPC_STATUS = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]

/**
 * Asks once whether a server is ready.
 *
 * @param {Probe} kind
 * @param {string} host
 * @returns {Promise<string>} empty when it is, else why not
 */
export function probe(kind, host) {
  switch (kind.kind) {
    case "command":
      return runs(kind.command)
    case "http":
      return answers(host, kind.port, kind.path)
    case "grpc":
      return serves(host, kind.port, kind.service)
    case "port":
      return accepts(host, kind.port)
  }
}

/**
 * @param {string[]} probeCommand
 * @returns {Promise<string>}
 */
function runs([file = "", ...rest]) {
  return new Promise((resolve) => {
    const child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe"], timeout: PROBE_MS })
    let output = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    child.on("error", (error) => resolve(`the probe \`${file}\` can't be run: ${error.message}`))
    child.on("close", (code) => {
      const said = output.trim().split("\n").at(-1)?.slice(0, LINE_LENGTH)
      resolve(code === 0 ? "" : `\`${file}\` ended with ${code ?? "a signal"}: ${said}`)
    })
  })
}

/**
 * @param {string} host
 * @param {number} port
 * @param {string} path
 * @returns {Promise<string>}
 */
function answers(host, port, path) {
  return new Promise((resolve) => {
    const request = get({ host, port, path, agent: false, timeout: PROBE_MS }, (response) => {
      let body = ""
      response
        .setEncoding("utf8")
        .on("data", (chunk) => (body = (body + chunk).slice(0, BODY_LENGTH)))
      response.on("error", () => {})
      const status = response.statusCode ?? 0
      if (status >= 200 && status < 300) return resolve("")
      const said = () => `${path} on port ${port} answered ${status}: ${body.replace(/\s+/g, " ")}`
      response.on("close", () => resolve(said()))
    })
    request.on("timeout", () => request.destroy(new Error(`no answer in ${PROBE_MS / 1000} s`)))
    request.on("error", (error) =>
      resolve(`${path} on port ${port} did not answer: ${error.message}`),
    )
  })
}

/**
 * Calls grpc.health.v1.Health/Check, without TLS.
 *
 * @param {string} host
 * @param {number} port
 * @param {string} service empty for the server as a whole
 * @returns {Promise<string>}
 */
function serves(host, port, service) {
  return new Promise((resolve) => {
    const session = connectHttp2(`http://${host}:${port}`)
    const end = (/** @type {string} */ failure) => {
      clearTimeout(timer)
      session.destroy()
      resolve(failure === "" ? "" : `gRPC health on port ${port}: ${failure}`)
    }
    const timer = setTimeout(() => end(`no answer in ${PROBE_MS / 1000} s`), PROBE_MS)
    session.on("error", (error) => end(error.message))
    const stream = session.request({
      ":method": "POST",
      ":path": HEALTH_CHECK,
      "content-type": "application/grpc",
      te: "trailers",
    })
    /** @type {Buffer[]} */
    const chunks = []
    let code = ""
    /** @param {import("node:http2").IncomingHttpHeaders} headers */
    const readStatus = (headers) => {
      const status = headers["grpc-status"]
      if (status !== undefined && status !== "0")
        code = `status ${status} ${headers["grpc-message"] ?? ""}`.trim()
    }
    // An answer without a message has its status among the headers.
    stream.on("response", readStatus)
    stream.on("trailers", readStatus)
    stream.on("data", (chunk) => chunks.push(chunk))
    stream.on("error", (error) => end(error.message))
    stream.on("end", () => {
      if (code !== "") return end(code)
      const status = healthStatus(Buffer.concat(chunks))
      end(status === SERVING ? "" : (GRPC_STATUS[status] ?? `status ${status}`))
    })
    stream.end(healthRequest(service))
  })
}

/**
 * HealthCheckRequest: the service's name is field 1. In front, gRPC's flag and length.
 *
 * @param {string} service
 */
function healthRequest(service) {
  const name = Buffer.from(service)
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name])
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/**
 * HealthCheckResponse: the status is field 1; absent it is 0.
 *
 * @param {Buffer} answer
 */
function healthStatus(answer) {
  const message = answer.subarray(5)
  return message[0] === 0x08 ? (message[1] ?? 0) : 0
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<string>}
 */
function accepts(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_MS })
    const end = (/** @type {string} */ failure) => {
      socket.destroy()
      resolve(failure)
    }
    socket.on("connect", () => end(""))
    socket.on("timeout", () => end(`port ${port} did not answer`))
    socket.on("error", () => end(`port ${port} is closed`))
  })
}
