import type { FullRecord } from "../../../ci/src/run/record.js"

/** A run of nothing, with what a test is about. */
export function fullRecord(rest: Partial<FullRecord> = {}): FullRecord {
  return {
    version: 1,
    id: "20260101T080000-aaaa",
    started: "2026-01-01T08:00:00.000Z",
    seconds: 10,
    selection: [],
    unchanged: [],
    notSelected: [],
    standIns: [],
    rows: [],
    exitCode: 0,
    command: "ci",
    commit: "",
    engine: "",
    inputs: {},
    plan: null,
    units: [],
    machine: { cores: 2, memoryMegabytes: 4096, jobs: 2 },
    tests: [],
    findings: [],
    images: [],
    incomplete: "",
    ...rest,
  }
}
