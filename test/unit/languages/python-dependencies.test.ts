import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { pythonDependencies } from "../../../ci/src/languages/python/dependencies.js"
import { project } from "./repository.js"

const PYPROJECT = `[project]
name = "api"
version = "1"
description = "Talks"
requires-python = ">=3.11"
dependencies = ["httpx>=0.27"]

[dependency-groups]
test = ["pytest==8.3.3", { include-group = "lint" }]
lint = ["ruff==0.6"]

[tool.ruff]
line-length = 100
`

describe("what decides the packages of a Python service", () => {
  it.each<[string, Record<string, string>, boolean | undefined]>([
    ["nothing", { "services/api/app.py": "" }, false],
    ["comments", { "services/api/requirements.txt": "# none\n--no-binary :all:\n" }, false],
    ["requirements", { "services/api/requirements.txt": "# one\nflask==3\n" }, true],
    ["a project file", { "services/api/pyproject.toml": PYPROJECT }, true],
    ["tests only", { "services/api/requirements-dev.txt": "pytest==8\n" }, false],
    [
      "a lock, which only its program reads",
      { "services/api/pyproject.toml": PYPROJECT, "services/api/uv.lock": "" },
      undefined,
    ],
  ])("says whether it ships any: with %s", async (_, files, ships) => {
    expect((await pythonDependencies(project(files))).shipsPackages).toBe(ships)
  })

  it.each<[string, Record<string, string>, string | undefined]>([
    ["nothing", { "services/api/app.py": "" }, undefined],
    [
      "its requirements",
      { "services/api/requirements.txt": "", "requirements.txt": "" },
      "services/api/requirements.txt",
    ],
    [
      "a folder of requirements",
      { "services/api/requirements/prod.txt": "" },
      "services/api/requirements/prod.txt",
    ],
    [
      "its project file",
      { "services/api/pyproject.toml": PYPROJECT },
      "services/api/pyproject.toml",
    ],
    [
      "its requirements, when the project file is for tools only",
      { "services/api/pyproject.toml": PYPROJECT, "services/api/requirements.txt": "" },
      "services/api/requirements.txt",
    ],
    [
      "its setup.cfg",
      { "services/api/setup.cfg": "[options]\ninstall_requires =\n    flask\n" },
      "services/api/setup.cfg",
    ],
    [
      "requirements shared by services",
      { "requirements.txt": "", "services/api/app.py": "" },
      "requirements.txt",
    ],
    [
      "its lock, before its requirements",
      {
        "services/api/pyproject.toml": PYPROJECT,
        "services/api/uv.lock": "",
        "services/api/requirements.txt": "",
      },
      "services/api/uv.lock",
    ],
    [
      "the lock of the workspace it is a member of",
      {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["services/*"]\n',
        "uv.lock": "",
        "services/api/pyproject.toml": PYPROJECT,
      },
      "uv.lock",
    ],
    [
      "not the lock of a workspace it is no member of",
      {
        "pyproject.toml":
          '[tool.uv.workspace]\nmembers = ["services/*"]\nexclude = ["services/api"]\n',
        "uv.lock": "",
        "services/api/pyproject.toml": PYPROJECT,
      },
      "services/api/pyproject.toml",
    ],
    [
      "a Poetry lock",
      {
        "services/api/pyproject.toml": "[tool.poetry.dependencies]\n",
        "services/api/poetry.lock": "",
      },
      "services/api/poetry.lock",
    ],
    [
      "a PDM lock",
      { "services/api/pyproject.toml": PYPROJECT, "services/api/pdm.lock": "" },
      "services/api/pdm.lock",
    ],
  ])("%s", async (_, texts, manifest) => {
    const plan = await pythonDependencies(project(texts))
    expect(plan.problems).toEqual([])
    expect(plan.manifest).toBe(manifest)
  })
})

