import { execFileSync } from "node:child_process"
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { pythonDependencies } from "../../../ci/src/languages/python/dependencies.js"
import { largeRequirements } from "../../../ci/src/languages/python/large.js"
import { project } from "./repository.js"

const PROGRAM = fileURLToPath(
  new URL("../../../ci/src/languages/python/link_environment.py", import.meta.url),
)

describe("large packages are installed first", () => {
  it.each<[string, string[], string[]]>([
    ["none", ["flask==3.0"], []],
    ["those of a fixed version", ["flask==3.0\nnumpy==2.0\nscipy>=1\npandas"], ["numpy==2.0"]],
    ["in one order", ["scipy==1.0\nnumpy==2.0"], ["numpy==2.0", "scipy==1.0"]],
    [
      "of all files, and once",
      ["numpy==2.0", "numpy==2.0\ngrpcio==1"],
      ["grpcio==1", "numpy==2.0"],
    ],
    ["whatever their names look like", ["Scikit_Learn[x] == 1.5"], ["Scikit_Learn[x] == 1.5"]],
    [
      "with their hashes",
      ["numpy==2.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nflask==3 --hash=sha256:cc"],
      ["numpy==2.0 --hash=sha256:aa --hash=sha256:bb"],
    ],
    [
      "from where they come",
      ["--index-url https://pkgs.example/simple\n-r base.txt\n-c c.txt\ntorch==2.1+cpu"],
      ["--index-url https://pkgs.example/simple", "torch==2.1+cpu"],
    ],
    ["not with a marker", ["numpy==2.0; python_version < '3.12'"], []],
    ["not of a range", ["numpy==2.*\nscipy==1.0,<2\npandas~=2.0"], []],
    ["not from an address", ["numpy @ https://example.com/numpy.whl"], []],
    ["not beside an option that is not known", ["--find-links wheels\nnumpy==2.0"], []],
    ["not beside a file from an address", ["-r https://example.com/base.txt\nnumpy==2.0"], []],
    ["not without a package", ["--pre\nflask==3"], []],
  ])("%s", (_, texts, expected) => {
    expect(largeRequirements(texts)).toEqual(expected)
  })

  it("in a step that nothing else decides", async () => {
    const first = async (path: string, text: string, more: Record<string, string> = {}) =>
      (await pythonDependencies(project({ [`${path}/requirements.txt`]: text, ...more }))).first
    const expected = await first("services/api", "numpy==2.0\nflask==3.0\n")
    expect(expected?.script).toContain("--no-deps -r requirements.txt")
    expect(Object.values(expected?.files ?? {})).toEqual(["numpy==2.0\n"])
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-f]{3,9}==\d\.\d$/), async (other) => {
        expect(await first("services/api", `# why\n${other}\nnumpy==2.0\n`)).toEqual(expected)
      }),
    )
    expect(await first("services/api", "numpy==2.1\nflask==3.0\n")).not.toEqual(expected)
    expect(await first("services/api", "flask==3.0\n")).toBeUndefined()
  })

  it("not when they are only constrained", async () => {
    const files = {
      "services/api/requirements.txt": "-c ../../versions.txt\n-r ../../base.txt\nflask\n",
      "versions.txt": "-r more.txt\nnumpy==2.0\n",
      "more.txt": "pandas==2.0\n",
      "base.txt": "scipy==1.0\n",
    }
    const { first } = await pythonDependencies(project(files))
    expect(Object.values(first?.files ?? {})).toEqual(["scipy==1.0\n"])
  })
})

it("an environment gets links to what it lacks, and keeps what it has", () => {
  const folder = mkdtempSync(join(tmpdir(), "pipeline-link-"))
  try {
    const [from, to] = [join(folder, "from"), join(folder, "to")]
    const write = (path: string, text: string) => {
      mkdirSync(join(folder, path, ".."), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    write("from/lib/a.py", "a")
    write("from/lib/deep/b.py", "b")
    write("to/lib/a.py", "an earlier layer's")
    symlinkSync("lib", join(from, "lib64"))
    for (const _ of ["once", "again"]) execFileSync("python3", [PROGRAM, from, to])
    expect(readFileSync(join(to, "lib/a.py"), "utf8")).toBe("an earlier layer's")
    expect(statSync(join(to, "lib64/deep/b.py")).ino).toBe(
      statSync(join(from, "lib/deep/b.py")).ino,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
