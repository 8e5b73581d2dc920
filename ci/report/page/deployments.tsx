import { useState } from "preact/hooks"
import type { Deployment, Deployments as History } from "../src/deployments.js"
import { duration } from "../src/text.js"
import { Empty, Headings, Search } from "./parts.js"

/** How a verdict is coloured: as a run with that result. */
const STATES: Record<string, string> = { passed: "passed", superseded: "skipped" }

/** Who deployed what, and the figures that follow from it. */
export function Deployments({ history }: { history: History }) {
  const [words, setWords] = useState("")
  const { environment, figures, records } = history
  const wanted = words.toLowerCase()
  const shown = records.filter(({ service, tag, by, verdict }) =>
    [service, tag, by, verdict].some((text) => text.toLowerCase().includes(wanted)),
  )
  if (records.length === 0) return <Empty title={`Nothing was deployed to ${environment} yet`} />
  return (
    <section>
      <div class="section-line">
        <h2>Deployments to {environment}</h2>
        <Search label="Find a deployment" value={words} set={setWords} />
      </div>
      <div class="tiles" role="group" aria-label="Figures">
        <Figure name="Deployments" value={figures.deployments.toLocaleString("en")} note="" />
        <Figure
          name="Failure rate"
          value={unit(figures.failureRate, "%")}
          note="did not pass, or taken back by hand"
        />
        <Figure
          name="Lead time"
          value={unit(figures.leadTimeHours, "h")}
          note="from the commit until it was deployed, median"
        />
        <Figure
          name="Recovery time"
          value={unit(figures.recoveryHours, "h")}
          note="from a failure until the next good one, median"
        />
      </div>
      <div class="scroll" tabIndex={0}>
        <table class="runs">
          <Headings
            titles={["Ended (UTC)", "Service", "Verdict", "How", "Took", "Commit", "By", "Why"]}
          />
          <tbody>
            {shown.map((record) => (
              <Line key={`${record.service} ${record.ended} ${record.digest}`} record={record} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Line({ record }: { record: Deployment }) {
  const { service, digest, tag, strategy, started, ended, verdict, reason, by, rollback } = record
  return (
    <tr>
      <td>{ended.slice(0, 16).replace("T", " ")}</td>
      <td>{service}</td>
      <td>
        <span class={`tag ${STATES[verdict] ?? "failed"}`}>{verdict}</span>
      </td>
      <td>{rollback ? "rollback by hand" : strategy}</td>
      <td class="number">{duration((Date.parse(ended) - Date.parse(started)) / 1000)}</td>
      <td>
        <code title={digest}>{tag.slice(0, 12)}</code>
      </td>
      <td title={by}>{by.slice(by.lastIndexOf("/") + 1)}</td>
      <td>{reason}</td>
    </tr>
  )
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div class="tile">
      <p class="tile-name">{name}</p>
      <p class="tile-value">{value}</p>
      <p class="tile-note">{note}</p>
    </div>
  )
}

function unit(value: number | undefined, name: string): string {
  return value === undefined ? "not known" : `${value.toLocaleString("en")} ${name}`
}
