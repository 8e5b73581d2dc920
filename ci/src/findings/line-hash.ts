/**
 * The hash by which GitHub knows a line again after lines were added above it.
 *
 * GitHub's upload action computes it for every result that has none, and warns where a result
 * brings another; so ours has to be the same to the last digit: a rolling polynomial hash (factor
 * 37, modulo 2^64) of the 100 characters from the start of a line on. Spaces and tabs don't count,
 * line ends of every kind count as one line feed, and 0xFFFF, then zeros, follow the end. Equal
 * hashes of one file are numbered.
 */

const WINDOW = 100
const FACTOR = 37
const END = 0xffff
const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const HALF = 2 ** 32

/** FACTOR to the power of WINDOW, modulo 2^64, as two halves: what the oldest character weighs. */
const { high: OLDEST_HIGH, low: OLDEST_LOW } = power(FACTOR, WINDOW)

/**
 * Hashes the lines of a text.
 *
 * @param text the file, decoded as UTF-8
 * @returns for each line, from the first on, 16 or fewer hexadecimal digits, ":" and a number
 */
export function lineHashes(text: string): string[] {
  const { characters, starts } = significant(text)
  const counts = new Map<string, number>()
  const hashes: string[] = []
  let high = 0
  let low = 0
  // When the character `index` comes in, the one that began the window leaves it; a line is hashed
  // just before, when the window holds its first WINDOW characters.
  let nextLine = 0
  for (let index = 0; nextLine < starts.length; index++) {
    if (index - WINDOW === starts[nextLine]) {
      const value = hexadecimal(high, low)
      const count = (counts.get(value) ?? 0) + 1
      counts.set(value, count)
      hashes.push(`${value}:${count}`)
      nextLine++
    }
    const added = characters[index] ?? 0
    const left = index < WINDOW ? 0 : (characters[index - WINDOW] ?? 0)
    const lowSum = low * FACTOR + added - OLDEST_LOW * left
    const carry = Math.floor(lowSum / HALF)
    low = lowSum - carry * HALF
    high = modulo(high * FACTOR + carry - OLDEST_HIGH * left)
  }
  return hashes
}

/** The characters that count, and at which of them a line starts. */
function significant(text: string): { characters: Uint16Array; starts: number[] } {
  const characters = new Uint16Array(text.length + 1)
  const starts: number[] = []
  let length = 0
  let atStart = true
  let afterReturn = false
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? END : text.charCodeAt(index)
    const skipped: boolean = code === SPACE || code === TAB || (afterReturn && code === LINE_FEED)
    afterReturn = !skipped && code === CARRIAGE_RETURN
    if (skipped) continue
    const character = code === CARRIAGE_RETURN ? LINE_FEED : code
    if (atStart) starts.push(length)
    atStart = character === LINE_FEED
    characters[length++] = character
  }
  return { characters: characters.subarray(0, length), starts }
}

function power(base: number, exponent: number): { high: number; low: number } {
  let value = 1n
  for (let step = 0; step < exponent; step++) value = BigInt.asUintN(64, value * BigInt(base))
  return { high: Number(value >> 32n), low: Number(value & 0xffff_ffffn) }
}

function modulo(value: number): number {
  return value - Math.floor(value / HALF) * HALF
}

function hexadecimal(high: number, low: number): string {
  if (high === 0) return low.toString(16)
  return high.toString(16) + low.toString(16).padStart(8, "0")
}
