import type { GraphNode } from "./graph.js"

/** Fewer units than this are shown one by one. */
const FEWEST = 4

/** A node of the picture: one unit, or several that stand in the same place of the graph. */
export interface Box {
  names: string[]
  title: string
  state: GraphNode["state"]
  kind: GraphNode["kind"]
  dependsOn: string[]
}

/**
 * Puts units that nothing needs, that need the same, and that are in the run for the same kind of
 * reason into one box. Alone they would say the same thing many times.
 */
export function groupUnits(nodes: GraphNode[]): Box[] {
  const needed = new Set(nodes.flatMap(({ dependsOn }) => dependsOn))
  const groups = new Map<string, GraphNode[]>()
  for (const node of nodes) {
    const key = needed.has(node.name)
      ? `unit ${node.name}`
      : `group ${node.kind} ${node.state} ${[...node.dependsOn].sort().join(" ")}`
    groups.set(key, [...(groups.get(key) ?? []), node])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    if (group.length < FEWEST) return group.map((node) => box([node], node))
    return [box(group, first)]
  })
}

function box(group: GraphNode[], { name, state, kind, dependsOn }: GraphNode): Box {
  const many = { service: "services", library: "libraries", integration: "integration tests" }
  const title = group.length === 1 ? name : `${group.length} ${many[kind]}`
  return { names: group.map((one) => one.name), title, state, kind, dependsOn }
}

/** A unit, everything it needs and everything that needs it, however indirectly. */
export function around(nodes: GraphNode[], name: string): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const dependents = new Map<string, string[]>()
  for (const node of nodes)
    for (const other of node.dependsOn)
      dependents.set(other, [...(dependents.get(other) ?? []), node.name])
  const down = reach(name, (one) => byName.get(one)?.dependsOn ?? [])
  const up = reach(name, (one) => dependents.get(one) ?? [])
  return nodes.filter((node) => down.has(node.name) || up.has(node.name))
}

function reach(start: string, next: (name: string) => string[]): Set<string> {
  const seen = new Set([start])
  for (const name of seen) for (const other of next(name)) seen.add(other)
  return seen
}
