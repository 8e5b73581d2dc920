/** What a terminal shows after it was sent a text: lines, the returns and the sequences that we send. */
export function shown(text: string): string[] {
  const lines = [""]
  let [line, column] = [0, 0]
  for (const [part] of text.matchAll(/\u001b\[\d*[A-Zm]|[\r\n]|[^\r\n\u001b]+/g)) {
    const current = lines[line] ?? ""
    if (part === "\r") column = 0
    else if (part === "\n") {
      ;[line, column] = [line + 1, 0]
      lines[line] ??= ""
    } else if (part === "\u001b[1A") line = Math.max(0, line - 1)
    else if (part === "\u001b[K") lines[line] = current.slice(0, column)
    else if (!part.startsWith("\u001b")) {
      lines[line] = current.slice(0, column) + part + current.slice(column + part.length)
      column += part.length
    }
  }
  return lines.filter((each) => each !== "")
}
