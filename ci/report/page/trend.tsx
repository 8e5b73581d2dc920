import { scaleBand, scaleLinear } from "d3-scale"
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import type { PageData } from "../src/page-data.js"
import { duration } from "../src/text.js"
import type { TrendRun } from "../src/trend.js"
import { Choices, Empty, Headings } from "./parts.js"

const FIRST_WIDTH = 720
const HEIGHT = 200
const LEFT = 44
const BOTTOM = 22

const MEASURES = {
  seconds: { title: "Duration (s)", of: ({ seconds }: TrendRun) => seconds },
  cached: {
    title: "Reused (%)",
    of: ({ cached, stages }: TrendRun) => (stages === 0 ? 0 : (100 * cached) / stages),
  },
  tests: { title: "Tests", of: ({ tests }: TrendRun) => tests },
  findings: { title: "Findings against the policy", of: ({ findings }: TrendRun) => findings },
} as const

type Measure = keyof typeof MEASURES
type Which = "all" | "same"

/** The last runs beside this one. */
export function Trend({ data }: { data: PageData }) {
  const [measure, setMeasure] = useState<Measure>("seconds")
  const [which, setWhich] = useState<Which>("all")
  const runs = data.trend.filter((run) => which === "all" || run.command === data.command)
  if (data.trend.length < 2)
    return (
      <Empty title="This is the only run on record">
        From the next one on, their durations and results are shown here.
      </Empty>
    )
  return (
    <section>
      <div class="section-line">
        <h2>The last {runs.length} runs</h2>
        <Choices
          label="Measure"
          value={measure}
          set={setMeasure}
          choices={(Object.keys(MEASURES) as Measure[]).map((value) => ({
            value,
            title: MEASURES[value].title,
          }))}
        />
        <Choices
          label="Runs"
          value={which}
          set={setWhich}
          choices={[
            { value: "all", title: "Every command" },
            { value: "same", title: data.command || "same command" },
          ]}
        />
      </div>
      <Chart runs={runs} measure={measure} current={data.id} />
      <div class="scroll" tabIndex={0}>
        <table class="runs">
          <Headings
            titles={["Started (UTC)", "Command", "Result", "Took", "Stages", "Reused", "Tests"]}
          />
          <tbody>
            {runs.toReversed().map((run) => (
              <tr key={run.id} aria-current={run.id === data.id}>
                <td>{run.started.slice(0, 16).replace("T", " ")}</td>
                <td>
                  <code>{run.command}</code>
                </td>
                <td>
                  <span class={`tag ${run.result.toLowerCase()}`}>{run.result.toLowerCase()}</span>
                </td>
                <td class="number">{duration(run.seconds)}</td>
                <td class="number">{run.stages}</td>
                <td class="number">{run.cached}</td>
                <td class="number">{run.tests.toLocaleString("en")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Chart({
  runs,
  measure,
  current,
}: {
  runs: TrendRun[]
  measure: Measure
  current: string
}) {
  const { of, title } = MEASURES[measure]
  const svg = useRef<SVGSVGElement>(null)
  const pageWidth = usePageWidth(svg)
  const x = scaleBand<string>()
    .domain(runs.map(({ id }) => id))
    .range([LEFT, pageWidth])
    .padding(0.25)
  const y = scaleLinear()
    .domain([0, Math.max(1, ...runs.map(of))])
    .nice(4)
    .range([HEIGHT - BOTTOM, 8])
  const width = Math.min(48, x.bandwidth())
  return (
    <svg
      class="chart"
      ref={svg}
      height={HEIGHT}
      role="img"
      aria-label={`${title} of the last runs`}
    >
      {y.ticks(4).map((tick) => (
        <g key={tick} transform={`translate(0 ${y(tick)})`}>
          <line x1={LEFT} x2={pageWidth} class="gridline" />
          <text x={LEFT - 8} dy="0.35em" text-anchor="end">
            {tick.toLocaleString("en")}
          </text>
        </g>
      ))}
      {runs.map((run) => (
        <rect
          key={run.id}
          class={`trend-bar ${run.result.toLowerCase()} ${run.id === current ? "current" : ""}`}
          x={(x(run.id) ?? 0) + (x.bandwidth() - width) / 2}
          y={Math.min(y(of(run)), y(0) - 2)}
          width={width}
          height={Math.max(2, y(0) - y(of(run)))}
          rx={2}
        >
          <title>{`${run.started.slice(0, 16).replace("T", " ")} ${run.command}: ${run.result}, ${title} ${Math.round(10 * of(run)) / 10}`}</title>
        </rect>
      ))}
      <text x={LEFT} y={HEIGHT - 4}>
        {runs[0]?.started.slice(0, 10)}
      </text>
      <text x={pageWidth} y={HEIGHT - 4} text-anchor="end">
        {runs.at(-1)?.started.slice(0, 10)}
      </text>
    </svg>
  )
}

/** Pixels that an element is wide, also after the window has changed. */
function usePageWidth(element: { current: Element | null }): number {
  const [width, setWidth] = useState(FIRST_WIDTH)
  useLayoutEffect(() => {
    const update = () => setWidth(element.current?.clientWidth ?? FIRST_WIDTH)
    update()
    addEventListener("resize", update)
    return () => removeEventListener("resize", update)
  }, [])
  return width
}
