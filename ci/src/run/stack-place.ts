/**
 * Where a program's own code was, from the stack that it printed when it was
 * stopped: the innermost frame of the thread that was running, or else of the
 * first one that is there.
 *
 * @param folder of the code, with "/" behind
 * @returns such as "tests/test_a.py:8"; null when no frame is in the folder
 */
export function stackPlace(lines: string[], folder: string): string | null {
  const current = lines.findIndex((line) => line.startsWith("Current thread "))
  const found = firstPlace(lines.slice(Math.max(0, current)), folder)
  return found ?? firstPlace(lines, folder)
}

/** `File "/src/a/b.py", line 8 in f` of Python, `/src/a/b.go:8 +0x25` of Go. */
function firstPlace(lines: string[], folder: string): string | null {
  for (const line of lines) {
    const [, file, number] = /^\s+(?:File ")?(\/[^":]+)(?:", line |:)(\d+)\b/.exec(line) ?? []
    if (file?.startsWith(folder)) return `${file.slice(folder.length)}:${number}`
  }
  return null
}
