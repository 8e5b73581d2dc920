import type { Environment } from "../../../src/config/types.js"
import type { Settings } from "../config/target.js"

/** A rule of a network's access list, as `aws ec2 create-network-acl-entry` takes it. */
export interface AclEntry {
  RuleNumber: number
  Protocol: "-1"
  RuleAction: "deny"
  Egress: boolean
  CidrBlock: string
}

/** What keeps an environment's network apart from those of the others. */
export interface NetworkIsolation {
  vpc?: string
  networks: string[]
  /** Before the rules that allow anything. */
  aclEntries: AclEntry[]
}

/** Networks of the other environments are refused, in both directions. */
export function networkIsolation(
  { environments }: Settings,
  { name, vpc, networks }: Environment,
): NetworkIsolation {
  const others = othersOf(environments, name)
  return {
    ...(vpc !== undefined && { vpc }),
    networks,
    aclEntries: [false, true].flatMap((Egress) =>
      others.map((CidrBlock, index) => ({
        ...{ RuleNumber: index + 1, Protocol: "-1" as const, RuleAction: "deny" as const },
        ...{ Egress, CidrBlock },
      })),
    ),
  }
}

/** Addresses of tasks that are not where the environment is; each with what is wrong. */
export function strayAddresses(
  { environments }: Settings,
  { name, networks }: Environment,
  addresses: string[],
): string[] {
  if (networks.length === 0) return []
  return addresses.flatMap((address) => {
    if (networks.some((network) => contains(network, address))) return []
    const other = Object.values(environments).find(
      (each) => each.name !== name && each.networks.some((network) => contains(network, address)),
    )
    return [other === undefined ? address : `${address}, which is in ${other.name}`]
  })
}

/** Networks of every environment but one. */
function othersOf(environments: Settings["environments"], name: string): string[] {
  const others = Object.values(environments).filter((each) => each.name !== name)
  return [...new Set(others.flatMap(({ networks }) => networks))].sort()
}

function contains(network: string, address: string): boolean {
  const [base = "", bits = "32"] = network.split("/")
  const size = 2 ** (32 - Number(bits))
  return Math.floor(numberOf(base) / size) === Math.floor(numberOf(address) / size)
}

function numberOf(address: string): number {
  return address.split(".").reduce((total, part) => total * 256 + Number(part), 0)
}