describe("the layer of a Python service", () => {
  const base = {
    "services/api/requirements.txt": "-r ../../base.txt\nflask==3.0\n",
    "services/api/requirements-dev.txt": "pytest==8.3.3\n",
    "base.txt": "redis==5.0\n",
  }

  it("is the same for services with the same manifests", async () => {
    const other = Object.fromEntries(
      Object.entries(base).map(([path, text]) => [
        path.replace("services/api", "services/b"),
        text,
      ]),
    )
    const one = await pythonDependencies(project(base))
    const two = await pythonDependencies(project(other, { name: "b", path: "services/b" }))
    expect({ ...two, manifest: one.manifest }).toEqual(one)
  })

  it.each([
    ["an own file", "services/api/app.py", "print()"],
    ["another service's requirements", "services/b/requirements.txt", "flask\n"],
    ["a comment", "base.txt", "\n# a queue\nredis==5.0  # it is\n\n"],
    [
      "the configuration of tools",
      "services/api/pyproject.toml",
      "[tool.ruff]\nline-length = 80\n",
    ],
  ])("stays with a change of %s", async (_, path, text) => {
    const before = await pythonDependencies(project(base))
    expect(await pythonDependencies(project({ ...base, [path]: text }))).toEqual(before)
  })

  it.each([
    ["its requirements", "services/api/requirements.txt", "-r ../../base.txt\nflask==3.1\n"],
    ["an included file", "base.txt", "redis==5.1\n"],
    ["the tests' requirements", "services/api/requirements-dev.txt", "pytest==8.3.4\n"],
  ])("changes with %s", async (_, path, text) => {
    const before = await pythonDependencies(project(base))
    const after = await pythonDependencies(project({ ...base, [path]: text }))
    expect([after.files, after.script]).not.toEqual([before.files, before.script])
  })

  it("stays with any change outside of what a lock's project file says about dependencies", async () => {
    const locked = (pyproject: string) =>
      pythonDependencies(
        project({
          "services/api/pyproject.toml": pyproject,
          "services/api/uv.lock": "version = 1\n",
        }),
      )
    const before = await locked(PYPROJECT)
    const edits = [
      PYPROJECT.replace("line-length = 100", "line-length = 88"),
      PYPROJECT.replace("Talks", "Talks more"),
      `${PYPROJECT}\n[tool.pytest.ini_options]\naddopts = "-q"\n`,
    ]
    for (const edit of edits) expect(await locked(edit)).toEqual(before)
    expect(await locked(PYPROJECT.replace("httpx>=0.27", "httpx>=0.28"))).not.toEqual(before)
  })

  it("keeps every path inside its own folder, however far manifests lead up", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 5 }),
        fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 5 }),
        async (service, shared) => {
          const path = service.join("/") || "."
          const own = path === "." ? "requirements.txt" : `${path}/requirements.txt`
          const include = [...shared, "shared.txt"].join("/")
          const up = service.map(() => "..").concat(include)
          const texts = { [own]: `-r ${up.join("/")}\n`, [include]: "flask\n" }
          const plan = await pythonDependencies(project(texts, { path }))
          expect(plan.problems).toEqual([])
          for (const file of Object.keys(plan.files)) expect(file).toMatch(/^\/opt\/dependencies\//)
          expect(Object.keys(plan.files)).toHaveLength(2)
        },
      ),
    )
  })
})

describe("what is installed", () => {
  it("has what libraries require, in the service's versions", async () => {
    const plan = await pythonDependencies(
      project(
        {
          "services/api/requirements.txt": "-e ../../libs/b\nflask==3.0\n",
          "libs/a/pyproject.toml":
            '[project]\nname = "a"\ndependencies = ["flask==2.0", "redis"]\n',
          "libs/b/setup.cfg": "[options]\ninstall_requires =\n  nats-py\n",
        },
        { libraries: ["libs/a"] },
      ),
    )
    const text = (name: string) => plan.files[`${plan.folder}/${name}`]
    expect(text("requirements-of-libraries.txt")?.trim().split("\n").sort()).toEqual([
      "flask==2.0",
      "nats-py",
      "redis",
    ])
    expect(text("versions-of-service.txt")).toBe("flask==3.0\n")
    expect(plan.script).toContain("--overrides versions-of-service.txt")
  })

  it("has groups and extras for tests only where tests run", async () => {
    const plan = await pythonDependencies(project({ "services/api/pyproject.toml": PYPROJECT }))
    expect(plan.files[`${plan.folder}/requirements-of-project.txt`]).toBe("httpx>=0.27\n")
    expect(plan.files[`${plan.folder}/requirements-of-tests.txt`]).toBe(
      "pytest==8.3.3\nruff==0.6\n",
    )
    const [shipped, tests] = plan.script
      .split("\n")
      .filter(
        (line) => line.includes("pip install -") || line.includes("pip install --no-progress"),
      )
    expect(shipped).not.toContain("requirements-of-tests.txt")
    expect(tests).toContain("requirements-of-tests.txt")
    expect(plan.warnings.join()).toContain("no lock file")
  })

  it("is a pytest of the pipeline's, when only the test command names one", async () => {
    const texts = { "services/api/requirements.txt": "flask==3.0\n" }
    expect((await pythonDependencies(project(texts))).script).toContain("pytest==")
    const unittest = project(texts, { testCommand: "python -m unittest" })
    expect((await pythonDependencies(unittest)).script).not.toContain("pytest")
  })
})

describe("manifests that can't be used", () => {
  it.each([
    [
      "pyproject.toml",
      '[project]\nname = "a\n',
      /services\/api\/pyproject\.toml:2: not valid TOML/,
    ],
    ["pyproject.toml", "[tool.poetry.dependencies]\n", /poetry lock/],
    [
      "requirements.txt",
      "-r gone.txt\n",
      /services\/api\/requirements\.txt:1: there is no file gone\.txt/,
    ],
  ])("name file and line: %s", async (name, text, problem) => {
    const { problems } = await pythonDependencies(project({ [`services/api/${name}`]: text }))
    expect(problems.join("\n")).toMatch(problem)
  })
})
