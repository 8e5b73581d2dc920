import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const PROGRAM = fileURLToPath(new URL("../../ci/report/dist/report.mjs", import.meta.url))

/** A folder of records, and a place for reports beside it. */
export interface Workplace {
  records: string
  out: string
  /** Writes a record, or any text in its place. */
  write(id: string, record: unknown): void
  /** Writes a file that is no record. @returns its path */
  file(name: string, text: string): string
  /** Runs the renderer on the records. */
  report(...args: string[]): { exitCode: number | null; stdout: string; stderr: string }
  delete(): void
}

export function createWorkplace(): Workplace {
  const records = mkdtempSync(join(tmpdir(), "pipeline-report-"))
  const out = join(records, "out")
  return {
    records,
    out,
    write: (id, record) =>
      writeFileSync(
        join(records, `${id}.json`),
        typeof record === "string" ? record : JSON.stringify(record),
      ),
    file: (name, text) => {
      const path = join(records, `${name}.txt`)
      writeFileSync(path, text)
      return path
    },
    report: (...args) => {
      const words = [PROGRAM, "--records", records, ...args]
      const { status, stdout, stderr } = spawnSync("node", words, { encoding: "utf8" })
      return { exitCode: status, stdout, stderr }
    },
    delete: () => rmSync(records, { recursive: true }),
  }
}
