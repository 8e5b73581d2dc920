import { describe, expect, it } from "vitest"
import { propose } from "../../../ci/adopt/propose.js"
import { daggerText, pipelineText, servicesText, workflowText } from "../../../ci/adopt/texts.js"
import { formatIssues, parseConfig } from "../../../ci/src/config/index.js"
import { fixture, treeOf } from "./tree.js"

/*
 * What `init` proposes for monorepos by their shape. After a change,
 * `npx vitest run --project unit test/unit/adopt --update` writes the expected files anew: read them.
 */
const SHAPES = ["compose", "go", "nx", "polyglot", "turborepo"]

const PYTHON = { "requirements.txt": "", Dockerfile: "FROM python:3.11-slim\n" }

/** The files of a folder. */
function under(folder: string, texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`${folder}/${name}`, text]),
  )
}

function service(texts: Record<string, string>, name: string) {
  return propose(treeOf(texts)).services.find((each) => each.name === name)
}

describe("a monorepo of the shape", () => {
  it.each(SHAPES)("%s gets services.json and notes", async (shape) => {
    const { services, libraries, global, notes } = propose(fixture(shape))
    const found = { services, libraries, global, notes }
    await expect(`${JSON.stringify(found, null, 2)}\n`).toMatchFileSnapshot(
      `expected/${shape}.json`,
    )
  })

  it.each(SHAPES)("%s gets files without a fault", (shape) => {
    const proposal = propose(fixture(shape))
    const { issues, warnings } = parseConfig({
      services: { path: "services.json", text: servicesText(proposal, undefined) },
      pipeline: { path: "pipeline.yaml", text: pipelineText(proposal, undefined) },
    })
    expect(formatIssues([...issues, ...warnings])).toBe("")
  })
})

describe("a Dockerfile", () => {
  it("with COPY lines from the root is built from the root", () => {
    const texts = under("services/api", {
      ...PYTHON,
      Dockerfile: "FROM python:3.11-slim\nCOPY services/api/main.py .\n",
      "main.py": "",
    })
    expect(service(texts, "api")).toMatchObject({ build: { context: "/" } })
  })

  it("in a folder of Dockerfiles belongs to the folder it is named after", () => {
    const texts = {
      ...under("services/user_api", { "main.py": "", "requirements.txt": "" }),
      "docker/user-api.Dockerfile": "FROM python:3.11-slim\n",
      "docker/worker/Dockerfile": "FROM python:3.11-slim\n",
      ...under("services/worker", { "main.py": "", "requirements.txt": "" }),
    }
    const { services } = propose(treeOf(texts))
    expect(services.map(({ name, dockerfile }) => [name, dockerfile])).toEqual([
      ["user_api", "/docker/user-api.Dockerfile"],
      ["worker", "/docker/worker/Dockerfile"],
    ])
  })

  it("for development is no service", () => {
    const texts = under("services/api", { ...PYTHON, "Dockerfile.dev": "FROM python:3.11\n" })
    expect(propose(treeOf(texts)).services).toMatchObject([{ dockerfile: "Dockerfile" }])
  })

  it("of another name is taken, as Dockerfile.nats", () => {
    const texts = under("services/api", {
      "requirements.txt": "",
      "Dockerfile.nats": "FROM python:3.11-slim\n",
    })
    expect(service(texts, "api")).toMatchObject({ dockerfile: "Dockerfile.nats" })
  })

  it("tells the language where a frontend's package.json lies beside", () => {
    const texts = under("web", {
      "package.json": "{}",
      "app.py": "",
      Dockerfile: "FROM python:3.11-slim\nCOPY app.py .\n",
    })
    expect(service(texts, "web")).toMatchObject({ language: "python" })
  })
})

