import { connect } from "node:net"

/** Longer than any network takes, shorter than anybody's patience. */
const TIMEOUT_MS = 5_000

/**
 * Whether something listens at an engine's address. Other schemes start a
 * container when asked, which a look must not: they count as reachable.
 *
 * @param {string} address
 * @returns {Promise<boolean>}
 */
export function isReachable(address) {
  const unix = /^unix:\/\/(.+)$/.exec(address)?.[1]
  const tcp = /^tcp:\/\/(?<host>.+):(?<port>\d+)$/.exec(address)?.groups
  if (!unix && !tcp) return Promise.resolve(true)
  return new Promise((resolve) => {
    const socket = unix ? connect(unix) : connect(Number(tcp?.port), tcp?.host ?? "")
    const end = (/** @type {boolean} */ answer) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(TIMEOUT_MS, () => end(false))
    socket.once("connect", () => end(true))
    socket.once("error", () => end(false))
  })
}
