import { useEffect, useRef } from "preact/hooks"
import type { PageData, PageFinding, PageRow, PageTest } from "../src/page-data.js"
import { STATE_WORDS } from "../src/graph.js"
import { duration } from "../src/text.js"
import type { ViewProps } from "./app.js"
import { Command, Mark, stateOf } from "./parts.js"
import { compareTests } from "./tests.js"

/** What is open beside the page. */
export type Shown =
  | { row: PageRow }
  | { test: PageTest }
  | { finding: PageFinding }
  | { units: string[] }

/** A panel with everything that is known of one thing. */
export function Details({
  data,
  shown,
  show,
  close,
}: {
  data: PageData
  shown: Shown | null
  show: (shown: Shown) => void
  close: () => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (shown !== null) dialog.current?.showModal()
    else dialog.current?.close()
  }, [shown])
  return (
    <dialog
      ref={dialog}
      class="details"
      aria-label="Details"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="details-body">
        <button class="close" onClick={close} aria-label="Close">
          ✕
        </button>
        {shown && "row" in shown && <RowDetails row={shown.row} data={data} show={show} />}
        {shown && "test" in shown && <TestDetails test={shown.test} data={data} show={show} />}
        {shown && "finding" in shown && <FindingDetails finding={shown.finding} />}
        {shown && "units" in shown && <UnitDetails data={data} names={shown.units} />}
      </div>
    </dialog>
  )
}

