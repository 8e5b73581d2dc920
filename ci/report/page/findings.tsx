import { useState } from "preact/hooks"
import type { PageFinding } from "../src/page-data.js"
import type { ViewProps } from "./app.js"
import { Choices, Empty, Search } from "./parts.js"
import { Windowed } from "./windowed.js"

const ROW_HEIGHT = 72
const SEVERITIES = ["critical", "high", "medium", "low", "info", "unknown"] as const

type Severity = (typeof SEVERITIES)[number]
type Which = "open" | "fails" | "accepted" | "all"

const IS_IN: Record<Which, (finding: PageFinding) => boolean> = {
  open: ({ accepted }) => accepted === "",
  fails: ({ fails }) => fails,
  accepted: ({ accepted }) => accepted !== "",
  all: () => true,
}

/** What security scans found, the worst first, narrowed down by severity, kind and policy. */
export function Findings({ data, show }: ViewProps) {
  const [which, setWhich] = useState<Which>("open")
  const [severities, setSeverities] = useState<ReadonlySet<Severity>>(new Set())
  const [category, setCategory] = useState("")
  const [text, setText] = useState("")
  const { findings } = data
  if (findings.length === 0)
    return (
      <Empty title="No findings">
        {data.stages.includes("scan")
          ? "The scans of this run found nothing."
          : "No security scan was part of this run: dagger call scan"}
      </Empty>
    )
  const words = text.toLowerCase().trim()
  const before = findings.filter(
    (one) =>
      IS_IN[which](one) &&
      (category === "" || one.category === category) &&
      [one.id, one.message, one.place, one.package, ...one.services, ...one.tools]
        .join(" ")
        .toLowerCase()
        .includes(words),
  )
  const shown = before.filter(({ severity }) => severities.size === 0 || severities.has(severity))
  const toggle = (severity: Severity) =>
    setSeverities(
      (old) => new Set([...old, severity].filter((one) => one !== severity || !old.has(one))),
    )
  const categories = [...new Set(findings.map((one) => one.category))].sort()
  return (
    <section>
      <div class="section-line">
        <h2>Findings</h2>
        <Choices
          label="Policy"
          value={which}
          set={setWhich}
          choices={(["open", "fails", "accepted", "all"] as const).map((value) => ({
            value,
            title: { open: "Open", fails: "Against the policy", accepted: "Accepted", all: "All" }[
              value
            ],
            count: findings.filter(IS_IN[value]).length,
          }))}
        />
        <Search label="Find a rule, package, file, tool" value={text} set={setText} />
      </div>
      <div class="filters">
        <div class="choices" role="group" aria-label="Severity">
          {SEVERITIES.map((severity) => {
            const count = before.filter((one) => one.severity === severity).length
            return (
              <button
                key={severity}
                class={`severity-choice ${severity}`}
                aria-pressed={severities.has(severity)}
                disabled={count === 0 && !severities.has(severity)}
                onClick={() => toggle(severity)}
              >
                {severity}
                <span class="count">{count}</span>
              </button>
            )
          })}
        </div>
        <select
          aria-label="Kind"
          value={category}
          onChange={(event) => setCategory(event.currentTarget.value)}
        >
          <option value="">every kind</option>
          {categories.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </div>
      {shown.length === 0 && <Empty title="No finding matches">Take a filter away.</Empty>}
      <Windowed count={shown.length} rowHeight={ROW_HEIGHT} label="Findings">
        {(index) => {
          const finding = shown[index]
          return finding && <FindingRow finding={finding} open={() => show({ finding })} />
        }}
      </Windowed>
    </section>
  )
}

function FindingRow({ finding, open }: { finding: PageFinding; open: () => void }) {
  return (
    <button class="list-row" onClick={open}>
      <span class={`severity ${finding.severity}`}>{finding.severity}</span>
      <span class="list-main">
        <span class="list-title">
          {finding.id} <span class="muted">{finding.package || finding.message}</span>
        </span>
        <span class="list-note">
          {finding.place} · {finding.tools.join(", ")}
          {finding.accepted && ` · ${finding.accepted}`}
        </span>
      </span>
      {finding.fails && <span class="list-end bad">fails</span>}
    </button>
  )
}
