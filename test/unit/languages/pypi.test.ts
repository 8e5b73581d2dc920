import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { pythonDependencies } from "../../../ci/src/languages/python/dependencies.js"
import { FOLLOW_PYPI, mayNameIndex } from "../../../ci/src/languages/python/pypi.js"
import { project } from "./repository.js"

describe("PyPI's answers are kept as long as PyPI says", () => {
  it.each<[string, string]>([
    ["packages alone", "flask==3.0 \\\n    --hash=sha256:aa\nredis\n"],
    ["files of the repository", "-r base.txt\n-c ../constraints.txt\n-e ../../libs/shared\n"],
    ["what leads to no index", "--pre\n--no-binary :all:\nflask @ https://example.com/flask.whl\n"],
    ["a project", '[project]\nname = "a"\ndependencies = ["uv", "index-url"]\n'],
    ["a lock", 'source = { registry = "https://pkgs.example/simple" }\n'],
  ])("with %s", (_, text) => {
    expect(mayNameIndex([text])).toBe(false)
  })

  it.each<[string, string]>([
    ["an index", "flask\n--index-url https://pkgs.example/simple\n"],
    ["an index, in short", "  -ihttps://pkgs.example/simple\n"],
    ["one more index", "--extra-index-url=https://pkgs.example/simple\n"],
    ["links", "-f wheels\n"],
    ["no index", "--no-index\n"],
    ["requirements from an address", "-r https://example.com/base.txt\n"],
    ["constraints from an address", "--constraint=https://example.com/c.txt\n"],
    ["settings of uv", '[project]\nname = "a"\n\n[tool.uv]\nno-binary = true\n'],
    ["an index of uv's", '[[tool.uv.index]]\nurl = "https://pkgs.example/simple"\n'],
    ["a source of Poetry's", '[[tool.poetry.source]]\nname = "own"\n'],
    ["a source of PDM's", '[[tool.pdm.source]]\nname = "own"\n'],
  ])("not with %s", (_, text) => {
    expect(mayNameIndex(["flask==3.0\n", text])).toBe(true)
  })

  const follows = async (texts: Record<string, string>) => {
    const { first, ...plan } = await pythonDependencies(project(texts))
    return [first, plan].map((step) => step?.script.split("\n")[0] === FOLLOW_PYPI)
  }

  it("in each layer of a service that names no index", async () => {
    const path = "services/api/requirements.txt"
    expect(await follows({ [path]: "numpy==2.0\nflask==3.0\n" })).toEqual([true, true])
    const elsewhere = "-i https://pkgs.example/simple\nnumpy==2.0\n"
    expect(await follows({ [path]: elsewhere })).toEqual([false, false])
    // The tests' packages come from elsewhere: what is shipped first does not.
    expect(
      await follows({
        [path]: "numpy==2.0\n",
        "services/api/requirements-dev.txt": "--extra-index-url https://pkgs.example/simple\n",
      }),
    ).toEqual([true, false])
  })

  it("and not where the image has settings, or pip told no address", () => {
    const folder = mkdtempSync(join(tmpdir(), "pypi-test-"))
    try {
      const settings = join(folder, "pypi.toml")
      const script = FOLLOW_PYPI.replaceAll("/opt/tools/pypi.toml", settings)
      const shown = (env: Record<string, string>) =>
        execFileSync("sh", ["-ec", `${script}\necho "$UV_CONFIG_FILE"`], {
          env: { PATH: process.env["PATH"], HOME: "/nowhere", ...env },
          encoding: "utf8",
        }).trim()
      expect(shown({})).toBe("")
      writeFileSync(settings, "")
      expect(shown({})).toBe(settings)
      expect(shown({ UV_CONFIG_FILE: "/etc/own.toml" })).toBe("/etc/own.toml")
      for (const name of ["UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_FIND_LINKS"])
        expect(shown({ [name]: "https://pkgs.example/simple" })).toBe("")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
