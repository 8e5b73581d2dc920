import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** What Microsoft's validator, with GitHub's rules, says about a SARIF text: "rule: message". */
export function validate(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "sarif-"))
  try {
    const [input, output] = [join(folder, "in.sarif"), join(folder, "out.sarif")]
    writeFileSync(input, text)
    const program = join(
      dirname(createRequire(import.meta.url).resolve("@microsoft/sarif-multitool/package.json")),
      "bin.js",
    )
    // The package's program hands its arguments to a shell.
    const options = [
      "--rule-kind",
      '"Sarif;Ghas"',
      "--level",
      '"Error;Warning"',
      "--log",
      "ForceOverwrite",
    ]
    execFileSync(process.execPath, [program, "validate", input, "-o", output, ...options], {
      stdio: "pipe",
      env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" },
    })
    const log = JSON.parse(readFileSync(output, "utf8").replace(/^\ufeff/, "")) as ValidatorLog
    const results = log.runs.flatMap((run) => run.results ?? [])
    return results.map(({ ruleId, message, locations }) => {
      const pointer = locations?.[0]?.logicalLocations?.[0]?.fullyQualifiedName ?? ""
      return `${ruleId} ${pointer} ${(message.arguments ?? []).join(" ")} ${message.text ?? ""}`.trim()
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface ValidatorLog {
  runs: {
    results?: {
      ruleId: string
      message: { text?: string; arguments?: string[] }
      locations?: { logicalLocations?: { fullyQualifiedName?: string }[] }[]
    }[]
  }[]
}
