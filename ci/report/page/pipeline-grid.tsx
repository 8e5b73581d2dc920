import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import type { PageUnit } from "../src/page-data.js"
import { duration } from "../src/text.js"
import type { ViewProps } from "./app.js"
import { Choices, Empty, Mark, Search, stateOf } from "./parts.js"
import { Windowed } from "./windowed.js"

const ROW_HEIGHT = 36
const PAGE_ROWS = 10

const CHOICES = ["all", "problems", "run", "unchanged", "not selected"] as const
type Which = (typeof CHOICES)[number]

/** Every stage of every service, as a grid that arrow keys move in. */
export function PipelineGrid({ data, show }: ViewProps) {
  const [which, setWhich] = useState<Which>("all")
  const [text, setText] = useState("")
  const [chosen, setActive] = useState({ row: 0, column: 0 })
  const moved = useRef(false)
  const grid = useRef<HTMLDivElement>(null)
  const isIn: Record<Which, (unit: PageUnit) => boolean> = {
    all: () => true,
    problems: ({ cells }) => cells.some((cell) => cell !== null && isProblem(stateOfCell(cell))),
    run: ({ leftOut }) => leftOut === "",
    unchanged: ({ leftOut }) => leftOut === "unchanged",
    "not selected": ({ leftOut }) => leftOut === "not selected",
  }
  const units = useMemo(
    () => data.units.filter((unit) => isIn[which](unit) && unit.name.includes(text.trim())),
    [which, text],
  )
  // Before the next key arrives: the cell that had the focus may be gone with its row.
  useLayoutEffect(() => {
    if (!moved.current) return
    moved.current = false
    grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
  })

  const active = { ...chosen, row: clamp(chosen.row, units.length - 1) }

  function stateOfCell(index: number): string {
    const row = data.rows[index]
    return row === undefined ? "skipped" : stateOf(row)
  }

  function move(event: KeyboardEvent) {
    const [down, right] = MOVES[event.key] ?? []
    if (down === undefined || right === undefined) return
    event.preventDefault()
    const row = clamp(active.row + down, units.length - 1)
    setActive({ row, column: clamp(active.column + right, data.stages.length - 1) })
    moved.current = true
    // A row that isn't on the screen is not in the page either.
    const top = grid.current?.querySelector(".windowed")?.getBoundingClientRect().top ?? 0
    const at = top + row * ROW_HEIGHT
    if (at < 3 * ROW_HEIGHT || at > innerHeight - 2 * ROW_HEIGHT)
      scrollBy({ top: at - innerHeight / 2, behavior: "instant" })
  }

  if (data.units.length === 0)
    return <Empty title="No service was selected">The change concerns none of them.</Empty>
  const columns = { "--stages": data.stages.length }
  return (
    <section>
      <div class="section-line">
        <h2>Pipeline</h2>
        <Choices
          label="Services"
          value={which}
          set={setWhich}
          choices={CHOICES.map((value) => ({
            value,
            title: `${value.slice(0, 1).toUpperCase()}${value.slice(1)}`,
            count: data.units.filter(isIn[value]).length,
            // Runs that were given names are the rarer ones.
          })).filter(({ value, count }) => value !== "not selected" || count > 0)}
        />
        <Search label="Find a service" value={text} set={setText} />
      </div>
      <Legend />
      {units.length === 0 && <Empty title="No service matches" />}
      <div
        ref={grid}
        class="grid"
        role="grid"
        aria-label="Services and stages"
        aria-rowcount={units.length + 1}
        onKeyDown={move}
        style={columns}
      >
        <div class="grid-line head" role="row">
          <span role="columnheader">Service</span>
          {data.stages.map((stage) => (
            <span key={stage} role="columnheader">
              {stage}
            </span>
          ))}
        </div>
        <Windowed role="rowgroup" count={units.length} rowHeight={ROW_HEIGHT} keep={active.row}>
          {(index) => {
            const unit = units[index]
            if (unit === undefined) return null
            return (
              <div class="grid-line" role="row" aria-rowindex={index + 2}>
                <span class={unit.leftOut ? "name muted" : "name"} role="rowheader">
                  {unit.name}
                </span>
                {unit.leftOut && (
                  <span
                    role="gridcell"
                    class="left-out-note"
                    aria-colspan={data.stages.length}
                    tabIndex={active.row === index ? 0 : -1}
                  >
                    {unit.leftOut}
                  </span>
                )}
                {!unit.leftOut &&
                  unit.cells.map((cell, column) => (
                    <Cell
                      key={column}
                      row={cell === null ? undefined : data.rows[cell]}
                      isActive={active.row === index && active.column === column}
                      open={(row) => {
                        setActive({ row: index, column })
                        show({ row })
                      }}
                    />
                  ))}
              </div>
            )
          }}
        </Windowed>
      </div>
    </section>
  )
}

/** Rows down and columns to the right, by key. */
const MOVES: Record<string, [number, number]> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  PageDown: [PAGE_ROWS, 0],
  PageUp: [-PAGE_ROWS, 0],
}

function Cell({
  row,
  isActive,
  open,
}: {
  row: ViewProps["data"]["rows"][number] | undefined
  isActive: boolean
  open: (row: ViewProps["data"]["rows"][number]) => void
}) {
  if (row === undefined)
    return <span role="gridcell" class="cell none" tabIndex={isActive ? 0 : -1} aria-label="none" />
  const state = stateOf(row)
  const time = row.status === "skipped" ? "" : duration(row.seconds)
  return (
    <button
      role="gridcell"
      class={`cell ${state}`}
      tabIndex={isActive ? 0 : -1}
      aria-label={`${row.service} ${row.stage}: ${state} ${time}`}
      title={row.reason || `${row.stage}: ${state}`}
      onClick={() => open(row)}
    >
      <Mark state={state} />
      <span class="cell-time">{time}</span>
    </button>
  )
}

function Legend() {
  return (
    <p class="legend">
      {["passed", "cached", "failed", "error", "flaky", "skipped"].map((state) => (
        <span key={state}>
          <Mark state={state} /> {state === "error" ? "could not run" : state}
        </span>
      ))}
    </p>
  )
}

function isProblem(state: string): boolean {
  return state === "failed" || state === "error" || state === "flaky"
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value))
}
