import { Graph, layout } from "@dagrejs/dagre"
import { curveBasis, line } from "d3-shape"
import type { Box } from "../src/boxes.js"

/** More can neither be laid out at once nor be read. */
export const MOST_BOXES = 80

const HEIGHT = 34
const CHARACTER = 7.4
const PADDING = 28
const LONGEST_NAME = 30

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

/** Places boxes from what is needed (left) to what needs it (right). */
export function placeBoxes(boxes: Box[]): Picture {
  const graph = new Graph<object, PlacedBox, { points?: { x: number; y: number }[] }>()
  graph.setGraph({ rankdir: "LR", nodesep: 12, ranksep: 56, marginx: 8, marginy: 8 })
  graph.setDefaultEdgeLabel(() => ({}))
  const idOf = new Map(
    boxes.flatMap((one, index) => one.names.map((name) => [name, String(index)])),
  )
  for (const [index, one] of boxes.entries()) {
    const length = Math.min(LONGEST_NAME, one.title.length)
    const width = Math.round(length * CHARACTER) + PADDING
    graph.setNode(String(index), { ...one, x: 0, y: 0, width, height: HEIGHT })
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
    width: Math.max(1, ...placed.map(({ x, width }) => x + width / 2 + 8)),
    height: Math.max(1, ...placed.map(({ y, height }) => y + height / 2 + 8)),
    boxes: placed,
    edges: graph.edges().map((edge) => ({
      path: curve(graph.edge(edge).points ?? []) ?? "",
      isAffected:
        graph.node(edge.v).state !== "unchanged" && graph.node(edge.w).state === "affected",
    })),
  }
}
