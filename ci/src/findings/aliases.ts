import type { Finding } from "./finding.js"
import { sortedUnique } from "./finding.js"

/**
 * Vulnerability databases name the same thing differently, and each tool knows only some of the
 * names. What one tool calls an alias joins the findings of all: the names form classes.
 *
 * A class is kept within one package, so that a careless alias in a database can't join what is
 * said of different packages.
 */

/** An id as its database writes it, whatever a tool or a person wrote. */
export function normaliseId(id: string): string {
  const text = id.trim()
  if (/^(?:cve|pysec|go|rustsec|dsa|dla|usn|rhsa|alas\w*|temp|osv|mal)-/i.test(text))
    return text.toUpperCase()
  const ghsa = /^ghsa((?:-[0-9a-z]{4}){3})$/i.exec(text)
  return ghsa ? `GHSA${(ghsa[1] ?? "").toLowerCase()}` : text
}

/** Gives every vulnerability all names that any of the findings knows for it. */
export function closeAliases(findings: readonly Finding[]): Finding[] {
  const parents = new Map<string, string>()
  const join = (one: string, other: string) => {
    const [first, second] = [root(parents, one), root(parents, other)]
    // The smaller name leads, so that the order of findings does not matter.
    if (first < second) parents.set(second, first)
    else if (second < first) parents.set(first, second)
  }
  const vulnerabilities = findings.filter(({ category }) => category === "vulnerability")
  for (const finding of vulnerabilities) {
    const [first, ...others] = finding.ids.map((id) => keyOf(finding, id))
    if (first === undefined) continue
    if (!parents.has(first)) parents.set(first, first)
    for (const other of others) {
      if (!parents.has(other)) parents.set(other, other)
      join(first, other)
    }
  }
  const classes = new Map<string, string[]>()
  for (const key of parents.keys()) {
    const lead = root(parents, key)
    const members = classes.get(lead)
    if (members) members.push(key)
    else classes.set(lead, [key])
  }
  const closed = new Map<string, string[]>()
  for (const [lead, keys] of classes)
    closed.set(lead, sortedUnique(keys.map((key) => key.slice(key.indexOf("\0") + 1))))
  return findings.map((finding) => {
    const [first] = finding.ids
    if (finding.category !== "vulnerability" || first === undefined) return finding
    const ids = closed.get(root(parents, keyOf(finding, first)))
    return ids === undefined ? finding : { ...finding, ids }
  })
}

function keyOf(finding: Finding, id: string): string {
  return `${finding.package?.ecosystem ?? ""}:${finding.package?.name ?? ""}\0${id}`
}

/** The leading name of a class; shortens the way to it for the next one who asks. */
function root(parents: Map<string, string>, key: string): string {
  let lead = key
  for (let next = parents.get(lead); next !== undefined && next !== lead; next = parents.get(lead))
    lead = next
  for (let step = key; step !== lead; ) {
    const next = parents.get(step) ?? lead
    parents.set(step, lead)
    step = next
  }
  return lead
}
