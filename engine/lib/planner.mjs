import { cp, mkdir, mkdtemp, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { PLAN_SOURCES } from "../planner/load.cjs"
import { writeStamp } from "../planner/stamp.cjs"
import { removeTree } from "./disk.mjs"
import { KitError } from "./errors.mjs"
import { withLock } from "./lock.mjs"
import { CHECKOUT, HOME, LOGS } from "./paths.mjs"
import { ensurePiece, folderInputs, isBuilt, pieceFolder } from "./pieces.mjs"
import { run, which } from "./process.mjs"
import { say } from "./progress.mjs"

/** What says which packages the planner has in it, and how they are put together. */
const RECIPE = [
  ...["ci/package.json", "ci/package-lock.json", "ci/.npmrc"],
  ...["package.json", "package-lock.json", ".npmrc", "build.mjs", "load.cjs"].map(
    (file) => `engine/planner/${file}`,
  ),
]

/** The files and folders that the planner is made of, relative to the checkout. */
const SOURCES = [
  ...RECIPE,
  ...[
    "ci/adopt",
    "ci/src/changes",
    "ci/src/config",
    "ci/src/dependencies",
    "ci/src/dockerfile",
    "ci/src/report",
    "ci/src/run",
  ],
  ...["ci/src/stages/upload-ignore.mjs", "engine/launcher", "engine/lib", "engine/planner"],
]

/**
 * The module's planner as a program for Node alone: what `plan --local` runs. It needs neither an
 * engine nor root, and of the checkout only its sources; its packages come from npm, by the lock.
 *
 * @returns {Promise<import("./pieces.mjs").Piece>}
 */
export async function plannerPiece() {
  const isSource = (/** @type {string} */ path) =>
    SOURCES.some((source) => path === source || path.startsWith(`${source}/`))
  const [module, kit] = await Promise.all(
    ["ci", "engine"].map((folder) =>
      folderInputs(join(CHECKOUT, folder), (path) => isSource(`${folder}/${path}`)),
    ),
  )
  return {
    name: "planner",
    title: "planner for `plan --local` (some seconds, once)",
    // The code that is compiled in advance belongs to one version of Node.
    inputs: [process.version, process.arch, ...(module ?? []), ...(kit ?? [])],
    needsMegabytes: 200,
    build,
  }
}

/**
 * Builds the planner unless it is there. It has a lock of its own, because somebody may be building
 * the engine for minutes.
 *
 * @param {string} stamp file that remembers what it was built from
 * @returns {Promise<string>} its folder
 * @throws {KitError} NO_NPM
 */
export async function ensurePlanner(stamp) {
  await mkdir(LOGS, { recursive: true })
  const piece = await plannerPiece()
  const folder = isBuilt(piece)
    ? pieceFolder(piece)
    : await withLock(
        join(HOME, "planner.lock"),
        () => say("another `pipeline` is building the planner; waiting for it"),
        () => ensurePiece(piece),
      )
  await mkdir(dirname(stamp), { recursive: true })
  const sources = JSON.parse(await readFile(join(folder, PLAN_SOURCES), "utf8"))
  writeStamp(stamp, CHECKOUT, { folder, sources: [...RECIPE, ...sources] })
  return folder
}

/** @param {string} folder */
async function build(folder) {
  if (!(await which("npm"))) {
    throw new KitError("NO_NPM", "there is no `npm` to put the planner together with", {
      next: "install npm (it comes with Node.js; on Debian: apt-get install npm), or plan in the engine: leave out --local",
    })
  }
  const log = join(LOGS, "build-planner.log")
  const scratch = await mkdtemp(join(tmpdir(), "pipeline-planner-"))
  try {
    for (const source of SOURCES) {
      await cp(join(CHECKOUT, source), join(scratch, source), {
        recursive: true,
        filter: (path) => !path.slice(CHECKOUT.length).includes("node_modules"),
      })
    }
    const install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"]
    await Promise.all(
      ["ci", "engine/planner"].map((each) =>
        run("npm", install, { cwd: join(scratch, each), log }),
      ),
    )
    await run("node", ["build.mjs", folder], { cwd: join(scratch, "engine/planner"), log })
  } finally {
    await removeTree(scratch)
  }
}
