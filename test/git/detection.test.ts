import { mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { planChanges } from "../../ci/src/changes/planner.js"
import { kinds, names, service, SERVICES, Story } from "./story.js"

afterAll(() => Story.end(), 60_000)

const ALL = ["api", "billing", "plugin", "web", "worker"]

/** A change to the monorepo, whether committed or not, and the services it concerns. */
const changes: [what: string, change: (story: Story) => Story, affected: string[]][] = [
  ["nothing", (story) => story, []],
  [
    "a file of a service without dependents",
    (s) => s.write({ "services/web/main.py": "x" }),
    ["web"],
  ],
  [
    "a file of a service that others depend on",
    (s) => s.write({ "services/api/main.py": "x" }),
    ["api", "web"],
  ],
  [
    "a file of a library, through two dependencies",
    (s) => s.write({ "libs/common/common.py": "x" }),
    ["api", "web"],
  ],
  ["an input", (s) => s.write({ "proto/user.proto": "x" }), ["worker"]],
  ["a new input", (s) => s.write({ "proto/v2/deep.proto": "x" }), ["worker"]],
  [
    "a Dockerfile outside the service",
    (s) => s.write({ "docker/worker.Dockerfile": "x" }),
    ["worker"],
  ],
  [
    "the ignore file of that Dockerfile",
    (s) => s.write({ "docker/worker.Dockerfile.dockerignore": "x" }),
    ["worker"],
  ],
  [
    "a .dockerignore in the service",
    (s) => s.write({ "services/web/.dockerignore": "x" }),
    ["web"],
  ],
  [
    "a file of a nested service",
    (s) => s.write({ "services/billing/plugins/tax/main.py": "x" }),
    ["billing", "plugin"],
  ],
  [
    "a file beside a nested service",
    (s) => s.write({ "services/billing/plugins/other.py": "x" }),
    ["billing"],
  ],
  ["a deleted file", (s) => s.remove("services/web/main.py"), ["web"]],
  [
    "a file moved from one service to another",
    (s) => s.move("services/web/main.py", "services/worker/web.py"),
    ["web", "worker"],
  ],
  ["a mode", (s) => s.makeExecutable("services/web/main.py"), ["web"]],
  [
    "a file that became a link",
    (s) => s.remove("services/web/main.py").link("services/web/main.py", "elsewhere"),
    ["web"],
  ],
  ["a file of nobody", (s) => s.write({ "tools/script.sh": "x" }), ALL],
  [
    "a folder whose name begins like a service's",
    (s) => s.write({ "services/web-2/main.py": "x" }),
    ALL,
  ],
  [
    "names that a shell or a line reader would trip over",
    (s) => s.write(hostile("services/web/")),
    ["web"],
  ],
]

describe.each([
  ["committed", (story: Story) => story.branch("feature"), (story: Story) => story.commit()],
  ["staged", (story: Story) => story, (story: Story) => story.stage()],
  ["in the worktree", (story: Story) => story, (story: Story) => story],
])("a change %s", (_, before, after) => {
  test.each(changes)("%s", async (__, change, affected) => {
    const plan = await after(change(before(Story.begin()))).plan()
    expect(names(plan)).toEqual(affected)
    expect(plan.skipped.map(({ name }) => name)).toEqual(
      ALL.filter((name) => !affected.includes(name)),
    )
  })
})

/** Names that are legal in git and dangerous everywhere else. */
function hostile(folder: string): Record<string, string> {
  const evil = [
    "a\nb.py",
    'quo"te.py',
    "$(touch pwned).py",
    "-rf",
    "--help",
    "ünï.py",
    "tab\there",
    " ",
    "a\\b",
    "*",
    "[x]",
    "; rm",
  ]
  return Object.fromEntries(evil.map((name) => [`${folder}${name}`, "x"]))
}

describe("names", () => {
  test("every hostile name comes back as it is", async () => {
    const files = hostile("services/web/")
    const facts = await Story.begin().branch("feature").write(files).commit().facts()
    expect(facts.files.map(({ path }) => path)).toEqual(Object.keys(files).sort())
  })

  test("bytes that are not text survive JSON and still find their service", async () => {
    const name = Buffer.concat([
      Buffer.from("services/web/"),
      Buffer.from([0xff, 0x41, 0xc3, 0x28]),
    ])
    const story = Story.begin().branch("feature").writeBytes(name).commit()
    const facts = JSON.parse(JSON.stringify(await story.facts()))
    expect(facts.files[0].path).toBe("services/web/\udcffA\udcc3(")
    expect(names(await story.plan())).toEqual(["web"])
  })

  test("a service may have a folder with special characters", async () => {
    const folder = "services/[web] (new) {1}"
    const story = Story.begin().config(({ services }) =>
      services.push(service("odd", { path: folder, ignore: ["*.md"] })),
    )
    story
      .write({ [`${folder}/main.py`]: "x" })
      .commit()
      .branch("feature")
    expect(names(await story.write({ [`${folder}/README.md`]: "x" }).plan())).toEqual([])
    expect(names(await story.write({ [`${folder}/main.py`]: "y" }).plan())).toEqual(["odd"])
  })
})

describe("links", () => {
  test("a link into a library stands for the library's files", async () => {
    const story = Story.begin()
      .link("services/worker/shared", "../../libs/common")
      .commit()
      .branch("feature")
    const plan = await story.write({ "libs/common/common.py": "x" }).commit().plan()
    expect(names(plan)).toEqual(["api", "web", "worker"])
    expect(kinds(plan, "worker")).toEqual(["symlink"])
  })

  test("links are followed through one another, and circles end", async () => {
    const story = Story.begin()
      .link("services/worker/first", "../../libs/second")
      .link("libs/second", "common")
      .link("services/worker/loop", "loop")
      .link("services/worker/outside", "../../../elsewhere")
      .commit()
    const plan = await story.write({ "libs/common/common.py": "x" }).plan()
    expect(kinds(plan, "worker")).toEqual(["symlink"])
  })

  test("a service whose folder is a link owns what it leads to", async () => {
    const story = Story.begin().config(({ services }) => services.push(service("linked")))
    story.write({ "impl/linked/main.py": "x" }).link("services/linked", "../impl/linked").commit()
    expect(names(await story.write({ "impl/linked/main.py": "y" }).plan())).toEqual(["linked"])
  })
})

describe("submodules", () => {
  function withSubmodule(): { story: Story; inner: Story } {
    const inner = Story.begin({ files: { "lib.py": "1" } })
    const story = Story.begin().config(({ services }) =>
      services.push(
        service("vendored", { path: "vendor/lib/service" }),
        service("user", { inputs: ["vendor/lib/src/*.py"] }),
      ),
    )
    story.git("submodule", "--quiet", "add", inner.folder, "vendor/lib")
    return { story: story.commit(), inner }
  }

  test("a bump concerns everything inside and everyone who uses a file of it", async () => {
    const { story } = withSubmodule()
    const library = story.from(story.path("vendor/lib")).write({ "lib.py": "2" }).commit()
    const plan = await story.plan()
    expect(names(plan)).toEqual(["user", "vendored"])
    story.branch("feature").commit()
    expect(await story.plan()).toMatchObject({ services: plan.services })
    expect((await story.facts()).files).toEqual([
      { path: "vendor/lib", status: "M", sources: ["committed"], types: ["submodule"] },
    ])
    expect(library.sha()).not.toBe("")
  })

  test("an uncommitted edit inside counts", async () => {
    const { story } = withSubmodule()
    story.write({ "vendor/lib/lib.py": "3" })
    expect(names(await story.plan())).toEqual(["user", "vendored"])
  })

  test("without the configuration files, as in the engine", async () => {
    const { story } = withSubmodule()
    story.remove(".git/config", ".git/modules/vendor/lib/config")
    expect(names(await story.plan())).toEqual([])
    story.write({ "vendor/lib/lib.py": "3" })
    expect(await story.plan()).toMatchObject({
      services: [{ name: "user" }, { name: "vendored" }],
      warnings: [{}],
    })
  })

  test("whose own git folder did not travel along is a warning, not an error", async () => {
    const { story } = withSubmodule()
    const { warnings } = await story
      .remove(".git/modules")
      .write({ "services/web/main.py": "x" })
      .facts()
    expect(warnings).toEqual(
      expect.arrayContaining([expect.stringContaining("inside submodules are not seen")]),
    )
  })

  test("a submodule that was not fetched is not a change", async () => {
    const { story } = withSubmodule()
    expect(names(await story.clone().plan())).toEqual([])
  })

  test("run inside a submodule, the submodule is the repository", async () => {
    const { story } = withSubmodule()
    const facts = await story.from(story.path("vendor/lib")).write({ "new.py": "x" }).facts()
    expect(facts.files.map(({ path }) => path)).toEqual(["new.py"])
  })
})

describe("uncommitted files", () => {
  test("all kinds of changes of one path are one file", async () => {
    const story = Story.begin().branch("feature")
    story.write({ "services/web/main.py": "1" }).commit()
    story.write({ "services/web/main.py": "2" }).stage().write({ "services/web/main.py": "3" })
    story.write({ "services/web/new.py": "", "services/web/x.log": "" })
    const facts = await story.facts()
    expect(facts.files).toEqual([
      { path: "services/web/main.py", status: "M", sources: ["committed", "staged", "worktree"] },
      { path: "services/web/new.py", status: "A", sources: ["untracked"] },
    ])
    expect(facts.dirty).toEqual({ staged: 1, worktree: 1, untracked: 1 })
  })

  test("an ignored file is not a change", async () => {
    const plan = await Story.begin().write({ "tools/debug.log": "x" }).plan()
    expect(plan).toMatchObject({ files: 0, services: [] })
  })

  test("a head that was asked for, or an event, leaves them out", async () => {
    const story = Story.begin().write({ "services/web/main.py": "x" })
    expect(await story.facts({ head: "main" })).toMatchObject({ files: [], dirty: null })
    expect(await story.facts({ local: false })).toMatchObject({ files: [], dirty: null })
  })

  test("a conflict counts", async () => {
    const story = Story.begin().branch("feature").write({ "services/web/main.py": "ours" }).commit()
    story.checkout("main").branch("other").write({ "services/web/main.py": "theirs" }).commit()
    expect(() => story.merge("feature")).toThrow()
    expect((await story.facts()).files).toMatchObject([
      { path: "services/web/main.py", status: "U" },
    ])
  })

  test("files that were not uploaded are not deleted, unless they don't match", async () => {
    const story = Story.begin()
      .write({ "services/web/big.bin": "x", "services/web/keep.bin": "x" })
      .commit()
    story.remove("services/web/big.bin", "services/web/keep.bin", "services/api/main.py")
    const facts = await story.facts({ uploadIgnore: ["**/*.bin", "!services/web/keep.bin"] })
    expect(facts.warnings).toContainEqual(
      expect.stringContaining('"services/web/big.bin" did not travel'),
    )
    expect(facts.files.map(({ path }) => path)).toEqual([
      "services/api/main.py",
      "services/web/keep.bin",
    ])
  })

  test("the user's own ignore file counts where it was given", async () => {
    const story = Story.begin().write({ ".idea/workspace.xml": "x" })
    expect((await story.plan({ globalIgnore: ".idea/\n" })).services).toEqual([])
    expect((await story.plan()).all).toMatchObject({ code: "unowned" })
  })
})

describe("places", () => {
  test("a subfolder sees the whole repository", async () => {
    const story = Story.begin().write({ "services/web/main.py": "x" })
    const inner = story.from(story.path("services/api"))
    expect(await inner.facts()).toEqual(await story.facts())
  })

  test("a linked worktree sees its own files", async () => {
    const story = Story.begin().write({ "services/web/main.py": "x" })
    story.git("worktree", "add", "--quiet", "-b", "feature", "../linked")
    const linked = story.from(story.path("../linked")).write({ "services/api/main.py": "x" })
    expect(names(await linked.plan())).toEqual(["api", "web"])
    expect((await linked.facts()).head.ref).toBe("feature")
    expect((await linked.facts()).files).toHaveLength(1)
  })

  test("a repository that arrived without its configuration", async () => {
    const story = Story.begin().branch("feature").write({ "services/web/main.py": "x" }).commit()
    story.remove(".git/config").write({ "services/billing/main.py": "x" })
    expect(names(await story.plan())).toEqual(["billing", "web"])
  })

  test.each([true, false])("a SHA-256 repository (with its configuration: %s)", async (config) => {
    const story = Story.begin({ objectFormat: "sha256" }).branch("feature")
    story.write({ "services/web/main.py": "x" }).commit().write({ "services/billing/main.py": "x" })
    const expected = await story.facts()
    if (!config) story.remove(".git/config")
    expect(await story.facts()).toEqual(expected)
    expect(expected.base.sha).toHaveLength(64)
    expect(expected.files).toHaveLength(2)
  })

  describe("a partial clone without file contents", () => {
    function partialClone(): Story {
      const origin = Story.begin().branch("feature").write({ "services/web/main.py": "x" }).commit()
      origin.config(({ services }) => services.push(service("added"))).commit()
      origin.git("config", "uploadpack.allowFilter", "true")
      origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
      return origin.clone("--filter=blob:none")
    }

    test("fetches the one old file that is needed", async () => {
      const plan = await partialClone().plan({ base: "origin/main" })
      expect(names(plan)).toEqual(["added", "web"])
    })

    test("runs everything when that file can't be fetched", async () => {
      const clone = partialClone()
      clone.git("remote", "set-url", "origin", "/nowhere")
      const plan = await clone.plan({ base: "origin/main" })
      expect(plan.all).toMatchObject({ code: "config" })
      expect(kinds(plan, "web")).toEqual(["own-file", "config"])
    })

    test("needs no remote when the configuration is the same", async () => {
      const clone = partialClone()
      clone.git("remote", "set-url", "origin", "/nowhere")
      expect(names(await clone.plan({ base: "origin/main", head: "HEAD~1" }))).toEqual(["web"])
    })
  })

  test("files without history: everything runs, and strictness refuses", async () => {
    const archive = Story.begin()
    const config = archive.currentConfig()
    const facts = await archive.remove(".git").facts()
    const plan = planChanges(facts, config)
    expect(names(plan)).toEqual(ALL)
    expect(plan.warnings[0]).toContain("not a git repository")
    expect(await archive.gather({ strictBase: true })).toMatchObject({ ok: false, code: 3 })
  })

  test("no repository, a bare one, a link that leads nowhere", async () => {
    const bare = Story.begin().clone("--bare")
    const lost = Story.begin().remove(".git").write({ ".git": "gitdir: /nowhere/at/all\n" })
    const none = Story.begin().remove(".git")
    expect(await bare.gather()).toMatchObject({
      ok: false,
      code: 2,
      message: expect.stringContaining("bare"),
    })
    expect(await lost.gather()).toMatchObject({
      ok: false,
      code: 2,
      message: expect.stringContaining("/nowhere/at/all"),
    })
    expect(await none.gather({ base: "main" })).toMatchObject({
      ok: false,
      code: 2,
      message: expect.stringContaining("not a git repository"),
    })
  })

  test("variables of a git hook don't lead elsewhere", async () => {
    const other = Story.begin({ files: { "other.txt": "x" } })
    const story = Story.begin().write({ "services/web/main.py": "x" })
    const env = {
      ...story.env,
      GIT_DIR: other.path(".git"),
      GIT_INDEX_FILE: "/dev/null",
      GIT_WORK_TREE: other.folder,
    }
    const { gatherFacts } = await import("../../ci/src/changes/gather/answer.mjs")
    expect(await gatherFacts({}, { cwd: story.folder, env })).toEqual(await story.facts())
  })
})

describe("what a repository's configuration may not do", () => {
  test("start a program", async () => {
    const story = Story.begin().write({ ".gitattributes": "* diff=evil" }).commit()
    const evil = `touch ${story.path("../pwned")}; false`
    for (const key of [
      "core.fsmonitor",
      "diff.external",
      "core.askPass",
      "diff.evil.textconv",
      "diff.evil.command",
      "core.sshCommand",
    ]) {
      story.git("config", key, evil)
    }
    story
      .write({ ".git/hooks/post-index-change": `#!/bin/sh\n${evil}\n` })
      .makeExecutable(".git/hooks/post-index-change")
    await story.write({ "services/web/main.py": "x" }).facts()
    expect(() => story.read("../pwned")).toThrow("ENOENT")
  })

  test("change the answer", async () => {
    const story = Story.begin().branch("feature").write({ "services/web/ü.py": "x" }).commit()
    story
      .move("services/api/main.py", "services/worker/api.py")
      .write({ "services/billing/ü.py": "" })
    const expected = await story.facts()
    const settings = {
      "status.showUntrackedFiles": "no",
      "diff.renames": "copies",
      "status.renames": "copies",
      "core.quotePath": "true",
      "diff.ignoreSubmodules": "all",
      "status.relativePaths": "true",
      "diff.noprefix": "true",
      "status.branch": "true",
      "core.abbrev": "4",
    }
    for (const [key, value] of Object.entries(settings)) story.git("config", key, value)
    expect(await story.from(story.path("services")).facts()).toEqual(expected)
  })

  test("nothing is written to the repository", async () => {
    const story = Story.begin().branch("feature").write({ "services/web/main.py": "x" })
    const before = snapshot(story)
    await story.facts()
    expect(snapshot(story)).toEqual(before)
  })
})

/** Every file of the git folder with its content. */
function snapshot(story: Story): Record<string, string> {
  const entries = readdirSync(story.path(".git"), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, "base64")]))
}

