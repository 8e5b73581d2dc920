import { type ChangeConfig, compareText, runnable, type Unit } from "./units.js"

/** How a unit comes to be affected. */
export interface Effect {
  /** Number of dependencies between this unit and a change. */
  distance: number
  /** The dependency on the shortest way to a change; absent where the change is its own. */
  through?: string
}

/**
 * Everything that depends, however indirectly, on what changed. Breadth first and by name, so that
 * the first way found is the shortest, and the same one every time. Cycles end by themselves.
 */
export function affectedBy(units: readonly Unit[], changed: Iterable<string>): Map<string, Effect> {
  const dependents = new Map<string, string[]>()
  for (const { name, dependsOn } of units) {
    for (const dependency of dependsOn) {
      const list = dependents.get(dependency)
      if (list === undefined) dependents.set(dependency, [name])
      else list.push(name)
    }
  }
  const effects = new Map<string, Effect>()
  let front = [...new Set(changed)].sort(compareText)
  for (const name of front) effects.set(name, { distance: 0 })
  for (let distance = 1; front.length > 0; distance += 1) {
    const next: string[] = []
    for (const through of front) {
      for (const name of dependents.get(through) ?? []) {
        if (effects.has(name)) continue
        effects.set(name, { distance, through })
        next.push(name)
      }
    }
    front = next.sort(compareText)
  }
  return effects
}

/** The names from the one that changed to the one that is affected. */
export function chainTo(name: string, effects: ReadonlyMap<string, Effect>): string[] {
  const chain = [name]
  for (let at = effects.get(name)?.through; at !== undefined; at = effects.get(at)?.through) {
    chain.push(at)
  }
  return chain.reverse()
}

/** The services, and everything that one of them depends on. */
export function usedUnits(config: ChangeConfig, units: readonly Unit[]): Set<string> {
  const dependencies = new Map(units.map(({ name, dependsOn }) => [name, dependsOn]))
  const used = new Set<string>()
  const waiting = runnable(config).map(({ name }) => name)
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (used.has(name)) continue
    used.add(name)
    waiting.push(...(dependencies.get(name) ?? []))
  }
  return used
}
