// @ts-check
/**
 * Examines a supervised service from another container, and ends it:
 *
 *     node examine.mjs '{"host": "service", "ready": {"kind": "port", "port": 8000}, ...}'
 *
 * Asks for its health once more, from outside; then what its supervisor saw: as whom it ran, whether
 * it logged a traceback, and how it takes SIGTERM. Prints what was found, the reason of a failure last.
 *
 * @typedef {object} Examination
 * @property {string} host
 * @property {import("./probe.mjs").Probe} ready
 * @property {number} finishPort where the supervisor ends the service and reports
 * @property {boolean} allowRoot
 */
import { connect } from "node:net"
import { probe } from "./probe.mjs"

/** @type {Examination} */
const { host, ready, finishPort, allowRoot } = JSON.parse(process.argv[2] ?? "{}")
const failures = [...(await health()), ...faultsOf(await finish())]
for (const failure of failures) console.log(failure)
process.exitCode = failures.length === 0 ? 0 : 1

/** A command was asked inside, by the supervisor; there is nothing to ask from here. */
async function health() {
  if (ready.kind === "command") return []
  const failure = await probe(ready, host)
  if (failure === "") return []
  return [`healthy inside its container, but not for others: ${failure}`]
}

/**
 * @param {import("./supervise.mjs").Report} report
 * @returns {string[]} the worst last
 */
function faultsOf({ roots, traceback, handlesTerm, ended, grace }) {
  const faults = []
  if (!ended) faults.push(`did not end within ${grace} s of SIGTERM`)
  else if (!handlesTerm)
    faults.push(
      "does not handle SIGTERM: as the first process of its container it would not end before it is killed; handle it, or start the program with `exec`",
    )
  if (roots.length > 0 && !allowRoot)
    faults.push(
      `runs as root (${roots.join(", ")}): add "USER 10001" to its Dockerfile, or "allow_root": true to its health`,
    )
  if (traceback !== "") faults.push(`logged an error it did not handle: ${traceback}`)
  return faults
}

/** @returns {Promise<import("./supervise.mjs").Report>} */
function finish() {
  return new Promise((resolve, reject) => {
    let text = ""
    const socket = connect(finishPort, host)
    socket.setEncoding("utf8").on("data", (chunk) => (text += chunk))
    socket.on("error", reject)
    socket.on("end", () => resolve(JSON.parse(text)))
  })
}
