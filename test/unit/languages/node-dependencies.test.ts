import { describe, expect, it } from "vitest"
import { nodeDependencies } from "../../../ci/src/languages/node/dependencies.js"
import { publicNpmrc } from "../../../ci/src/languages/node/npmrc.js"
import { nodePreflight } from "../../../ci/src/languages/node/preflight.js"
import { project } from "./repository.js"

const PACKAGE = JSON.stringify({ name: "api", dependencies: { ws: "8" }, scripts: { test: "x" } })
const own = { "services/api/package.json": PACKAGE }

describe("who installs a Node service", () => {
  it.each<[string, Record<string, string>, string, RegExp]>([
    ["npm", { "services/api/package-lock.json": "{}" }, "services/api", /npm .*ci$/m],
    ["npm without a lock", {}, "services/api", /install --no-package-lock/],
    [
      "pnpm",
      { "services/api/pnpm-lock.yaml": "" },
      "services/api",
      /pnpm@\d[\s\S]*--frozen-lockfile/,
    ],
    [
      "yarn 1",
      { "services/api/yarn.lock": "# yarn lockfile v1" },
      "services/api",
      /yarn@1\.[\s\S]*--frozen-lockfile/,
    ],
    [
      "yarn 4",
      { "services/api/yarn.lock": "__metadata:\n  version: 8\n" },
      "services/api",
      /cli-dist@4[\s\S]*--immutable/,
    ],
    [
      "the workspace that it belongs to",
      {
        "package.json": '{"workspaces": ["services/*"], "packageManager": "npm@10.9.0"}',
        "package-lock.json": "{}",
        "services/b/package.json": "{}",
      },
      ".",
      /ci$/,
    ],
    [
      "a pnpm workspace in the version it asks for",
      {
        "package.json": '{"packageManager": "pnpm@9.1.0+sha512.abc"}',
        "pnpm-workspace.yaml": "packages:\n  - services/*\n",
        "pnpm-lock.yaml": "",
      },
      ".",
      /pnpm@9\.1\.0\n/,
    ],
    [
      "not a lock above that has nothing to do with it",
      { "package.json": "{}", "package-lock.json": "{}" },
      "services/api",
      /--no-package-lock/,
    ],
  ])("%s", async (_, texts, folder, script) => {
    const plan = await nodeDependencies(project({ ...own, ...texts }))
    expect(plan.folder).toBe(folder === "." ? "/src" : `/src/${folder}`)
    expect(plan.script).toMatch(script)
  })

  it.each([
    [{}, false],
    [{ devDependencies: { jest: "29" } }, false],
    [{ dependencies: { kit: "file:../kit", other: "workspace:*" } }, false],
    [{ dependencies: { kit: "file:../kit", ws: "8" } }, true],
  ])("ships packages of others with %j: %s", async (read, ships) => {
    const files = { "services/api/package.json": JSON.stringify(read) }
    expect((await nodeDependencies(project(files))).shipsPackages).toBe(ships)
  })

  it("is nobody without a package.json", async () => {
    expect((await nodeDependencies(project({}))).script).toBe("")
  })

  it("says where a package.json is broken", async () => {
    const { problems } = await nodeDependencies(project({ "services/api/package.json": "{" }))
    expect(problems.join()).toMatch(/services\/api\/package\.json:1: not valid JSON/)
  })
})

describe("the layer of a Node service", () => {
  it("stays with a change of scripts and of other files, and changes with dependencies", async () => {
    const lock = { "services/api/package-lock.json": "{}" }
    const plan = (text: string) =>
      nodeDependencies(project({ ...lock, "services/api/package.json": text, "x.js": text }))
    const before = await plan(PACKAGE)
    expect(await plan(PACKAGE.replace('"x"', '"y"'))).toEqual(before)
    expect(await plan(PACKAGE.replace('"8"', '"7"'))).not.toEqual(before)
  })
})

describe("an .npmrc", () => {
  it("goes into a layer without its credentials", () => {
    const { text, secrets } = publicNpmrc(
      [
        "registry=https://npm.example.com/",
        "//npm.example.com/:_authToken=abc",
        "//npm.example.com/:_authToken=${NPM_TOKEN}",
        "_password = c2VjcmV0",
        "save-exact=true",
      ].join("\n"),
    )
    expect(text.split("\n").filter(Boolean)).toEqual([
      "registry=https://npm.example.com/",
      "save-exact=true",
    ])
    expect(secrets).toEqual([2, 4])
  })

  it("with a secret in plain text is named, with its line", async () => {
    const texts = { ...own, "services/api/.npmrc": "a=b\n//x/:_authToken=abc\n" }
    const plan = await nodeDependencies(project(texts))
    expect(JSON.stringify(plan.files)).not.toContain("abc")
    expect(plan.warnings.join()).toContain("services/api/.npmrc:2: a secret in plain text")
  })
})

describe("the lint of a Node service", () => {
  const lint = async (texts: Record<string, string>) => {
    const { checks, files } = await nodePreflight(project({ ...own, ...texts }))
    return { command: checks.find(({ name }) => name === "lint")?.command, files }
  }

  it("is its own script", async () => {
    const text = '{"scripts": {"lint": "eslint ."}}'
    expect((await lint({ "services/api/package.json": text })).command).toMatch(/^npm run .*lint$/)
  })

  it("is eslint where that is configured, also above", async () => {
    const above = await lint({ "eslint.config.js": "export default []" })
    expect(above.command).toContain("eslint")
    expect(above.files).toEqual({ "eslint.config.js": "export default []" })
    expect((await lint({ "services/api/eslint.config.js": "" })).files).toEqual({})
  })

  it("is none otherwise", async () => {
    expect((await lint({})).command).toBeUndefined()
  })
})