describe("what services share", () => {
  it("is a library when a Python service imports it, with or without a manifest", () => {
    const texts = {
      ...under("services/api", { ...PYTHON, "main.py": "from common import clock\n" }),
      ...under("libs/common", { "common/__init__.py": "", "common/clock.py": "" }),
    }
    expect(service(texts, "api")).toMatchObject({ depends_on: ["common"] })
  })

  it("is followed from library to library", () => {
    const texts = {
      ...under("services/api", { ...PYTHON, "requirements.txt": "-e ../../libs/one\n" }),
      "libs/one/pyproject.toml": '[project]\nname = "one"\ndependencies = ["two"]\n',
      "libs/two/pyproject.toml": '[project]\nname = "two"\n',
    }
    const { services, libraries } = propose(treeOf(texts))
    expect([...services, ...libraries].map((each) => [each.name, each.depends_on])).toEqual([
      ["api", ["one"]],
      ["one", ["two"]],
      ["two", undefined],
    ])
  })

  it("is found by poetry's and uv's paths", () => {
    const texts = {
      ...under("services/a", {
        Dockerfile: "FROM python:3.11\n",
        "pyproject.toml":
          '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nx = {path = "../../libs/x"}\n',
      }),
      ...under("services/b", {
        Dockerfile: "FROM python:3.11\n",
        "pyproject.toml": '[project]\nname = "b"\n[tool.uv.sources]\nx = {path = "../../libs/x"}\n',
      }),
      "libs/x/pyproject.toml": '[project]\nname = "the-x"\n',
    }
    const { services } = propose(treeOf(texts))
    expect(services.map((each) => each.depends_on)).toEqual([["x"], ["x"]])
  })

  it("is found by the aliases of a tsconfig, as Nx writes them", () => {
    const texts = {
      "nx.json": "{}",
      "tsconfig.base.json":
        '{"compilerOptions": {"paths": {"@acme/ui": ["libs/ui/src/index.ts"]}}}',
      "apps/web/project.json": '{"name": "web", "projectType": "application"}',
      "apps/web/src/main.ts": 'import { Button } from "@acme/ui"\n',
      "libs/ui/project.json": '{"name": "ui", "projectType": "library"}',
      "libs/ui/src/index.ts": "export const Button = 1\n",
    }
    expect(service(texts, "web")).toMatchObject({ depends_on: ["ui"], language: "node" })
  })

  it("is found by replaced modules of Go", () => {
    const texts = {
      "services/api/go.mod":
        "module example.com/api\nrequire example.com/kit v0.0.0\nreplace example.com/kit => ../../libs/kit\n",
      "services/api/Dockerfile": "FROM golang:1.26\n",
      "services/api/main.go": "package main\n",
      "libs/kit/go.mod": "module example.com/kit\n",
      "libs/kit/kit.go": "package kit\n",
    }
    expect(service(texts, "api")).toMatchObject({ depends_on: ["kit"] })
  })
})

describe("path filters", () => {
  const workflow = (filters: string) =>
    `jobs:\n  changes:\n    steps:\n      - uses: dorny/paths-filter@v3\n        with:\n          filters: |\n${filters.replace(/^/gm, "            ")}`

  it("give names, inputs, and what concerns every service", () => {
    const texts = {
      ...under("src/one", PYTHON),
      ...under("src/two", PYTHON),
      "schema/a.json": "{}",
      "proto/x.proto": "",
      ".github/workflows/ci.yml": workflow(
        "first: ['src/one/**', 'proto/**', 'schema/**']\nsecond:\n  - 'src/two/**'\n  - schema/**",
      ),
    }
    const { services, global } = propose(treeOf(texts))
    expect(services.map(({ name, inputs }) => [name, inputs])).toEqual([
      ["first", ["proto/**"]],
      ["second", undefined],
    ])
    expect(global).toEqual(["schema/**"])
  })

  it("are read from their file", () => {
    const texts = {
      ...under("src/one", PYTHON),
      "proto/x.proto": "",
      ".github/filters.yml": "one:\n  - src/one/**\n  - added|modified: proto/**\n",
    }
    expect(service(texts, "one")).toMatchObject({ inputs: ["proto/**"] })
  })
})

describe("a workflow's matrix", () => {
  it("gives names and the command of the tests", () => {
    const texts = {
      ...under("services/api", { ...PYTHON, "tests/test_a.py": "" }),
      ".github/workflows/test.yml": `jobs:
  test:
    strategy: { matrix: { service: [api] } }
    steps:
      - run: pip install -r requirements.txt
      - run: cd services/\${{ matrix.service }} && poetry run pytest -x tests
`,
    }
    expect(service(texts, "api")).toMatchObject({ test_command: "pytest -x tests" })
  })
})

describe("nothing", () => {
  it("is proposed for a repository without services", () => {
    expect(propose(treeOf({ "README.md": "# Words\n" }))).toMatchObject({ services: [] })
  })

  it("is taken from installed packages, fixtures, or the pipeline's own copy", () => {
    const texts = {
      ...under("node_modules/x", PYTHON),
      ...under("test/fixtures/y", PYTHON),
      ...under("tools/pipeline", {
        "engine/launcher/main.mjs": "",
        ...under("examples/z", PYTHON),
      }),
    }
    expect(propose(treeOf(texts)).services).toEqual([])
  })

  it("stops at files that can't be read", () => {
    const texts = {
      ...under("services/api", PYTHON),
      "services/api/pyproject.toml": "[",
      "package.json": "{",
      "docker-compose.yml": "services: [",
      ".github/workflows/ci.yml": "jobs: {a: {steps: 3}}",
      "go.mod": "",
    }
    expect(propose(treeOf(texts)).services).toMatchObject([{ name: "api" }])
  })
})

describe("the texts", () => {
  it("name the pipeline by a commit, or by a folder", () => {
    const pin = { source: "https://example.com/pipeline.git@v1.0.0", pin: "a".repeat(40) }
    expect(JSON.parse(daggerText(pin, "v0.19.10"))).toEqual({
      name: "pipeline",
      engineVersion: "v0.19.10",
      blueprint: { name: "pipeline", ...pin },
    })
    expect(daggerText({ source: "./tools/pipeline" }, "v0.19.10")).not.toContain('pin"')
  })

  it("run the workflow for the repository's own main branch", () => {
    expect(workflowText("on:\n  push:\n    branches: [main]\n", "trunk")).toContain("[trunk]")
  })
})
