import { balance } from "./balance.js"
import { showBase, showPath, showReason } from "./describe.js"
import type { Plan, SelectedService } from "./plan.js"

const SHOWN_REASONS = 3

/** How many of a plan's entries are services, and not integration tests. */
export function countServices(entries: readonly { integration?: true }[]): number {
  return entries.filter(({ integration }) => integration === undefined).length
}

/** Extra columns of the table. */
export interface TableOptions {
  /** Seconds that each service took in earlier runs. */
  estimates?: ReadonlyMap<string, number>
}

/** The plan for people. What makes the run larger than the change comes first. */
export function formatTable(plan: Plan, { estimates }: TableOptions = {}): string {
  const selected = countServices(plan.services)
  const total = selected + countServices(plan.skipped)
  const skipped = plan.skipped.map(({ name, why }) => [name, "-", why])
  const rows = plan.services.map((service) => serviceRow(service, estimates))
  return [
    ...(plan.all === null ? [] : [`ALL because ${showPath(plan.all.message)}`]),
    ...warningLines(plan),
    `base: ${showBase(plan.base)}, ${countFiles(plan.files)}, ${selected} of ${total} services`,
    "",
    ...alignColumns([
      ["SERVICE", estimates === undefined ? "RUN" : "ESTIMATE", "WHY"],
      ...rows,
      ...skipped,
    ]),
    ...(plan.removed.length > 0 ? ["", `removed: ${plan.removed.join(", ")}`] : []),
    "",
  ].join("\n")
}

/** The plan as JSON: the same change gives the same bytes. */
export function formatJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`
}

/** How a matrix is made. */
export interface MatrixOptions extends TableOptions {
  /** How many jobs there may be; absent: one for each service. */
  shards?: number
}

/**
 * The plan as a matrix for a GitHub job: `service` is what its `--service` takes, of one service or of a shard's.
 * Nothing to run is an empty list, not a missing one.
 */
export function formatMatrix(plan: Plan, { shards, estimates }: MatrixOptions = {}): string {
  const names = plan.services.map(({ name }) => ({ service: name }))
  if (shards === undefined) return `${JSON.stringify({ include: names })}\n`
  const parts = balance(plan.services, estimates ?? new Map(), shards)
  const include = parts.map((part, index) => ({
    shard: `${index + 1}-of-${parts.length}`,
    service: part.names.join(","),
  }))
  return `${JSON.stringify({ include })}\n`
}

function countFiles(count: number): string {
  return count === 1 ? "1 changed file" : `${count} changed files`
}

/** The first line says already why everything runs. */
function warningLines({ all, warnings }: Plan): string[] {
  const repeated = `everything runs, because ${all?.message}`
  return warnings.filter((text) => text !== repeated).map((text) => `warning: ${showPath(text)}`)
}

function serviceRow(
  { name, reasons, via }: SelectedService,
  estimates: ReadonlyMap<string, number> | undefined,
): string[] {
  const seconds = estimates?.get(name)
  const estimate = seconds === undefined ? "unknown" : `${Math.round(seconds)} s`
  // The way to a change says more than the name of its last stop.
  const shown =
    via === undefined
      ? reasons.slice(0, SHOWN_REASONS).map(showReason)
      : [via.map(showPath).join(" -> ")]
  const more = reasons.length > shown.length ? [`and ${reasons.length - shown.length} more`] : []
  const why = [...shown, ...more]
  return [name, estimates === undefined ? "yes" : estimate, why.join(", ")]
}

function alignColumns(rows: string[][]): string[] {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  )
}