describe("processes", () => {
  test.each([
    ["on a laptop", {}],
    ["with a base", { base: "main~1" }],
    ["for a head", { base: "main~1", head: "feature" }],
    [
      "in CI",
      {
        eventName: "push",
        event: { ref: "refs/heads/feature", repository: { default_branch: "main" } },
      },
    ],
  ])("at most six are started %s, however many files and services", async (_, request) => {
    const story = Story.begin()
    for (let index = 0; index < 30; index += 1) {
      mkdirSync(story.path(`libs/common/l${index}`), { recursive: true })
      story
        .write({ [`services/api/${index}.py`]: "x" })
        .link(`services/api/l${index}`, `../../libs/common/l${index}`)
    }
    story.commit().branch("feature").write({ "services/web/main.py": "x" }).commit()
    story.config(({ services }) => services.pop()).write({ "services/api/1.py": "y" })
    expect((await story.facts(request)).processes).toBeLessThanOrEqual(6)
  })
})

describe("configuration", () => {
  test("a new layout of both files changes nothing", async () => {
    const story = Story.begin()
      .write({ "pipeline.yaml": "changes:\n  global: [a, b]\n" })
      .commit()
      .branch("feature")
    const turned = { libraries: SERVICES.libraries, services: [...SERVICES.services].reverse() }
    story.write({
      "services.json": JSON.stringify(turned),
      "pipeline.yaml": "# new\nchanges: {global: [b, 'a']}\n",
    })
    const plan = await story.plan()
    expect(plan).toMatchObject({ files: 2, services: [], all: null })
    expect(plan.unused.map(({ path }) => path)).toEqual(["pipeline.yaml", "services.json"])
  })

  test.each([
    ["committed", (story: Story) => story.commit()],
    ["uncommitted", (story: Story) => story],
  ])("one entry's change concerns it and its dependents (%s)", async (_, finish) => {
    const story = Story.begin().branch("feature")
    story.config(({ services }) => Object.assign(services[0] ?? {}, { test_command: "pytest -x" }))
    const plan = await finish(story).plan()
    expect(names(plan)).toEqual(["api", "web"])
    expect(plan.services[0]?.reasons).toEqual([
      { kind: "config", file: "services.json", detail: "test_command" },
    ])
  })

  test("a service that is gone is removed, and its files are nobody's reason", async () => {
    const story = Story.begin().branch("feature").remove("services/web")
    story.config(
      (config) => (config.services = config.services.filter(({ name }) => name !== "web")),
    )
    expect(await story.commit().plan()).toMatchObject({ removed: ["web"], services: [], all: null })
  })

  test("a service that moved owns its old files too", async () => {
    const story = Story.begin().branch("feature").move("services/web/main.py", "apps/web/main.py")
    story.config(({ services }) => Object.assign(services[1] ?? {}, { path: "apps/web" }))
    const plan = await story.commit().plan()
    expect(names(plan)).toEqual(["web"])
    expect(kinds(plan, "web")).toEqual(["own-file", "config"])
  })

  test("a new global glob concerns all, a lost one nobody", async () => {
    const story = Story.begin()
      .write({ "pipeline.yaml": "changes: {global: [a]}\n" })
      .commit()
      .branch("feature")
    expect(
      (await story.write({ "pipeline.yaml": "changes: {global: [a, b]}\n" }).plan()).all,
    ).toMatchObject({ code: "config" })
    expect((await story.write({ "pipeline.yaml": "" }).plan()).services).toEqual([])
  })

  test("a base configuration that can't be read concerns all", async () => {
    const story = Story.begin().write({ "services.json": "{ oops" }).commit()
    story.branch("feature").config(() => {})
    expect((await story.plan()).all).toMatchObject({
      code: "config",
      message: expect.stringContaining("services.json"),
    })
  })

  test("the first services.json makes every service new", async () => {
    const story = Story.begin({ files: { "services/api/main.py": "x" } })
      .branch("feature")
      .config(() => {})
    const plan = await story.commit().plan()
    expect(names(plan)).toEqual(ALL)
    expect(kinds(plan, "worker")).toEqual(["config"])
  })
})
