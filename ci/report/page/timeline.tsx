import { scaleLinear } from "d3-scale"
import { useMemo, useState } from "preact/hooks"
import type { PageData, PageRow } from "../src/page-data.js"
import { duration } from "../src/text.js"
import type { ViewProps } from "./app.js"
import { Choices, Empty, Search, stateOf } from "./parts.js"
import { Windowed } from "./windowed.js"

const ROW_HEIGHT = 46
/** Pixels of all lanes of a line, and of a bar at most. */
const LANES_HEIGHT = 36
const TALLEST_BAR = 22
/** Lanes beside each other in which a name can still be read. */
const MOST_NAMED_LANES = 2
/** Steps of the critical path that are named; the longest ones. */
const MOST_STEPS = 10
/** Of the path's time that a step needs to be named. */
const LEAST_SHARE = 0.02
const NARROWEST_LABEL = 9
/** Seconds that two stages one after the other may seem to overlap. */
const ROUNDING = 0.1

type Which = "all" | "critical"

interface Bar {
  row: PageRow
  from: number
  isCritical: boolean
  /** Which of the bars that overlap it is, from the top. */
  lane: number
}

interface Line {
  name: string
  lanes: number
  bars: Bar[]
}

/** When every stage ran, and which of them decided how long the run took. */
export function Timeline({ data, show }: ViewProps) {
  const [which, setWhich] = useState<Which>("all")
  const [text, setText] = useState("")
  const lines = useMemo(() => timelineLines(data), [data])
  const shown = lines.filter(
    ({ name, bars }) =>
      name.includes(text.trim()) && (which === "all" || bars.some((bar) => bar.isCritical)),
  )
  const end = Math.max(data.seconds, ...data.rows.map((row) => (row.from ?? 0) + row.seconds))
  const scale = scaleLinear().domain([0, end]).range([0, 100])
  if (lines.length === 0)
    return <Empty title="Nothing ran">No stage began, so there are no times to show.</Empty>
  return (
    <>
      <CriticalPath data={data} />
      <StageTimes data={data} />
      <section>
        <div class="section-line">
          <h2>Timeline</h2>
          <Choices
            label="Lines"
            value={which}
            set={setWhich}
            choices={[
              { value: "all", title: "All", count: lines.length },
              { value: "critical", title: "On the critical path" },
            ]}
          />
          <Search label="Find a service" value={text} set={setText} />
        </div>
        <p class="legend">
          <span class="swatch bar critical" /> decided the run's length <span class="swatch bar" />{" "}
          ran beside it <span class="swatch bar cached" /> reused
          <span class="swatch bar failed" /> failed
        </p>
        <div class="gantt">
          <div class="gantt-line gantt-head" aria-hidden="true">
            <span />
            <div class="gantt-track">
              {timeTicks(end).map(({ seconds, text }) => (
                <span key={seconds} class="tick" style={{ left: `${scale(seconds)}%` }}>
                  {text}
                </span>
              ))}
            </div>
          </div>
          <Windowed count={shown.length} rowHeight={ROW_HEIGHT} label="Services by their start">
            {(index) => {
              const line = shown[index]
              return line && <TimelineLine line={line} scale={scale} show={show} />
            }}
          </Windowed>
        </div>
      </section>
    </>
  )
}

/** Round times, in minutes where a run takes many. */
function timeTicks(end: number): { seconds: number; text: string }[] {
  const [unit, name] = end > 4 * 60 ? [60, "min"] : [1, "s"]
  const ticks = scaleLinear()
    .domain([0, end / unit])
    .ticks(6)
  return ticks.map((tick) => ({ seconds: tick * unit, text: `${tick} ${name}` }))
}

