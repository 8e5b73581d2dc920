/**
 * @typedef {object} Subject
 * @property {string} name
 * @property {(round: number) => Promise<number>} run does it once and gives what it took, in the series' unit
 * @property {number} [target] at most this much, as the project promises; shown, never asserted
 */

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {string} unit "s", "MB", ...
 * @property {number[]} samples one for each round
 * @property {number} [target]
 * @property {{to: string, samples: number[]}} [ratio] this series divided by another, round by round
 */

/**
 * Measures several subjects side by side: each round runs every one of them,
 * in an order that turns, so that a machine that is busy for a while is busy for
 * all. The first subject is the one that the others are divided by.
 *
 * @param {Subject[]} subjects
 * @param {{rounds: number, unit?: string, warmups?: number, onSample?: (name: string, value: number) => void}} options
 * @returns {Promise<Series[]>}
 */
export async function measurePaired(
  subjects,
  { rounds, unit = "s", warmups = 1, onSample = () => {} },
) {
  /** @type {Map<string, number[]>} */
  const samples = new Map(subjects.map(({ name }) => [name, []]))
  for (let round = -warmups; round < rounds; round++) {
    const turn = ((round % subjects.length) + subjects.length) % subjects.length
    for (const { name, run } of [...subjects.slice(turn), ...subjects.slice(0, turn)]) {
      const value = await run(round)
      if (round < 0) continue
      samples.get(name)?.push(value)
      onSample(name, value)
    }
  }
  const [peer, ...others] = subjects.map(({ name, target }) => ({
    name,
    unit,
    samples: samples.get(name) ?? [],
    ...(target !== undefined && { target }),
  }))
  if (!peer) return []
  return [peer, ...others.map((series) => ({ ...series, ratio: ratio(series, peer) }))]
}

/**
 * @param {Series} series
 * @param {Series} peer measured in the same rounds
 */
function ratio(series, peer) {
  return {
    to: peer.name,
    samples: series.samples.map((value, round) => value / (peer.samples[round] ?? Number.NaN)),
  }
}
