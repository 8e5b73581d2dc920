import { TEST_GROUPS } from "./pyproject.js"

const FILE = "file:"

/** What a setup.cfg requires, in plain requirement lines. */
export interface SetupCfgRequirements {
  runtime: string[]
  /** Requirement files that it names with `file:`, relative to it. */
  includes: string[]
  /** Of its test and development extras. */
  development: string[]
}

/** Reads the dependencies in a setup.cfg: `install_requires`, and the extras that tests need. */
export function setupCfgRequirements(text: string): SetupCfgRequirements {
  const values = readValues(text)
  const required = values.get("options.install_requires") ?? []
  return {
    runtime: required.filter((line) => !line.startsWith(FILE)),
    includes: required
      .filter((line) => line.startsWith(FILE))
      .flatMap((line) => line.slice(FILE.length).split(",")),
    development: TEST_GROUPS.flatMap((name) => values.get(`options.extras_require.${name}`) ?? []),
  }
}

/** The lines of every value, by "section.key". A value goes on in the lines that are indented. */
function readValues(text: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  let section = ""
  let lines: string[] = []
  for (const written of text.split(/\r?\n/)) {
    const line = /^\s*[#;]/.test(written) ? "" : written.trimEnd()
    const [, header] = /^\[([^\]]+)\]$/.exec(line) ?? []
    const [, key, value = ""] = /^([A-Za-z0-9_.-]+)\s*[=:]\s*(.*)$/.exec(line) ?? []
    if (header !== undefined) {
      section = header.trim()
      lines = []
    } else if (key !== undefined) {
      lines = value === "" ? [] : [value]
      values.set(`${section}.${key}`, lines)
    } else if (/^\s+\S/.test(line)) {
      lines.push(line.trim())
    }
  }
  return values
}
