/**
 * A word as a POSIX shell reads it back, whatever is in it.
 *
 * @param {string} word
 * @returns {string} unchanged when it needs no quotes
 */
export function quote(word) {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * Lines that set an environment when a shell evaluates them.
 *
 * PATH gets `folder` in front, unless it is there already: evaluating the lines
 * twice changes nothing more.
 *
 * @param {Record<string, string>} variables
 * @param {string} folder
 * @returns {string}
 */
export function exportLines(variables, folder) {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`)
  const quoted = quote(folder)
  return `${[...lines, `case "$PATH" in ${quoted}:*) ;; *) export PATH=${quoted}:"$PATH" ;; esac`].join("\n")}\n`
}
