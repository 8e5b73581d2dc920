import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Spec, Validation } from "@cyclonedx/cyclonedx-library"

import type { Sbom } from "../../../ci/src/findings/sbom.js"
import { installPython } from "../../fakes/programs.js"

/** What the official schemas and validators say about bills of materials; empty when nothing. */
export async function sbomErrors({ cyclonedx, spdx }: Sbom): Promise<string[]> {
  const { specVersion } = JSON.parse(cyclonedx) as { specVersion: Spec.Version }
  const validator = new Validation.JsonStrictValidator(specVersion)
  const error = await validator.validate(cyclonedx)
  return [
    ...(error === null ? [] : [`CycloneDX ${specVersion}: ${JSON.stringify(error)}`]),
    ...(await spdxErrors(spdx)),
  ]
}

/** What the SPDX project's own tools say, which know version 2.3 and more than its schema does. */
async function spdxErrors(text: string): Promise<string[]> {
  const python = join(await installPython("spdx-tools"), "bin/python")
  const folder = mkdtempSync(join(tmpdir(), "spdx-"))
  try {
    const file = join(folder, "sbom.spdx.json")
    writeFileSync(file, text)
    const program = ["-m", "spdx_tools.spdx.clitools.pyspdxtools"]
    const options = ["--infile", file, "--version", "SPDX-2.3"]
    execFileSync(python, [...program, ...options], { stdio: "pipe" })
    return []
  } catch (error) {
    return [`SPDX: ${String((error as { stderr?: Buffer }).stderr ?? error)}`]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
