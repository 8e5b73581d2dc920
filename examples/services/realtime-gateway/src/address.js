/**
 * Returns the address that a request asks for, or null for one that can't be read, such as `//`.
 *
 * A client chooses this text, and what throws while a connection is upgraded ends the process.
 *
 * @param {string | undefined} url
 */
export function readAddress(url = "/") {
  const base = "http://localhost"
  return URL.canParse(url, base) ? new URL(url, base) : null
}
