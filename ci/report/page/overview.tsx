import { useState } from "preact/hooks"
import type { PageData, PageRow, PageUnit } from "../src/page-data.js"
import { duration } from "../src/text.js"
import { TOGETHER } from "../../src/run/rows.js"
import { leftOutCounts } from "../../src/run/unchanged.js"
import type { ViewProps } from "./app.js"
import { Output, Reproduce } from "./details.js"
import { Command, Mark, stateOf } from "./parts.js"
import { PipelineGrid } from "./pipeline-grid.js"

const FIRST_FAILURES = 10
const OPEN_FAILURES = 2
const FIRST_TESTS = 5
const TAIL_LINES = 14

/** The run at a glance: sums, what failed, and every stage of every service. */
export function Overview({ data, show }: ViewProps) {
  return (
    <>
      <Tiles data={data} />
      <Flow data={data} />
      <Failures data={data} show={show} />
      <PipelineGrid data={data} show={show} />
      <Images data={data} />
    </>
  )
}

function Tiles({ data }: { data: PageData }) {
  const { rows, units, findings } = data
  const ran = rows.filter(({ status }) => status !== "skipped")
  const cached = ran.filter((row) => row.cached === true).length
  const bad = new Set(rows.filter(isBad).map(({ service }) => service)).size
  const counts = rows.flatMap((row) => row.counts ?? [])
  const sum = (of: (one: (typeof counts)[number]) => number) =>
    counts.reduce((total, one) => total + of(one), 0)
  const failedTests = sum(({ failed }) => failed)
  const skippedTests = sum(({ skipped }) => skipped)
  const involved = units.filter(({ leftOut }) => leftOut === "").length
  const leftOutAs = (why: PageUnit["leftOut"]) =>
    units.filter(({ leftOut }) => leftOut === why).map(({ name }) => name)
  const leftOut = { unchanged: leftOutAs("unchanged"), notSelected: leftOutAs("not selected") }
  const against = findings.filter(({ fails }) => fails).length
  const open = findings.filter(({ accepted }) => accepted === "").length
  return (
    <section class="tiles" aria-label="Sums">
      <Tile
        name="Services"
        value={`${involved - bad} of ${involved}`}
        note={`passed, ${leftOutCounts(leftOut)}`}
        isBad={bad > 0}
      />
      <Tile
        name="Stages"
        value={number(ran.length)}
        note={`run, ${number(cached)} of them reused`}
        view="timeline"
      />
      <Tile
        name="Tests"
        value={`${number(sum(({ passed }) => passed))} of ${number(sum(({ total }) => total))}`}
        note={`passed, ${number(failedTests)} failed${skippedTests > 0 ? `, ${number(skippedTests)} skipped` : ""}`}
        isBad={failedTests > 0}
        view="tests"
      />
      <Tile
        name="Findings"
        value={number(against)}
        note={`against policy, ${number(open)} open`}
        isBad={against > 0}
        view="findings"
      />
      <SavedTile data={data} />
    </section>
  )
}

function SavedTile({ data: { saved } }: { data: PageData }) {
  if (saved.unknown === saved.stages)
    return (
      <Tile
        name="Saved"
        view="trend"
        value="unknown"
        note="no recorded run shows how long the stages take uncached"
      />
    )
  const share = saved.everything > 0 ? Math.round((100 * saved.saved) / saved.everything) : 0
  const unsure = saved.unknown > 0 ? `; ${saved.unknown} of ${saved.stages} stages unknown` : ""
  return (
    <Tile
      name="Saved"
      view="trend"
      value={`${saved.unknown > 0 ? "≥ " : ""}${duration(saved.saved)}`}
      note={`${share} % of all stages' time${unsure}`}
    />
  )
}

function Tile({
  name,
  value,
  note,
  isBad: bad = false,
  view,
}: {
  name: string
  value: string
  note: string
  isBad?: boolean
  /** Where there is more of it. */
  view?: string
}) {
  const content = (
    <>
      <span class="tile-name">{name}</span>
      <span class="tile-value">{value}</span>
      <span class="tile-note">{note}</span>
    </>
  )
  const look = `tile ${bad ? "bad" : ""}`
  if (view === undefined) return <div class={look}>{content}</div>
  return (
    <a class={look} href={`#${view}`}>
      {content}
    </a>
  )
}

