import { createHash } from "node:crypto"
import { NODATA, NOTFOUND, Resolver } from "node:dns/promises"
import { HOME } from "./paths.mjs"
import { run } from "./process.mjs"

/**
 * The container network of this home: its own bridge and address range, so
 * that engines of two homes don't share one.
 *
 * @param {string} [home]
 * @returns {{name: string, cidr: string}} the bridge is called `<name>0`
 */
export function network(home = HOME) {
  const digest = createHash("sha256").update(home).digest()
  return {
    name: `pl${digest.toString("hex").slice(0, 8)}`,
    cidr: `10.${88 + ((digest[8] ?? 0) % 100)}.0.0/16`,
  }
}

/**
 * Lets the containers of this home reach the network: rules for the whole bridge, once. The
 * plugins would make rules for each container, twenty calls of iptables, a sixth of what a short
 * step takes, and an engine that is killed would leave all of them.
 *
 * @param {{name: string, cidr: string}} [own]
 */
export async function openNetwork(own = network()) {
  await run("iptables-restore", ["--noflush"], { input: rules(own) })
  for (const jump of jumps(own)) {
    const { exitCode } = await run("iptables", words(jump, "-C"), { allowFailure: true })
    if (exitCode !== 0) await run("iptables", words(jump, "-I"))
  }
}

/**
 * Takes the rules and the bridge back, also those of an engine that was killed.
 *
 * @param {{name: string, cidr: string}} [own]
 */
export async function closeNetwork(own = network()) {
  const quietly = (/** @type {string} */ command, /** @type {string[]} */ args) =>
    run(command, args, { allowFailure: true })
  for (const jump of jumps(own)) {
    await quietly("iptables", words(jump, "-D"))
    for (const what of ["-F", "-X"]) await quietly("iptables", ["-t", jump.table, what, own.name])
  }
  await quietly("ip", ["link", "delete", `${own.name}0`])
}

/**
 * Whether the containers' name server answers. Seen once: it had no UDP socket after its start, and
 * every step that looked up a name waited until it gave up. It may also have been killed.
 *
 * @param {{server: string, domain: string}} [place] server: address, and a port if it is not 53
 * @returns {Promise<boolean>}
 */
export async function answersNames({ server, domain } = nameServer()) {
  const resolver = new Resolver({ timeout: NAME_TIMEOUT_MS, tries: NAME_TRIES })
  resolver.setServers([server])
  try {
    await resolver.resolve4(`nobody.${domain}`)
    return true
  } catch (error) {
    // That there is no such name is an answer, which it gives without asking anybody.
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    return code === NOTFOUND || code === NODATA
  }
}

/** @param {{name: string, cidr: string}} [own] */
function nameServer({ name, cidr } = network()) {
  return { server: cidr.replace(/0\/\d+$/, "1"), domain: `${name}.local` }
}

/**
 * @param {{name: string, cidr: string}} own
 * @returns {string} for iptables-restore: a chain of its own name in both tables, made anew
 */
function rules({ name, cidr }) {
  return [
    "*filter",
    `:${name} - [0:0]`,
    `-A ${name} -s ${cidr} -j ACCEPT`,
    `-A ${name} -d ${cidr} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    "COMMIT",
    "*nat",
    `:${name} - [0:0]`,
    `-A ${name} -d ${cidr} -j RETURN`,
    `-A ${name} -d ${MULTICAST} -j RETURN`,
    `-A ${name} -j MASQUERADE`,
    "COMMIT",
    "",
  ].join("\n")
}

const NAME_TIMEOUT_MS = 500
const NAME_TRIES = 3
const MULTICAST = "224.0.0.0/4"

/**
 * Where the chains are entered from.
 *
 * @param {{name: string, cidr: string}} own
 */
function jumps({ name, cidr }) {
  return [
    { table: "filter", chain: "FORWARD", rule: ["-j", name] },
    { table: "nat", chain: "POSTROUTING", rule: ["-s", cidr, "-j", name] },
  ]
}

/**
 * @param {{table: string, chain: string, rule: string[]}} jump
 * @param {"-C" | "-I" | "-D"} what to check, insert or delete it
 */
function words({ table, chain, rule }, what) {
  return ["-t", table, what, chain, ...rule]
}
