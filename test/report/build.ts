import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const FOLDER = fileURLToPath(new URL("../../ci/report", import.meta.url))

/** Bundles the renderer once for all tests, as the module does before it runs it. */
export default function build(): void {
  execFileSync("node", ["build.mjs"], { cwd: FOLDER, stdio: "inherit" })
}
