/**
 * Finds the candidate that was probably meant by a misspelt word.
 *
 * Case, "-" and "_" don't count, so `dependsOn` finds `depends_on`. Returns undefined when nothing
 * is near: a wrong suggestion costs more than none.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = simplify(word)
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of candidates) {
    const simple = simplify(candidate)
    if (Math.abs(simple.length - wanted.length) >= bestDistance) continue
    const distance = editDistance(wanted, simple)
    if (distance < bestDistance && distance < Math.max(wanted.length, simple.length)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_.]/g, "")
}

/** Counts the letters to insert, delete, replace or swap to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
