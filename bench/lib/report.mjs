import { summarise } from "./statistics.mjs"

/**
 * @typedef {import("./paired.mjs").Series} Series
 * @typedef {import("./results.mjs").Result} Result
 */

/**
 * One bench as text: a line for each series, with its spread, its ratio to the
 * peer of the same rounds, and how both compare with an earlier result.
 *
 * @param {string} name
 * @param {Series[]} series
 * @param {Result} [earlier]
 * @returns {string}
 */
export function formatBench(name, series, earlier) {
  const before = earlier?.benches.find((bench) => bench.name === name)?.series ?? []
  const rows = series.map((one) => [
    `  ${one.name}`,
    spread(one.samples, one.unit),
    one.ratio ? `${spread(one.ratio.samples, "x")} ${one.ratio.to}` : "",
    target(one),
    comparison(
      one,
      before.find((old) => old.name === one.name),
    ),
  ])
  return [name, ...align(rows)].join("\n")
}

/**
 * @param {number[]} samples
 * @param {string} unit
 */
function spread(samples, unit) {
  const { median, low, high, count } = summarise(samples)
  const middle = `${figure(median)} ${unit}`
  return count < 2 ? middle : `${middle} (${figure(low)} to ${figure(high)}, n=${count})`
}

/** @param {number} value */
function figure(value) {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}

/** @param {Series} series */
function target({ samples, unit, target: most }) {
  if (most === undefined) return ""
  const kept = summarise(samples).median <= most
  return `${kept ? "within" : "OVER"} ${most} ${unit}`
}

/**
 * @param {Series} series
 * @param {Series | undefined} old
 */
function comparison(series, old) {
  if (!old) return ""
  const change = summarise(series.samples).median / summarise(old.samples).median
  const ratios =
    series.ratio && old.ratio
      ? `, ratio ${figure(summarise(old.ratio.samples).median)} -> ${figure(summarise(series.ratio.samples).median)}`
      : ""
  return `${figure(change)} of before${ratios}`
}

/**
 * @param {string[][]} rows
 * @returns {string[]}
 */
function align(rows) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  )
}
