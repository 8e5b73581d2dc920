/** What has a name, a place and dependencies: a service, a library or an integration test. */
export interface Owner {
  name: string
  path: string
  dependsOn: string[]
}

/**
 * Everything that a service or library needs, deep, without itself: libraries
 * and services in the order they are first met. Cycles end.
 *
 * @param name of the service or library to begin at; an unknown name has no dependencies
 */
export function deepDependencies(
  config: { services: Owner[]; libraries: Owner[]; integration?: Owner[] },
  name: string,
): Owner[] {
  const owners = new Map(
    [...config.services, ...config.libraries, ...(config.integration ?? [])].map((owner) => [
      owner.name,
      owner,
    ]),
  )
  const found = new Map<string, Owner>()
  const queue = [...(owners.get(name)?.dependsOn ?? [])]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const owner = owners.get(next)
    if (!owner || next === name || found.has(next)) continue
    found.set(next, owner)
    queue.push(...owner.dependsOn)
  }
  return [...found.values()]
}
