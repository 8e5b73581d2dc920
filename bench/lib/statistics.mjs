/**
 * @typedef {object} Summary
 * @property {number} median
 * @property {number} low first quartile
 * @property {number} high third quartile
 * @property {number} count
 */

/**
 * Summarises samples by what a few slow outliers don't move.
 *
 * @param {number[]} samples at least one
 * @returns {Summary}
 * @throws {Error} for no samples
 */
export function summarise(samples) {
  if (samples.length === 0) throw new Error("there are no samples to summarise")
  const sorted = [...samples].sort((a, b) => a - b)
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    count: sorted.length,
  }
}

/**
 * @param {number[]} sorted
 * @param {number} share between 0 and 1
 */
function quantile(sorted, share) {
  const position = (sorted.length - 1) * share
  const below = sorted[Math.floor(position)] ?? 0
  const above = sorted[Math.ceil(position)] ?? 0
  return below + (above - below) * (position - Math.floor(position))
}