/** A stage of a service: why it ended as it did, its last output, and how to reproduce it. */
function RowDetails({ row, data, show }: { row: PageRow } & ViewProps) {
  const { counts, coverage, exitCode, cached } = row
  const facts: [string, string | null][] = [
    ["Result", row.flaky ? `${row.status}, flaky` : row.status],
    ["Took", row.status === "skipped" ? null : duration(row.seconds)],
    ["Began", row.from === null ? null : `${duration(row.from)} after the run`],
    [
      "Reused",
      row.status === "skipped" ? null : cached === null ? "unknown" : cached ? "yes" : "no",
    ],
    ["Exit code", exitCode === null ? null : String(exitCode)],
    [
      "Tests",
      counts &&
        `${counts.passed} of ${counts.total} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
    ],
    ["Covered", coverage === null ? null : `${coverage.toFixed(1)} %`],
  ]
  return (
    <>
      <h2>
        <Mark state={stateOf(row)} /> {row.service} · {row.stage}
      </h2>
      {row.reason && <p class={`reason ${row.status}`}>{row.reason}</p>}
      <Facts facts={facts} />
      {[...row.notes, ...row.warnings].map((line) => (
        <p key={line} class="note">
          {line}
        </p>
      ))}
      <Output
        title="Lines it names"
        lines={row.places.map(({ file, line, message }) => `${file}:${line}  ${message}`)}
      />
      <Output title="Last lines of output" lines={row.tail} />
      {row.logs.map(({ of, lines }) => (
        <Output key={of} title={`Last lines of ${of}`} lines={lines} />
      ))}
      <Reproduce row={row} />
      <RowTests row={row} data={data} show={show} />
      <RowFindings row={row} data={data} show={show} />
    </>
  )
}

const FIRST_TESTS = 12
const FIRST_FINDINGS = 12

/** The tests of a stage that are known by name: what failed, then the slowest. */
function RowTests({ row, data, show }: { row: PageRow } & ViewProps) {
  const own = data.tests
    .filter(({ service, stage }) => service === row.service && stage === row.stage)
    .sort(compareTests)
  if (own.length === 0) return null
  return (
    <section>
      <h3>Tests</h3>
      <ul class="short-list">
        {own.slice(0, FIRST_TESTS).map((test) => (
          <li key={`${test.suite} ${test.name}`}>
            <button onClick={() => show({ test })}>
              <Mark state={test.status} /> <span class="list-title">{test.name}</span>
              <span class="list-end">{test.seconds === null ? "" : duration(test.seconds)}</span>
            </button>
          </li>
        ))}
      </ul>
      <More count={own.length - FIRST_TESTS} view="tests" />
    </section>
  )
}

/** What a scan found in a service. */
function RowFindings({ row, data, show }: { row: PageRow } & ViewProps) {
  const own =
    row.stage === "scan"
      ? data.findings.filter(
          ({ services, accepted }) => services.includes(row.service) && accepted === "",
        )
      : []
  if (own.length === 0) return null
  return (
    <section>
      <h3>Findings</h3>
      <ul class="short-list">
        {own.slice(0, FIRST_FINDINGS).map((finding) => (
          <li key={`${finding.id} ${finding.place}`}>
            <button onClick={() => show({ finding })}>
              <span class={`severity ${finding.severity}`}>{finding.severity}</span>{" "}
              <span class="list-title">
                {finding.id} <span class="muted">{finding.place}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <More count={own.length - FIRST_FINDINGS} view="findings" />
    </section>
  )
}

function More({ count, view }: { count: number; view: string }) {
  if (count <= 0) return null
  return (
    <p class="muted">
      and {count.toLocaleString("en")} more under{" "}
      <a
        href={`#${view}`}
        onClick={(event) => event.currentTarget.closest("dialog")?.close()}
      >{`${view.slice(0, 1).toUpperCase()}${view.slice(1)}`}</a>
    </p>
  )
}

/** The commands that open the container just before the step; for a split stage, its failed parts. */
export function Reproduce({ row }: { row: PageRow }) {
  const failed = row.shards.filter(({ status }) => status === "failed")
  const commands = failed.length > 0 ? failed.map((one) => one.reproduce) : [row.reproduce]
  const known = commands.filter(Boolean)
  if (known.length === 0) return null
  return (
    <section>
      <h3>Reproduce</h3>
      {known.map((command) => (
        <Command key={command} text={command} />
      ))}
    </section>
  )
}

/** Output as it was printed. */
export function Output({ title, lines }: { title: string; lines: string[] }) {
  if (lines.length === 0) return null
  return (
    <section>
      <h3>{title}</h3>
      <pre tabIndex={0}>{lines.join("\n")}</pre>
    </section>
  )
}

function Facts({ facts }: { facts: [string, string | null][] }) {
  return (
    <dl class="fact-list">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

function TestDetails({ test, data, show }: { test: PageTest } & ViewProps) {
  const row = data.rows.find(
    ({ service, stage }) => service === test.service && stage === test.stage,
  )
  const place = test.file && (test.line ? `${test.file}:${test.line}` : test.file)
  return (
    <>
      <h2>
        <Mark state={test.status} /> {test.name}
      </h2>
      <Facts
        facts={[
          ["Service", test.service],
          ["Stage", test.stage],
          ["Suite", test.suite],
          ["Result", test.status],
          ["Took", test.seconds === null ? null : duration(test.seconds)],
          ["Place", place ?? null],
        ]}
      />
      <Output title="Message" lines={test.message ? [test.message] : []} />
      <Output title="Output" lines={test.details ? [test.details] : []} />
      {row && test.status === "failed" && <Reproduce row={row} />}
      {row && (
        <p class="note">
          <button class="link" onClick={() => show({ row })}>
            {row.service} · {row.stage}
          </button>
        </p>
      )}
    </>
  )
}

function FindingDetails({ finding }: { finding: PageFinding }) {
  return (
    <>
      <h2>
        <span class={`severity ${finding.severity}`}>{finding.severity}</span> {finding.id}
      </h2>
      <p>{finding.message}</p>
      <Facts
        facts={[
          ["Place", finding.place],
          ["Package", finding.package],
          ["Kind", finding.category],
          ["Found by", finding.tools.join(", ")],
          ["Concerns", finding.services.join(", ")],
          ["Policy", finding.fails ? "makes the run fail" : "does not make the run fail"],
          ["Accepted", finding.accepted],
        ]}
      />
    </>
  )
}

/** One unit, or several that stand in the same place of the graph. */
function UnitDetails({ data, names }: { data: PageData; names: string[] }) {
  const [name = ""] = names
  const node = data.graph.find((one) => one.name === name)
  if (node === undefined) return null
  const dependents = data.graph.filter(({ dependsOn }) => dependsOn.includes(name))
  return (
    <>
      <h2>{names.length === 1 ? name : `${names.length} units in the same place`}</h2>
      <Output title="They are" lines={names.length === 1 ? [] : names} />
      <Facts
        facts={[
          ["Kind", node.kind === "integration" ? "integration test" : node.kind],
          ["In this run", STATE_WORDS[node.state]],
          ["Depends on", node.dependsOn.join(", ") || "nothing"],
          ["Needed by", dependents.map((one) => one.name).join(", ") || "nothing"],
        ]}
      />
      <Output title={names.length === 1 ? "Why" : `Why ${name}`} lines={node.why} />
    </>
  )
}
