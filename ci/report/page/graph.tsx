import { useMemo, useState } from "preact/hooks"
import type { Box } from "../src/boxes.js"
import { around, groupUnits } from "../src/boxes.js"
import type { GraphNode } from "../src/graph.js"
import { STATE_WORDS } from "../src/graph.js"
import type { ViewProps } from "./app.js"
import { MOST_BOXES, placeBoxes } from "./graph-layout.js"
import { Choices, Empty } from "./parts.js"

const LONGEST_NAME = 30
/** Pixels of the page for the picture, and of what is beside it. */
const WIDEST = 1140
const AROUND = 60

type Which = "affected" | "all"

/** Who needs whom, and how the change reached what ran. */
export function Graph({ data, show }: ViewProps) {
  const { graph } = data
  const hasAffected = graph.some(({ state }) => state !== "unchanged")
  const [which, setWhich] = useState<Which>(hasAffected ? "affected" : "all")
  const [focus, setFocus] = useState("")
  const nodes = useMemo(
    () => (which === "all" ? graph : graph.filter(({ state }) => state !== "unchanged")),
    [which],
  )
  const isLarge = useMemo(() => groupUnits(nodes).length > MOST_BOXES, [nodes])
  const centre = nodes.some(({ name }) => name === focus) ? focus : isLarge ? mostNeeded(nodes) : ""
  const boxes = useMemo(
    () => groupUnits(centre === "" ? nodes : around(nodes, centre)).slice(0, MOST_BOXES),
    [nodes, centre],
  )
  const picture = useMemo(() => placeBoxes(boxes, Math.min(WIDEST, innerWidth - AROUND)), [boxes])
  if (graph.length === 0)
    return (
      <Empty title="The configuration is not in this record">
        So it can't be said who needs whom.
      </Empty>
    )
  return (
    <section>
      <div class="section-line">
        <h2>What was affected, and why</h2>
        <Choices
          label="Units"
          value={which}
          set={setWhich}
          choices={[
            {
              value: "affected",
              title: "Affected",
              count: graph.filter(({ state }) => state !== "unchanged").length,
            },
            { value: "all", title: "All", count: graph.length },
          ]}
        />
        <select
          aria-label="Only around"
          value={centre}
          onChange={(event) => setFocus(event.currentTarget.value)}
        >
          {!isLarge && <option value="">everything</option>}
          {nodes.map(({ name }) => (
            <option key={name} value={name}>
              around {name}
            </option>
          ))}
        </select>
      </div>
      {isLarge && (
        <p class="muted">
          {nodes.length} units are too many for one picture: it shows one of them, with what it
          needs and what needs it.
        </p>
      )}
      <p class="legend">
        <span class="swatch node changed" /> selected itself <span class="swatch node affected" />{" "}
        depends on what changed <span class="swatch node unchanged" /> not affected or not selected;
        an arrow leads from what is needed to what needs it
      </p>
      {boxes.length === 0 && <Empty title="Nothing was affected" />}
      <div class="graph" tabIndex={0} aria-label="Graph, scrolls">
        <svg
          width={picture.width}
          height={picture.height}
          viewBox={`0 0 ${picture.width} ${picture.height}`}
          role="group"
          aria-label="Dependencies"
        >
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0L8 4L0 8z" class="arrow" />
            </marker>
          </defs>
          {picture.edges.map(({ path, isAffected }) => (
            <path
              key={path}
              d={path}
              class={isAffected ? "edge affected" : "edge"}
              marker-end="url(#arrow)"
            />
          ))}
          {picture.boxes.map((box) => (
            <g
              key={box.names[0]}
              class={`node ${box.state} ${box.kind}`}
              transform={`translate(${box.x - box.width / 2} ${box.y - box.height / 2})`}
              role="button"
              tabIndex={0}
              aria-label={`${box.title}: ${STATE_WORDS[box.state]}`}
              onClick={() => open(box)}
              onKeyDown={(event) => {
                if (event.key === "Enter" || event.key === " ") {
                  event.preventDefault()
                  open(box)
                }
              }}
            >
              <title>{box.names.slice(0, 40).join(", ")}</title>
              <rect width={box.width} height={box.height} rx={box.kind === "library" ? 3 : 17} />
              <text x={box.width / 2} y={box.height / 2} dy="0.35em" text-anchor="middle">
                {box.title.length > LONGEST_NAME
                  ? `${box.title.slice(0, LONGEST_NAME - 1)}…`
                  : box.title}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <Reasons nodes={nodes} show={show} />
    </section>
  )

  function open({ names }: Box) {
    show({ units: names })
  }
}

const FIRST_REASONS = 50

/** The same in words. */
function Reasons({ nodes, show }: { nodes: GraphNode[]; show: ViewProps["show"] }) {
  const told = nodes.filter(({ why }) => why.length > 0)
  if (told.length === 0) return null
  return (
    <>
      <h3>Reasons</h3>
      <ul class="reasons">
        {told.slice(0, FIRST_REASONS).map(({ name, state, why }) => (
          <li key={name}>
            <button class="link" onClick={() => show({ units: [name] })}>
              {name}
            </button>{" "}
            <span class={`tag ${state}`}>{STATE_WORDS[state]}</span> {why[0]}
            {why.length > 1 && <span class="muted"> and {why.length - 1} more</span>}
          </li>
        ))}
        {told.length > FIRST_REASONS && (
          <li class="muted">and {told.length - FIRST_REASONS} more; choose one above</li>
        )}
      </ul>
    </>
  )
}

/** What changed itself and has the most that needs it directly. */
function mostNeeded(nodes: GraphNode[]): string {
  const needs = new Map<string, number>()
  for (const name of nodes.flatMap(({ dependsOn }) => dependsOn))
    needs.set(name, (needs.get(name) ?? 0) + 1)
  const changed = nodes.filter(({ state }) => state === "changed")
  const [first] = (changed.length > 0 ? changed : nodes).toSorted(
    (one, other) => (needs.get(other.name) ?? 0) - (needs.get(one.name) ?? 0),
  )
  return first?.name ?? ""
}
