import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"

import { describe, expect, it } from "vitest"

const FOLDER = new URL("../../../ci/rules/", import.meta.url)
const { parse } = createRequire(new URL("../../../ci/package.json", import.meta.url))("yaml") as {
  parse: (text: string) => { rules: Rule[] }
}

interface Rule {
  id: string
  message: string
  metadata: { severity?: string; cwe?: string[]; fix?: string }
}

const rules = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".yaml"))
  .flatMap((name) => {
    const examples = readFileSync(new URL(name.replace(".yaml", ".py"), FOLDER), "utf8")
    return parse(readFileSync(new URL(name, FOLDER), "utf8")).rules.map((rule) => ({
      ...rule,
      examples,
    }))
  })

/* That they find what they should is tested with semgrep itself, in the engine. */
describe("every rule of ours", () => {
  it.each(rules)("$id has examples of both kinds, a severity, a weakness and a way out", (rule) => {
    expect(rule.examples).toMatch(new RegExp(`# ruleid: ${rule.id}\\n`))
    expect(rule.examples).toMatch(new RegExp(`# ok: ${rule.id}\\n`))
    expect(["low", "medium", "high", "critical"]).toContain(rule.metadata.severity)
    expect(rule.metadata.cwe?.[0]).toMatch(/^CWE-\d+$/)
    expect(rule.metadata.fix).toMatch(/\.$/)
    expect(rule.message).toMatch(/\.$/)
  })

  it("has a name of its own", () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  })
})
