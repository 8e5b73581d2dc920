import { execFileSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest"

const PROGRAM = fileURLToPath(
  new URL("../../../ci/src/languages/python/compile_packages.py", import.meta.url),
)

let library: string
let tag: string
let folder: string

beforeAll(() => {
  const names =
    "import sys; print('python%d.%d' % sys.version_info[:2], sys.implementation.cache_tag)"
  const [version = "", cacheTag = ""] = python("-c", names).trim().split(" ")
  library = join("lib", version, "site-packages")
  tag = cacheTag
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pipeline-compile-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

function python(...args: string[]): string {
  return execFileSync("python3", args, { encoding: "utf8" })
}

function compile(...environments: string[]): void {
  python(PROGRAM, join(folder, "cache"), ...environments.map((name) => join(folder, name)))
}

/** Lays a package into an environment as an installer would, with a record of its files. */
function install(environment: string, name: string, files: Record<string, string>): void {
  const all = { ...files, [`${name}-1.0.dist-info/METADATA`]: `Name: ${name}\n` }
  const record = Object.keys(all).map((path) => `${quoted(path)},sha256=${name},1`)
  for (const [path, text] of Object.entries({
    ...all,
    [`${name}-1.0.dist-info/RECORD`]: `${record.join("\n")}\n`,
  })) {
    const target = join(folder, environment, library, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
}

function quoted(path: string): string {
  return path.includes(",") ? `"${path}"` : path
}

function compiled(environment: string, module: string): string {
  const name = basename(module, ".py")
  return join(folder, environment, library, dirname(module), "__pycache__", `${name}.${tag}.pyc`)
}

it("compiles what Python then takes, at the root of the packages and below", () => {
  install("shipped", "good", { "good/__init__.py": "A = 1\n", "single.py": "B = 2\n" })
  compile("shipped")
  for (const module of ["good/__init__.py", "single.py"])
    expect(existsSync(compiled("shipped", module))).toBe(true)
  // A compiled module that Python does not take would be written anew.
  const before = statSync(compiled("shipped", "single.py")).mtimeMs
  const packages = join(folder, "shipped", library)
  python("-c", `import sys; sys.path.insert(0, ${JSON.stringify(packages)}); import good, single`)
  expect(statSync(compiled("shipped", "single.py")).mtimeMs).toBe(before)
})

it("takes from the cache what was compiled before, byte for byte", () => {
  install("one", "good", { "good/__init__.py": "A = 1\n" })
  compile("one")
  const cached = readdirSync(join(folder, "cache"))
  install("two", "good", { "good/__init__.py": "A = 1\n" })
  compile("two")
  expect(readFileSync(compiled("two", "good/__init__.py"))).toEqual(
    readFileSync(compiled("one", "good/__init__.py")),
  )
  expect(readdirSync(join(folder, "cache"))).toEqual(cached)
})

it("compiles again what a damaged cache holds", () => {
  install("one", "good", { "good/__init__.py": "A = 1\n" })
  compile("one")
  for (const file of readdirSync(join(folder, "cache")))
    writeFileSync(join(folder, "cache", file), "cut off")
  install("two", "good", { "good/__init__.py": "A = 1\n" })
  compile("two")
  expect(existsSync(compiled("two", "good/__init__.py"))).toBe(true)
})

it("links in a second environment what the first has", () => {
  for (const name of ["shipped", "tests"])
    install(name, "good", { "good/__init__.py": "A = 1\n", "good/inner/x.py": "B = 2\n" })
  compile("shipped", "tests")
  for (const module of ["good/__init__.py", "good/inner/x.py"])
    expect(statSync(compiled("tests", module)).ino).toBe(statSync(compiled("shipped", module)).ino)
})

it("passes by modules of other Pythons, programs outside of the packages, and packages without a record", () => {
  install("shipped", "odd", {
    "odd/new.py": "this is no Python\n",
    "odd/a, b.py": "C = 3\n",
    "../../../bin/tool.py": "D = 4\n",
    "odd/data.txt": "",
  })
  mkdirSync(join(folder, "shipped", library, "bare-1.0.dist-info"))
  compile("shipped")
  expect(existsSync(compiled("shipped", "odd/a, b.py"))).toBe(true)
  expect(existsSync(compiled("shipped", "odd/new.py"))).toBe(false)
  expect(existsSync(join(folder, "shipped/bin/__pycache__"))).toBe(false)
})
