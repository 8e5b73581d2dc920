import type {
  DashboardBody,
  MetricLine,
  MetricOptions,
  Widget,
} from "../../ci/deploy/src/monitoring/dashboard.js"

/*
 * Draws a dashboard's JSON, so that it can be looked at without an AWS account: widgets where they
 * are, lines for what is visible, limits as dashed lines. The numbers are examples.
 */

const CELL = { width: 40, height: 34 }
const COLOURS = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b"]
const POINTS = 60

/** A dashboard as an SVG picture. */
export function dashboardPicture({ widgets }: DashboardBody): string {
  const width = 24 * CELL.width
  const bottom = Math.max(...widgets.map(({ y, height }) => y + height))
  const height = bottom * CELL.height + 28
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#f2f3f3"/>`,
    ...widgets.flatMap(drawWidget),
    text(8, height - 10, "Example numbers, drawn from the dashboard's JSON by the tests.", 12),
    "</svg>",
    "",
  ].join("\n")
}

function drawWidget({ type, x, y, width, height, properties }: Widget): string[] {
  const box = {
    left: x * CELL.width + 4,
    top: y * CELL.height + 4,
    width: width * CELL.width - 8,
    height: height * CELL.height - 8,
  }
  return [
    `<rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}" fill="#fff" stroke="#d5dbdb"/>`,
    text(box.left + 8, box.top + 18, properties.title ?? "", 13, "bold"),
    ...(type === "alarm" ? drawAlarms(properties.alarms ?? [], box) : []),
    ...(type === "metric" ? drawGraph({ type, x, y, width, height, properties }, box) : []),
  ]
}

interface Box {
  left: number
  top: number
  width: number
  height: number
}

function drawAlarms(arns: string[], { left, top, width }: Box): string[] {
  const step = (width - 16) / Math.max(1, arns.length)
  return arns.flatMap((arn, index) => {
    const x = round(left + 8 + index * step)
    const name = arn.slice(arn.lastIndexOf(":") + 1)
    return [
      `<rect x="${x}" y="${top + 32}" width="${round(step - 6)}" height="44" rx="3" fill="#e9f5e9" stroke="#2ca02c"/>`,
      text(x + 6, top + 50, name, step < 180 ? 8.5 : 11),
      text(x + 6, top + 66, "OK", 10),
    ]
  })
}

function drawGraph({ properties }: Widget, { left, top, width, height }: Box): string[] {
  const limits = properties.annotations?.horizontal ?? []
  const lines = (properties.metrics ?? []).flatMap((line) => {
    const shown = shownAs(line)
    return shown === undefined ? [] : [shown]
  })
  const plot = { left: left + 40, top: top + 30, width: width - 56, height: height - 30 - 40 }
  const series = lines.map((label) => example(label))
  const most = Math.max(1, ...limits.map(({ value }) => value), ...series.flat()) * 1.15
  const at = (value: number) => round(plot.top + plot.height * (1 - value / most))
  return [
    `<path d="M${plot.left} ${plot.top}V${plot.top + plot.height}H${plot.left + plot.width}" fill="none" stroke="#879596"/>`,
    ...[0, most / 2, most].map((value) => text(left + 6, at(value) + 3, String(round(value)), 9)),
    ...series.map((values, index) => {
      const points = values.map(
        (value, minute) =>
          `${round(plot.left + (plot.width * minute) / (POINTS - 1))},${at(value)}`,
      )
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${COLOURS[index % COLOURS.length]}" stroke-width="1.5"/>`
    }),
    ...limits.flatMap(({ label, value }) => [
      `<path d="M${plot.left} ${at(value)}h${plot.width}" stroke="#d62728" stroke-dasharray="5 3"/>`,
      text(plot.left + 4, at(value) - 4, `${label}: ${value}`, 9),
    ]),
    ...lines.flatMap((label, index) => {
      const x = round(plot.left + (index % 3) * (plot.width / 3))
      const y = plot.top + plot.height + 16 + Math.floor(index / 3) * 12
      return [
        `<rect x="${x}" y="${y - 7}" width="8" height="8" fill="${COLOURS[index % COLOURS.length]}"/>`,
        text(x + 12, y, label, 9),
      ]
    }),
  ]
}

/** What a line is called; undefined for one that only feeds a formula. */
function shownAs(line: MetricLine): string | undefined {
  const options = line.at(-1) as MetricOptions
  if (options.visible === false) return undefined
  return options.label ?? String(line[1])
}

/** Numbers of the size that the label suggests, always the same: a canary in the second half of an hour. */
function example(label: string): number[] {
  const minutes = Array.from({ length: POINTS }, (_, minute) => minute)
  const wave = (minute: number) => Math.sin(minute / 5) + Math.sin(minute / 2.3) / 2
  const share = (minute: number) => (minute < 30 ? 0 : minute < 40 ? 0.1 : 1)
  const kinds: [match: RegExp, value: (minute: number) => number][] = [
    [/blue requests/, (minute) => (1 - share(minute)) * (900 + 60 * wave(minute))],
    [/green requests/, (minute) => share(minute) * (900 + 60 * wave(minute))],
    [/errors|refused|lines/, (minute) => Math.max(0, wave(minute))],
    [/error rate/, (minute) => Math.max(0, 0.2 + wave(minute) / 8)],
    [/p95/, (minute) => 0.32 + wave(minute) / 40],
    [/p99/, (minute) => 0.61 + wave(minute) / 20],
    [/UnHealthy/, () => 0],
    [/CPU/, (minute) => 44 + 6 * wave(minute)],
    [/Memory/, (minute) => 61 + wave(minute)],
  ]
  const found = kinds.find(([match]) => match.test(label))
  return minutes.map((minute) => Math.max(0, found?.[1](minute) ?? 0))
}

function text(x: number, y: number, content: string, size: number, weight = "normal"): string {
  const safe = content.replace(/&/g, "&amp;").replace(/</g, "&lt;")
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="#16191f">${safe}</text>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