const STATES = ["passed", "cached", "flaky", "failed", "error", "skipped"]

/** The pipeline in one line: how the services fared in each stage. */
function Flow({ data }: { data: PageData }) {
  return (
    <ol class="flow" aria-label="Stages">
      {data.stages.map((stage, index) => {
        const next = data.stages[index + 1]
        const isBeside = TOGETHER.some(
          (group) => group.includes(stage) && group.some((one) => one === next),
        )
        const states = data.rows.filter((row) => row.stage === stage).map(stateOf)
        const counts = STATES.map((state) => ({
          state,
          count: states.filter((one) => one === state).length,
        })).filter(({ count }) => count > 0)
        return (
          <li key={stage} class={isBeside ? "beside" : ""}>
            <p class="flow-name">{stage}</p>
            <div class="stack" aria-hidden="true">
              {counts.map(({ state, count }) => (
                <span key={state} class={state} style={{ flexGrow: count }} />
              ))}
            </div>
            <p class="muted">
              {counts.map(({ state, count }) => `${number(count)} ${state}`).join(", ")}
            </p>
          </li>
        )
      })}
    </ol>
  )
}

function number(value: number): string {
  return value.toLocaleString("en")
}

/** What was pushed, and what stood in for base images. */
function Images({ data: { images, standIns } }: { data: PageData }) {
  return (
    <>
      {images.length > 0 && (
        <section>
          <h2>Pushed images</h2>
          {images.map(({ service, reference }) => (
            <div key={service}>
              <p class="muted image-name">{service}</p>
              <Command text={reference} />
            </div>
          ))}
        </section>
      )}
      {standIns.length > 0 && (
        <p class="notice">
          Stand-in base images were used, since their registry can't be reached:{" "}
          {standIns.join(", ")}
        </p>
      )}
    </>
  )
}

function isBad({ status }: PageRow): boolean {
  return status === "failed" || status === "error"
}

function Failures({ data, show }: ViewProps) {
  const failures = data.rows.filter(isBad)
  const [all, setAll] = useState(false)
  if (failures.length === 0) return null
  const shown = all ? failures : failures.slice(0, FIRST_FAILURES)
  return (
    <section>
      <h2>What failed</h2>
      {shown.map((row, index) => (
        <Failure
          key={`${row.service} ${row.stage}`}
          row={row}
          data={data}
          show={show}
          isOpen={index < OPEN_FAILURES}
        />
      ))}
      {failures.length > shown.length && (
        <button class="more" onClick={() => setAll(true)}>
          Show {failures.length - shown.length} more
        </button>
      )}
    </section>
  )
}

function Failure({ row, data, show, isOpen }: ViewProps & { row: PageRow; isOpen: boolean }) {
  const failed = data.tests.filter(
    ({ service, stage, status }) =>
      service === row.service && stage === row.stage && status === "failed",
  )
  return (
    <details class={`failure ${row.status}`} open={isOpen}>
      <summary>
        <h3>
          <Mark state={stateOf(row)} /> {row.service} · {row.stage}
          <span class="muted"> {duration(row.seconds)}</span>
        </h3>
        <p class="reason">{row.reason}</p>
      </summary>
      {failed.length > 0 && (
        <ul class="failed-tests">
          {failed.slice(0, FIRST_TESTS).map((test) => (
            <li key={test.name}>
              <button class="link" onClick={() => show({ test })}>
                <code>{test.name}</code>
              </button>{" "}
              <span>{test.message}</span>
            </li>
          ))}
          {failed.length > FIRST_TESTS && (
            <li>
              <a href="#tests">and {failed.length - FIRST_TESTS} more tests</a>
            </li>
          )}
        </ul>
      )}
      <Output title="Last lines of output" lines={row.tail.slice(-TAIL_LINES)} />
      <Reproduce row={row} />
    </details>
  )
}
