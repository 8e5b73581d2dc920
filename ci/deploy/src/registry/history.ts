import type { DeploymentRecord } from "./records.js"

/** What became of an image when it was last heard of. */
export type Standing = "passed" | "failed" | "unknown"

/**
 * Whether an image is good, as far as an environment's records tell. One that passed and was taken
 * back by hand later is not; one that another deployment replaced was not judged.
 *
 * @param records of one environment, the newest first
 */
export function standingOf(records: readonly DeploymentRecord[], digest: string): Standing {
  for (const record of records) {
    if (takesBack(record, digest)) return "failed"
    if (record.digest === digest && record.verdict !== "superseded")
      return record.verdict === "passed" ? "passed" : "failed"
  }
  return "unknown"
}

/** Whether a record is of a rollback by hand away from an image. */
export function takesBack(
  { rollback, verdict, previous }: DeploymentRecord,
  digest: string,
): boolean {
  return rollback === true && verdict === "passed" && previous === digest
}
