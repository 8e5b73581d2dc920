import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { dependencyCheck, undeclared } from "../../../ci/src/dependencies/index.js"
import type { Files } from "./repository.js"
import { configOf, factsOf, service } from "./repository.js"

const shared = { name: "shared", path: "libs/shared" }
const libraryFiles: Files = {
  "libs/shared/shared/__init__.py": "",
  "libs/shared/shared/elo.py": "",
  "libs/shared/tests/test_elo.py": "",
}

/** What is reported for the first service, or for the library if `of` says so. */
function report(
  files: Files,
  services: object[] = [service("api")],
  { libraries = [shared] as object[], pipeline = "", of = "api" } = {},
) {
  const config = configOf(services, libraries, pipeline)
  const owner = [...config.services, ...config.libraries].find(({ name }) => name === of)
  if (!owner) throw new Error(`the test has no ${of}`)
  return undeclared(config, owner, factsOf({ ...libraryFiles, ...files }))
}

function places(...args: Parameters<typeof report>) {
  return report(...args).map(({ file, line, uses }) => `${file}:${line} ${uses.join(" ")}`)
}

const fromRepository = { dockerfile: "Dockerfile", build: { context: "/" } }

function withDockerfile(lines: string[], more: Record<string, unknown> = {}) {
  const text = ["FROM a", ...lines].join("\n")
  return [
    { "services/api/Dockerfile": text, "services/api/main.py": "", "services/jobs/main.py": "" },
    [service("api", { ...fromRepository, ...more }), service("jobs")],
  ] satisfies [Files, object[]]
}

describe("Dockerfiles", () => {
  const file = "services/api/Dockerfile"

  it.each<[string, string[], string[]]>([
    ["its own files", ["COPY services/api /app"], []],
    ["a library", ["COPY libs/shared/shared /app/shared"], [`${file}:2 shared`]],
    ["another service", ["RUN x", "ADD services/jobs/main.py /x"], [`${file}:3 jobs`]],
    ["a mount", ["RUN --mount=source=libs/shared,target=/s x"], [`${file}:2 shared`]],
    ["a pattern", ["COPY libs/*/shared/elo.py /"], [`${file}:2 shared`]],
    ["the whole repository", ["COPY . /app"], [`${file}:2 shared jobs`]],
    ["a variable", ["ARG LIB=shared", "COPY libs/$LIB /"], [`${file}:3 shared`]],
    ["what is not there", ["COPY libs/none /"], []],
    ["a stage", ["FROM a AS b", "COPY --from=0 libs/shared /"], []],
  ])("%s", (_, lines, expected) => {
    expect(places(...withDockerfile(lines))).toEqual(expected)
  })

  it.each<[string, Record<string, unknown>]>([
    ["depends_on", { depends_on: ["shared"] }],
    ["inputs", { inputs: ["libs/shared/**"] }],
    ["depends_on of a dependency", { depends_on: ["jobs"] }],
  ])("accepts what %s declares", (_, more) => {
    const [files] = withDockerfile(["COPY libs/shared /"])
    const services = [
      service("api", { ...fromRepository, ...more }),
      service("jobs", { depends_on: ["shared"] }),
    ]
    expect(report(files, services)).toEqual([])
  })

  it("accepts files that concern everybody, or nobody", () => {
    const [files, services] = withDockerfile(["COPY libs/shared/shared/elo.py root.txt /"])
    const more = { ...files, "root.txt": "" }
    const global = { pipeline: "changes: {global: ['libs/**']}" }
    const ignore = { pipeline: "changes: {ignore: ['libs/**']}" }
    expect(report(more, services, global)).toEqual([])
    expect(report(more, services, ignore)).toEqual([])
  })

  it("wants an input for a file of nobody that another service claims", () => {
    const [files, [api]] = withDockerfile(["COPY proto/game.proto /"])
    const services = [api ?? {}, service("jobs", { inputs: ["proto/**"] })]
    const [issue] = report({ ...files, "proto/game.proto": "" }, services)
    expect(issue?.declaration).toBe('"inputs": ["proto/game.proto"]')
  })

  it("leaves out what .dockerignore leaves out, and prefers the Dockerfile's own", () => {
    const [files, services] = withDockerfile(["COPY . /app"])
    const root = { ...files, ".dockerignore": "libs\nservices/jobs" }
    expect(report(root, services)).toEqual([])
    expect(places({ ...root, "services/api/Dockerfile.dockerignore": "libs" }, services)).toEqual([
      `${file}:2 jobs`,
    ])
  })

  it("sees only paths that climb out when the context is the service", () => {
    const files = { "services/api/Dockerfile": "FROM a\nCOPY . /app\nCOPY ../../libs/shared /s" }
    expect(places(files, [service("api", { dockerfile: "Dockerfile" })])).toEqual([
      `${file}:3 shared`,
    ])
  })

  it("reads only the stages of the target", () => {
    const [files, services] = withDockerfile(["FROM b AS small", "RUN x", "FROM c", "COPY . /"], {
      build: { context: "/", target: "small" },
    })
    expect(report(files, services)).toEqual([])
  })
})

