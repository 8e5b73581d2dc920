import { Graph, layout } from "@dagrejs/dagre"
import { curveBasis, line } from "d3-shape"
import type { Box } from "../src/boxes.js"

/** More can neither be laid out at once nor be read. */
export const MOST_BOXES = 80

const HEIGHT = 34
const CHARACTER = 7.4
const PADDING = 28
const LONGEST_NAME = 30
const MARGIN = 8
const GAP = 12

export interface PlacedBox extends Box {
  x: number
  y: number
  width: number
  height: number
}

export interface Picture {
  width: number
  height: number
  boxes: PlacedBox[]
  /** Paths of SVG, from a unit to what it depends on. */
  edges: { path: string; isAffected: boolean }[]
}

/**
 * Places boxes from what is needed (left) to what needs it (right). Those without an arrow stand below,
 * side by side: a column of them would say nothing and take the whole screen.
 *
 * @param room pixels that a line of boxes may take
 */
export function placeBoxes(boxes: Box[], room: number): Picture {
  const names = new Set(boxes.flatMap((one) => one.names))
  const needed = new Set(boxes.flatMap(({ dependsOn }) => dependsOn))
  const [joined, alone]: [Box[], Box[]] = [[], []]
  for (const one of boxes) {
    const hasArrow =
      one.dependsOn.some((name) => names.has(name)) || one.names.some((name) => needed.has(name))
    ;(hasArrow ? joined : alone).push(one)
  }
  const above =
    joined.length > 0 ? placeJoined(joined) : { width: 1, height: 0, boxes: [], edges: [] }
  const below = placeInLines(alone, { top: above.height, room })
  const placed = [...above.boxes, ...below]
  return {
    width: Math.max(1, ...placed.map(({ x, width }) => x + width / 2 + MARGIN)),
    height: Math.max(1, ...placed.map(({ y, height }) => y + height / 2 + MARGIN)),
    boxes: placed,
    edges: above.edges,
  }
}

function placeInLines(boxes: Box[], { top, room }: { top: number; room: number }): PlacedBox[] {
  let [x, y] = [MARGIN, top + MARGIN]
  return boxes.map((one) => {
    const width = widthOf(one)
    if (x > MARGIN && x + width + MARGIN > room) [x, y] = [MARGIN, y + HEIGHT + GAP]
    const placed = { ...one, x: x + width / 2, y: y + HEIGHT / 2, width, height: HEIGHT }
    x += width + GAP
    return placed
  })
}

function widthOf({ title }: Box): number {
  return Math.round(Math.min(LONGEST_NAME, title.length) * CHARACTER) + PADDING
}

function placeJoined(boxes: Box[]): Picture {
  const graph = new Graph<object, PlacedBox, { points?: { x: number; y: number }[] }>()
  graph.setGraph({ rankdir: "LR", nodesep: GAP, ranksep: 56, marginx: MARGIN, marginy: MARGIN })
  graph.setDefaultEdgeLabel(() => ({}))
  const idOf = new Map(
    boxes.flatMap((one, index) => one.names.map((name) => [name, String(index)])),
  )
  for (const [index, one] of boxes.entries()) {
    const size = { width: widthOf(one), height: HEIGHT }
    graph.setNode(String(index), { ...one, x: 0, y: 0, ...size })
  }
  for (const [index, { dependsOn }] of boxes.entries())
    for (const name of dependsOn) {
      const from = idOf.get(name)
      if (from !== undefined && from !== String(index)) graph.setEdge(from, String(index))
    }
  layout(graph)
  const curve = line<{ x: number; y: number }>(
    ({ x }) => x,
    ({ y }) => y,
  ).curve(curveBasis)
  const placed = graph.nodes().map((id) => graph.node(id))
  return {
    width: Math.max(...placed.map(({ x, width }) => x + width / 2 + MARGIN)),
    height: Math.max(...placed.map(({ y, height }) => y + height / 2 + MARGIN)),
    boxes: placed,
    edges: graph.edges().map((edge) => ({
      path: curve(graph.edge(edge).points ?? []) ?? "",
      isAffected:
        graph.node(edge.v).state !== "unchanged" && graph.node(edge.w).state === "affected",
    })),
  }
}
