const WORDS =
  "player match queue score world region ticket party guild season rank event store chat quest item".split(
    " ",
  )

/**
 * The same numbers for the same seed, on every machine (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number} numbers from 0 to 1
 */
export function randomNumbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * @param {() => number} random
 * @param {number} count
 */
export function words(random, count) {
  return Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ")
}
