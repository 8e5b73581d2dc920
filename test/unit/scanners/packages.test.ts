import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { LIST_PACKAGES, pipAudit } from "../../../ci/src/scanners/pip-audit.js"
import { reportOf } from "./recorded.js"

/** What the program says of a file. */
function packagesOf(name: string, text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "packages-"))
  try {
    writeFileSync(join(folder, name), text)
    const args = ["-c", LIST_PACKAGES, name, "report.json"]
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
      "pyproject.toml",
      `[project]
dependencies = ["idna == 3.10", "flask[async]==3.0.0 ; python_version > '3'"]
[tool.poetry.dependencies]
python = "^3.11"
attrs = "==26.1.0"
shared = { path = "../shared" }
`,
      ["attrs==26.1.0", "flask[async]==3.0.0 ; python_version > '3'", "idna==3.10"],
    ],
    ["pyproject.toml", "[tool.ruff]\n", []],
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
source = { registry = "https://packages.example.com/simple" }
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

describe("a pyproject.toml", () => {
  const shape = (...files: string[]) => ({
    files: new Set(["s/api/pyproject.toml", ...files]),
    services: new Set(["s/api"]),
  })

  it.each([
    ["without a lock", [], true],
    ["beside a lock", ["s/api/uv.lock"], false],
    ["below the lock of a workspace", ["uv.lock"], false],
    ["beside a lock of another service", ["s/chat/uv.lock"], true],
    ["beside its requirements", ["s/api/requirements.txt"], false],
    ["beside the requirements of its tests", ["s/api/requirements-dev.txt"], true],
  ])("%s is looked at itself: %j", (_, files, expected) => {
    expect(pipAudit.looksAt("s/api/pyproject.toml", shape(...files))).toBe(expected)
  })

  it("of a library is not: what is installed is decided by the services", () => {
    expect(pipAudit.looksAt("libs/kit/pyproject.toml", shape())).toBe(false)
  })

  it("that leaves a version open makes the scan incomplete, and names it", () => {
    const report = reportOf("pip-audit", "no-lock")
    expect(report.problems).toEqual([
      "did not look at services/open/pyproject.toml: flask>=3: its version is open, and there is no lock: add uv.lock, poetry.lock, pdm.lock or requirements.txt",
    ])
    expect(report.findings.map(({ place }) => place.file)).toEqual(["services/api/pyproject.toml"])
  })
})
