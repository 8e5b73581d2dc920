import { readFileSync } from "node:fs"

import type { ToolReport } from "../../../ci/src/findings/index.js"
import type { ScanJob, ToolOutput } from "../../../ci/src/scanners/index.js"
import { interpret, VERSIONS } from "../../../ci/src/scanners/index.js"
import type { Adapter } from "../../fixtures/scanners/cases.js"
import { ADAPTERS, CASES, jobOfCase } from "../../fixtures/scanners/cases.js"

/** What a tool left behind when it was run for real on a case of `cases.ts`. */
export function recorded(tool: Adapter, name: string): ToolOutput {
  const url = new URL(`../../fixtures/scanners/${tool}/${name}.json`, import.meta.url)
  const { version, ...output } = JSON.parse(readFileSync(url, "utf8")) as ToolOutput & {
    version: string
  }
  if (version !== VERSIONS[ADAPTERS[tool].name])
    throw new Error(`${tool} was recorded in version ${version}: record it anew`)
  return output
}

/** The job of a recorded case. */
export function jobOf(tool: Adapter, name: string): ScanJob {
  const found = CASES.find((one) => one.tool === tool && one.name === name)
  if (!found) throw new Error(`there is no case ${tool} ${name}`)
  return jobOfCase(found)
}

/** The report of a recorded run, with some of it changed. */
export function reportOf(
  tool: Adapter,
  name: string,
  changes: Partial<ToolOutput> = {},
): ToolReport {
  return interpret(ADAPTERS[tool], { ...recorded(tool, name), ...changes }, jobOf(tool, name))
}

/** Findings as "rule severity file:line". */
export function lines({ findings }: ToolReport): string[] {
  return findings
    .map(({ detections, severity, place }) =>
      [detections[0]?.rule, severity, `${place.file}:${place.line ?? ""}`].join(" "),
    )
    .sort()
}
