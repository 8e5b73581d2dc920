import { readFile } from "node:fs/promises"
import { SOCKET } from "./paths.mjs"

/** Both ends of a connection are in the list, but only the engine's has the path; 03 is "connected". */
const CONNECTED = "03"

/**
 * How many connections programs have to the native engine: a run has one or more, and so has a
 * `terminal` that somebody left open.
 *
 * @param {string} [socket] the engine's
 * @returns {Promise<number>} 0 where it can't be known
 */
export async function engineConnections(socket = SOCKET) {
  const table = await readFile("/proc/net/unix", "utf8").catch(() => "")
  return countConnections(table, socket)
}

/**
 * @param {string} table as in /proc/net/unix (proc_net(5)): num, refcount, protocol, flags, type, state, inode, path
 * @param {string} socket
 * @returns {number}
 */
export function countConnections(table, socket) {
  return table
    .split("\n")
    .map((line) => /^\S+ +\S+ +\S+ +\S+ +\S+ +(\S+) +\S+ +(.+)$/.exec(line))
    .filter((found) => found?.[1] === CONNECTED && found[2] === socket).length
}
