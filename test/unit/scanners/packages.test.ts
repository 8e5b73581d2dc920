import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { LIST_PACKAGES } from "../../../ci/src/scanners/pip-audit.js"

/** What the program says of a file. */
function packagesOf(name: string, text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "packages-"))
  try {
    writeFileSync(join(folder, name), text)
    const args = ["-c", LIST_PACKAGES, name]
    const [head = "", ...lines] = execFileSync("python3", args, { cwd: folder, encoding: "utf8" })
      .trim()
      .split("\n")
    expect(head).toBe(`# ${name}`)
    return lines
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("the packages that pip-audit is asked about", () => {
  it.each([
    [
      "requirements.txt",
      "-r base.txt\n--hash=x\n\n# a note\nflask==3.0.0 ; python_version > '3'\nidna==3.10\n",
      ["flask==3.0.0 ; python_version > '3'", "idna==3.10"],
    ],
    [
      "requirements.txt",
      `idna==3.10 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\nflask==3.0.0 \\\n    --hash=sha256:2\n`,
      ["flask==3.0.0", "idna==3.10"],
    ],
    [
      "uv.lock",
      `version = 1
[[package]]
name = "mine"
version = "0.1.0"
source = { virtual = "." }
[[package]]
name = "idna"
version = "3.10"
source = { registry = "https://pypi.org/simple" }
`,
      ["idna==3.10"],
    ],
    [
      "poetry.lock",
      `[[package]]
name = "shared"
version = "1.0"
[package.source]
type = "directory"
url = "../shared"
[[package]]
name = "idna"
version = "3.10"
`,
      ["idna==3.10"],
    ],
    [
      "pdm.lock",
      `[[package]]
name = "shared"
version = "1.0"
path = "../shared"
[[package]]
name = "idna"
version = "3.10"
[[package]]
name = "idna"
version = "3.10"
extras = ["all"]
`,
      ["idna==3.10"],
    ],
  ])("are those that %s pins", (name, text, expected) => {
    expect(packagesOf(name, text)).toEqual(expected)
  })
})
