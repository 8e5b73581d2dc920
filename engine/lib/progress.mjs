const started = Date.now()

/**
 * Says on standard error what the kit does now, with the seconds since it began.
 *
 * @param {string} text
 */
export function say(text) {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(4)
  process.stderr.write(`[${seconds}s] ${text}\n`)
}

const STILL_EVERY_MS = 20_000

/**
 * Runs a long piece of work with a line at its start, at its end and every 20 s between:
 * silence for minutes looks like a hang.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const begin = Date.now()
  const elapsed = () => `${((Date.now() - begin) / 1000).toFixed(0)} s`
  say(`${what} ...`)
  const ticker = setInterval(() => say(`${what}: still at it, ${elapsed()}`), STILL_EVERY_MS)
  try {
    const result = await work()
    say(`${what}: done in ${elapsed()}`)
    return result
  } finally {
    clearInterval(ticker)
  }
}
