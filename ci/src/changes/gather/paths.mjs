// @ts-check

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const ESCAPE = 0xdc00

/**
 * Turns the bytes of a path into text: UTF-8 as it is, any other byte as U+DC00 + byte.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function decodePath(bytes) {
  try {
    return strict.decode(bytes)
  } catch {
    return decodeBytewise(bytes)
  }
}

/**
 * The inverse of {@link decodePath}.
 *
 * @param {string} path
 * @returns {Buffer}
 */
export function encodePath(path) {
  /** @type {Buffer[]} */
  const parts = []
  let text = ""
  for (const character of path) {
    const code = character.charCodeAt(0)
    if (character.length > 1 || code < ESCAPE + 0x80 || code > ESCAPE + 0xff) {
      text += character
      continue
    }
    parts.push(Buffer.from(text), Buffer.from([code - ESCAPE]))
    text = ""
  }
  return Buffer.concat([...parts, Buffer.from(text)])
}

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
function decodeBytewise(bytes) {
  let text = ""
  let at = 0
  while (at < bytes.length) {
    const length = validSequence(bytes, at)
    if (length === 0) {
      text += String.fromCharCode(ESCAPE + /** @type {number} */ (bytes[at]))
      at += 1
      continue
    }
    text += strict.decode(bytes.subarray(at, at + length))
    at += length
  }
  return text
}

/**
 * Length of the UTF-8 character that starts here, or 0 if none does.
 *
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {number}
 */
function validSequence(bytes, at) {
  const first = /** @type {number} */ (bytes[at])
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + length > bytes.length) return 0
  try {
    strict.decode(bytes.subarray(at, at + length))
    return length
  } catch {
    return 0
  }
}