describe("Python", () => {
  const file = "services/api/main.py"

  it.each<[string, string, string[]]>([
    ["a package of a library", "import shared.elo", [`${file}:1 shared`]],
    ["a name of it", "x = 1\nfrom shared import elo", [`${file}:2 shared`]],
    ["a path from the root", "from libs.shared.shared import elo", [`${file}:1 shared`]],
    ["a relative path", "from ...libs.shared.shared import elo", [`${file}:1 shared`]],
    ["another service's package", "import jobs_app.run", [`${file}:1 jobs`]],
    ["a folder of many owners", "import services", []],
    ["its own module", "import helpers\nfrom . import helpers", []],
    ["the standard library", "import json, os.path", []],
    ["the package index", "import fastapi", []],
    ["tests", "import tests.x", []],
    ["a text", '"import shared"', []],
  ])("%s", (_, text, expected) => {
    const files = {
      [file]: text,
      "services/api/helpers.py": "",
      "services/jobs/jobs_app/__init__.py": "",
      "services/jobs/jobs_app/run.py": "",
    }
    expect(places(files, [service("api"), service("jobs")])).toEqual(expected)
  })

  it("lets the service's own modules win", () => {
    expect(report({ [file]: "import shared", "services/api/shared.py": "" })).toEqual([])
    expect(report({ [file]: "import shared", "services/api/src/shared/x.py": "" })).toEqual([])
  })

  it.each([
    ["requirements.txt", "shared==1.0", 0],
    ["requirements.txt", "-e ../../libs/shared", 1],
    ["requirements.txt", "shared @ file:../../libs/shared", 1],
    ["pyproject.toml", 'dependencies = ["shared>=1"]', 0],
    ["pyproject.toml", 'dependencies = ["shared"]', 1],
  ])("takes a name in %s for the package index's: %s", (manifest, text, count) => {
    const files = { [file]: "import shared", [`services/api/${manifest}`]: text }
    expect(report(files)).toHaveLength(count)
  })

  it("says nothing about a name that several services have", () => {
    const services = [service("api"), service("one"), service("two")]
    const files = {
      [file]: "import app",
      "services/one/app/__init__.py": "",
      "services/two/app/__init__.py": "",
    }
    expect(report(files, services)).toEqual([])
  })

  it("checks libraries too", () => {
    const libraries = [shared, { name: "base", path: "libs/base" }]
    const files = { "libs/base/base.py": "", "libs/shared/shared/elo.py": "import base" }
    expect(places(files, [service("api")], { libraries, of: "shared" })).toEqual([
      "libs/shared/shared/elo.py:1 base",
    ])
  })
})

describe("symbolic links", () => {
  it.each<[string, Files, string[]]>([
    ["to a folder", { "services/api/s": "->../../libs/shared" }, ["services/api/s:1 shared"]],
    [
      "to a file",
      { "services/api/e": "->../../libs/shared/shared/elo.py" },
      ["services/api/e:1 shared"],
    ],
    [
      "through another",
      { "services/api/s": "->../../link/shared", link: "->libs" },
      ["services/api/s:1 shared"],
    ],
    ["to its own files", { "services/api/s": "->main.py" }, []],
    ["out of the repository", { "services/api/s": "->../../../x", "services/api/t": "->/etc" }, []],
    ["in a circle", { "services/api/s": "->../../t", t: "->services/api/s" }, []],
  ])("%s", (_, files, expected) => {
    expect(places({ ...files, "services/api/main.py": "" })).toEqual(expected)
  })
})

describe("the report", () => {
  it("names what is used, where, and the whole line to write", () => {
    const [files] = withDockerfile(["COPY libs/shared /", "COPY services/jobs /"])
    const services = [
      service("api", { ...fromRepository, depends_on: ["other"] }),
      service("jobs"),
      service("other"),
    ]
    const issues = report(files, services)
    expect(issues.map(({ declaration }) => declaration)).toEqual([
      '"depends_on": ["other", "jobs", "shared"]',
      '"depends_on": ["other", "jobs", "shared"]',
    ])
    expect(issues[0]).toMatchObject({
      severity: "error",
      owner: "api",
      message:
        "COPY libs/shared uses shared, which service api does not declare, " +
        "so changes there would not test it",
      fix: 'services.json:12: in service "api" write "depends_on": ["other", "jobs", "shared"]',
    })
  })

  it("counts instead of listing many names", () => {
    const names = ["b", "c", "d", "e", "f"]
    const [files] = withDockerfile(["COPY services /"])
    for (const name of names) Object.assign(files, { [`services/${name}/x`]: "" })
    const services = [service("api", fromRepository), ...names.map((name) => service(name))]
    const [issue] = report(files, services)
    expect(issue?.uses).toEqual(names)
    expect(issue?.message).toContain("uses b, c, d and 2 more")
  })

  it("is empty once every declaration it asks for is written", () => {
    const targets = ["libs/shared", "services/jobs", "services/jobs/main.py", "libs", "services"]
    fc.assert(
      fc.property(fc.subarray(targets, { minLength: 1 }), (paths) => {
        const [files, services] = withDockerfile(paths.map((path) => `COPY ${path} /`))
        const [issue] = report(files, services)
        const [, list = "[]"] = /: (\[.*\])/.exec(issue?.declaration ?? "") ?? []
        const declared = service("api", { ...fromRepository, depends_on: JSON.parse(list) })
        expect(issue).toBeDefined()
        expect(report(files, [declared, service("jobs")])).toEqual([])
      }),
    )
  })

  it("checks many services with one reading of the repository", () => {
    const services = Array.from({ length: 50 }, (_, index) => service(`s${index}`))
    const config = configOf(services, [shared])
    const files = Object.fromEntries(
      services.map(({ name }) => [`services/${name}/main.py`, "import shared"]),
    )
    const check = dependencyCheck(config, factsOf({ ...libraryFiles, ...files }))
    expect(config.services.flatMap((owner) => check.undeclared(owner))).toHaveLength(50)
  })
})
