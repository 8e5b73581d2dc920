import type { SelectedService } from "./plan.js"

/** What one job of several takes. */
export interface Part {
  /** Names, sorted. */
  names: string[]
  /** How long they take one after the other, as far as that is known. */
  seconds: number
}

/**
 * Deals services out to jobs so that the jobs take about equally long: the longest first, each to the job that has
 * least to do. The same services and times give the same parts.
 *
 * @param estimates seconds by name, from earlier runs; who is not in it takes as long as the middle of the others
 * @param count how many jobs there may be; none is left without a service
 */
export function balance(
  services: readonly SelectedService[],
  estimates: ReadonlyMap<string, number>,
  count: number,
): Part[] {
  const known = services.flatMap(({ name }) => estimates.get(name) ?? []).sort((a, b) => a - b)
  const middle = known[Math.floor(known.length / 2)] ?? 1
  const parts: Part[] = Array.from({ length: Math.min(count, services.length) }, () => ({
    names: [],
    seconds: 0,
  }))
  const byTime = services
    .map(({ name }) => ({ name, seconds: estimates.get(name) ?? middle }))
    .sort((a, b) => b.seconds - a.seconds || (a.name < b.name ? -1 : 1))
  for (const { name, seconds } of byTime) {
    // Services that take no time go where the fewest are.
    const least = parts.reduce((best, part) =>
      part.seconds < best.seconds ||
      (part.seconds === best.seconds && part.names.length < best.names.length)
        ? part
        : best,
    )
    least.names.push(name)
    least.seconds += seconds
  }
  return parts.map(({ names, seconds }) => ({ names: names.sort(), seconds }))
}
