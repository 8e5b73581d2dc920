import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Context } from "../context.js"
import { EXIT } from "../errors.js"
import { pushLayout } from "../registry/layout.js"
import type { Outcome } from "./deploy.js"

/** Pushes the image of an OCI archive as it is, and prints its digest. */
export async function pushArchive(
  { registry }: Context,
  request: { image: string; tag: string; archive: string },
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "image-"))
  try {
    execFileSync("tar", ["--extract", `--file=${request.archive}`, `--directory=${folder}`])
    const text = await pushLayout(registry, request.image, request.tag, folder)
    return { text, exitCode: EXIT.passed }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
