// Bundles the planner, beside which ci/ has its packages: `build.mjs OUTPUT_FOLDER`.
import { build } from "esbuild"
import { execFileSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import {
  ADOPT_PROGRAM,
  codeCache,
  CONFIG_CACHE,
  LATE_PROGRAM,
  loadPlanner,
  PLAN_SOURCES,
  PROGRAM,
} from "./load.cjs"

const output = process.argv[2] ?? "."

/**
 * Leaves out what a plan needs only when a configuration was not checked before, or was changed:
 * three quarters of all code, which take longer to load than planning takes. It is a program of its
 * own, loaded when it is first called.
 *
 * @type {import("esbuild").Plugin}
 */
const LATE = {
  name: "late",
  setup(bundler) {
    const late = { path: LATE_PROGRAM, namespace: "late" }
    bundler.onResolve({ filter: /^yaml$|\/load-configuration\.js$/ }, () => late)
    bundler.onResolve({ filter: /./, namespace: "late" }, ({ path }) => ({ path, external: true }))
    bundler.onLoad({ filter: /./, namespace: "late" }, () => ({
      contents: ["parse", "loadConfiguration"]
        .map(
          (name) => `export const ${name} = (...a) => require("./${LATE_PROGRAM}").${name}(...a)`,
        )
        .join("\n"),
    }))
  },
}

/** @satisfies {import("esbuild").BuildOptions} */
const SHARED = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "error",
  metafile: true,
  plugins: [
    {
      // Messages in fifty languages, which nothing here shows, would be half of what is loaded.
      name: "english-only",
      setup(bundler) {
        bundler.onResolve({ filter: /locales\/index\.js$/ }, () => ({
          path: "locales",
          namespace: "none",
        }))
        bundler.onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "" }))
      },
    },
  ],
}

const [plan, late] = await Promise.all([
  build({
    ...SHARED,
    plugins: [LATE, ...SHARED.plugins],
    entryPoints: [fileURLToPath(new URL("local-plan.ts", import.meta.url))],
    outfile: join(output, PROGRAM),
  }),
  build({
    ...SHARED,
    stdin: {
      contents: `export { parse } from "yaml"; export { loadConfiguration } from "./src/run/load-configuration.js"`,
      resolveDir: fileURLToPath(new URL("../../ci", import.meta.url)),
    },
    outfile: join(output, LATE_PROGRAM),
  }),
  build({
    ...SHARED,
    entryPoints: [fileURLToPath(new URL("../../ci/adopt/index.ts", import.meta.url))],
    outfile: join(output, ADOPT_PROGRAM),
  }),
])

const sources = [plan, late].flatMap(({ metafile }) =>
  Object.keys(metafile.inputs).filter(isSource),
)
writeFileSync(join(output, PLAN_SOURCES), JSON.stringify([...new Set(sources)].map(inCheckout)))

const { planner, loaded } = loadPlanner(output)
await useOnce(planner, join(output, "example"))
rmSync(join(output, CONFIG_CACHE))
for (const [program, { script }] of loaded)
  writeFileSync(codeCache(join(output, program)), script.createCachedData())

/**
 * Neither of a package, which the lock decides, nor made up by a plugin.
 *
 * @param {string} input as the bundler names it
 */
function isSource(input) {
  return !/node_modules\/|^(?:late|none):|^<stdin>$/.test(input)
}

/** @param {string} input relative to the current folder, which is `engine/planner` of a copy of the checkout */
function inCheckout(input) {
  return relative(resolve("../.."), resolve(input))
}

/**
 * Functions are compiled when they are first called, and only what is compiled is kept. So a small
 * repository is planned in every format.
 *
 * @param {typeof import("./local-plan.js")} planner
 * @param {string} folder
 */
async function useOnce({ runLocalPlan }, folder) {
  const service = { path: "api", language: "python", test_command: "pytest", inputs: ["x/**/*.py"] }
  const services = [
    { ...service, name: "api", needs: ["redis"], depends_on: ["lib"] },
    { ...service, name: "web", path: "web", depends_on: ["api"], ignore: ["*.md"] },
  ]
  const libraries = [{ name: "lib", path: "lib" }]
  for (const { path } of [...services, ...libraries]) {
    mkdirSync(join(folder, path), { recursive: true })
    writeFileSync(join(folder, path, "main.py"), "")
  }
  writeFileSync(join(folder, "dagger.json"), "{}")
  writeFileSync(join(folder, "services.json"), JSON.stringify({ services, libraries }))
  writeFileSync(join(folder, "pipeline.yaml"), "changes:\n  ignore: ['**/*.md']\n")
  const git = (/** @type {string[]} */ ...args) => execFileSync("git", args, { cwd: folder })
  const person = ["-c", "user.name=p", "-c", "user.email=p@localhost"]
  git("init", "--quiet", "--initial-branch=main")
  git("add", "services.json")
  git(...person, "commit", "--quiet", "--message=first")
  git("checkout", "--quiet", "-b", "feature")
  git("add", "lib")
  git(...person, "commit", "--quiet", "--message=second")
  process.chdir(folder)
  for (const flag of ["--format=table", "--format=json", "--format=matrix", "--explain=web"]) {
    if ((await runLocalPlan([flag], join(output, CONFIG_CACHE))) !== 0)
      throw new Error(`plan ${flag} failed`)
  }
  process.chdir(output)
  rmSync(folder, { recursive: true })
}
