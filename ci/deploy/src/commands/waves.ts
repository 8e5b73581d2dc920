import type { DeployedService } from "../config/target.js"

/**
 * Orders services so that what others depend on comes first. Those of one wave can be deployed side
 * by side; services that depend on each other in a circle share a wave.
 *
 * @param names of the services to order; dependencies through others count too
 */
export function waves(services: readonly DeployedService[], names: readonly string[]): string[][] {
  const known = new Map(services.map((service) => [service.name, service.dependsOn]))
  const needs = new Map(names.map((name) => [name, reachable(known, name)]))
  const result: string[][] = []
  let left = [...names]
  while (left.length > 0) {
    const isFree = (name: string) =>
      left.every(
        (other) =>
          other === name ||
          !needs.get(name)?.has(other) ||
          // A circle: neither can come first.
          needs.get(other)?.has(name),
      )
    const wave = left.filter(isFree)
    result.push(wave)
    left = left.filter((name) => !wave.includes(name))
  }
  return result
}

function reachable(known: ReadonlyMap<string, readonly string[]>, from: string): Set<string> {
  const found = new Set<string>()
  const queue = [...(known.get(from) ?? [])]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue
    found.add(name)
    queue.push(...(known.get(name) ?? []))
  }
  return found
}