function TimelineLine({
  line,
  scale,
  show,
}: {
  line: Line
  scale: (seconds: number) => number
  show: ViewProps["show"]
}) {
  const height = Math.min(TALLEST_BAR, LANES_HEIGHT / line.lanes)
  return (
    <div class="gantt-line">
      <span class="name">{line.name}</span>
      <div class="gantt-track">
        {line.bars.map(({ row, from, isCritical, lane }) => {
          const width = scale(row.seconds) - scale(0)
          const classes = ["bar", stateOf(row), isCritical ? "critical" : ""].join(" ")
          const about = `${line.name} ${row.stage}: ${duration(row.seconds)}, ${stateOf(row)}${isCritical ? ", on the critical path" : ""}`
          return (
            <button
              key={row.stage}
              class={classes}
              style={{
                left: `${scale(from)}%`,
                width: `max(3px, ${width}%)`,
                height: `${height - 1}px`,
                top: `${(ROW_HEIGHT - line.lanes * height) / 2 + lane * height}px`,
              }}
              aria-label={about}
              title={about}
              onClick={() => show({ row })}
            >
              {width > NARROWEST_LABEL && line.lanes <= MOST_NAMED_LANES && (
                <span class="bar-label">{row.stage}</span>
              )}
            </button>
          )
        })}
      </div>
    </div>
  )
}

function timelineLines({ rows, criticalPath, units }: PageData): Line[] {
  const critical = new Set(criticalPath)
  const lines = units.flatMap(({ name, cells }): Line[] => {
    const bars = cells
      .flatMap((index): Bar[] => {
        const row = index === null ? undefined : rows[index]
        if (index === null || row === undefined || row.from === null) return []
        return [{ row, from: row.from, isCritical: critical.has(index), lane: 0 }]
      })
      .sort((one, other) => one.from - other.from)
    return bars.length === 0 ? [] : [{ name, bars, lanes: placeInLanes(bars) }]
  })
  return lines.sort((one, other) => (one.bars[0]?.from ?? 0) - (other.bars[0]?.from ?? 0))
}

/** Gives bars that overlap a lane each; returns how many lanes there are. */
function placeInLanes(bars: Bar[]): number {
  const ends: number[] = []
  for (const bar of bars) {
    const free = ends.findIndex((end) => end <= bar.from + ROUNDING)
    bar.lane = free < 0 ? ends.length : free
    ends[bar.lane] = bar.from + bar.row.seconds
  }
  return ends.length
}

function CriticalPath({ data }: { data: PageData }) {
  const path = data.criticalPath.flatMap((index) => data.rows[index] ?? [])
  const seconds = path.reduce((sum, row) => sum + row.seconds, 0)
  if (path.length === 0) return null
  const longest = path.toSorted((one, other) => other.seconds - one.seconds)
  const [first, ...others] = longest.slice(0, MOST_STEPS)
  const worthNaming = others.filter((row) => row.seconds >= LEAST_SHARE * seconds)
  const shown = new Set([first, ...worthNaming])
  const steps = path.filter((row) => shown.has(row))
  const left = path.length - steps.length
  return (
    <section>
      <h2>Critical path</h2>
      <p class="muted">
        {path.length} {path.length === 1 ? "stage" : "stages"}, one after the other, took{" "}
        {duration(seconds)} of the run's {duration(data.seconds)}. Each had waited for the one
        before it: in its own service, or for a place among the jobs.
      </p>
      <ol class="path">
        {steps.map((row, index) => (
          <li key={`${row.service} ${row.stage}`} class={stateOf(row)}>
            {steps[index - 1]?.service !== row.service && `${row.service} `}
            <strong>{row.stage}</strong> {duration(row.seconds)}
          </li>
        ))}
      </ol>
      {left > 0 && (
        <p class="muted path-rest">
          and {left} shorter {left === 1 ? "one" : "ones"}, which the timeline shows
        </p>
      )}
    </section>
  )
}

/** Where the time of all stages went, one after the other. */
function StageTimes({ data }: { data: PageData }) {
  const sums = data.stages.map((stage) => ({
    stage,
    seconds: data.rows
      .filter((row) => row.stage === stage)
      .reduce((sum, row) => sum + row.seconds, 0),
  }))
  const most = Math.max(...sums.map(({ seconds }) => seconds), 0.1)
  return (
    <section>
      <h2>Time by stage</h2>
      <dl class="bars">
        {sums.map(({ stage, seconds }) => (
          <div key={stage}>
            <dt>{stage}</dt>
            <dd>
              <span class="bar-fill" style={{ width: `${(75 * seconds) / most}%` }} />
              {duration(seconds)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
