import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs"
import { dirname, join, relative } from "node:path"
import { KitError } from "../lib/errors.mjs"
import { CHECKOUT, DAGGER_VERSION } from "../lib/paths.mjs"
import { run } from "../lib/process.mjs"
import { loadAdopt } from "../planner/load.cjs"
import { usage } from "./arguments.mjs"
import { confirmed } from "./confirm.mjs"
import { plannerFolder } from "./local-plan.mjs"
import { choosePin, copyPipeline, vendorFolder } from "./pin.mjs"
import { findUp } from "./repository.mjs"

/** A file that a person wrote; what is larger describes no service. */
const MOST_BYTES = 1_000_000

/**
 * @typedef {object} Wish
 * @property {boolean} yes write without asking
 * @property {boolean} force overwrite what is there and differs
 * @property {boolean} json print the proposal for a program, and write nothing
 * @property {boolean} workflow
 * @property {string | undefined} vendor folder for a copy of the pipeline
 * @property {string | undefined} source git address, with "@" and a tag or commit
 *
 * @typedef {object} ProposedFile
 * @property {string} path from the root
 * @property {string} text
 * @property {boolean} [executable]
 */

/**
 * Proposes the configuration of the repository of the current directory, shows it, and writes it when
 * that is wanted.
 *
 * @param {string[]} words what follows `init`
 * @returns {Promise<number>} exit code
 * @throws {KitError} USAGE, NO_REPOSITORY, NOTHING_FOUND
 */
export async function runInit(words) {
  const wish = readWish(words)
  const root = repositoryRoot(process.cwd())
  const adopt = loadAdopt(await plannerFolder())
  const proposal = adopt.propose(await readTree(root))
  if (wish.json) {
    process.stdout.write(`${JSON.stringify(proposal, null, 2)}\n`)
    return 0
  }
  print(adopt.findings(proposal))
  if (proposal.services.length === 0) throw nothingFound(root)
  if (root === CHECKOUT.replace(/\/$/, ""))
    throw usage(
      "this is the pipeline's own repository: type `init`, by the path of this program, in the one that is to have a pipeline",
    )
  const pin = await choosePin(root, wish)
  const folder = vendorFolder(pin)
  const schemas = folder === undefined ? undefined : `./${folder}/ci/schema`
  /** @type {ProposedFile[]} */
  const files = [
    {
      path: "services.json",
      text: adopt.servicesText(proposal, schemas && `${schemas}/services.schema.json`),
    },
    {
      path: "pipeline.yaml",
      text: adopt.pipelineText(proposal, schemas && `${schemas}/pipeline.schema.json`),
    },
    { path: "dagger.json", text: adopt.daggerText(pin.pin, DAGGER_VERSION) },
    {
      path: "pipeline",
      text: readFileSync(join(CHECKOUT, "engine/launcher/adopted.sh"), "utf8"),
      executable: true,
    },
    ...(wish.workflow ? [await workflowFile(root, adopt)] : []),
  ]
  const planned = files.map((file) => ({ ...file, state: stateOf(root, file) }))
  const written = planned.filter(
    ({ state }) => state === "new" || (state === "differs" && wish.force),
  )
  await show(root, planned, wish)
  const own = wish.force ? undefined : ownModule(root)
  if (own !== undefined)
    print(
      `\ndagger.json is the module ${own} of this repository, and a module can't be the pipeline as well: move it to a folder of its own, or no \`./pipeline\` runs`,
    )
  print(`\nThe pipeline: ${pin.description}`)
  if (written.length === 0 && pin.copied === undefined) {
    print("Nothing to write: everything is there.")
    return 0
  }
  if (!(await confirmed({ yes: wish.yes, question: `Write ${list(written, pin.copied)}?` })))
    return 0
  for (const { path, text, executable } of written) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    if (executable) chmodSync(join(root, path), 0o755)
  }
  if (pin.copied !== undefined) await copyPipeline(join(root, pin.copied))
  print(`Written. Next: look through services.json, commit, and try it:
  ./pipeline plan --all --local      what would run, without an engine
  ./pipeline ci --service=${proposal.services[0]?.name}`)
  return 0
}

/**
 * @param {string[]} words
 * @returns {Wish}
 */
function readWish(words) {
  /** @type {Wish} */
  const wish = {
    yes: false,
    force: false,
    json: false,
    workflow: true,
    vendor: undefined,
    source: undefined,
  }
  for (const word of words) {
    const [name, ...rest] = word.split("=")
    const value = rest.length > 0 ? rest.join("=") : undefined
    if (word === "--yes") wish.yes = true
    else if (word === "--force") wish.force = true
    else if (word === "--json") wish.json = true
    else if (word === "--no-workflow") wish.workflow = false
    else if (name === "--vendor") wish.vendor = value || "tools/pipeline"
    else if (name === "--source" && value) wish.source = value
    else
      throw usage(
        `\`init\` does not take \`${word}\`: there are --yes, --force, --json, --no-workflow, --vendor[=FOLDER], --source=ADDRESS[@TAG]`,
      )
  }
  if (wish.vendor !== undefined && wish.source !== undefined)
    throw usage(
      "`--vendor` copies the pipeline, `--source` pins it by its address: give one of them",
    )
  return wish
}

/**
 * @param {string} root
 * @returns {string | undefined} name of a module in dagger.json that is not the pipeline
 */
function ownModule(root) {
  const file = join(root, "dagger.json")
  if (!existsSync(file)) return undefined
  try {
    const { name = "without a name", blueprint } = JSON.parse(readFileSync(file, "utf8"))
    return blueprint === undefined ? name : undefined
  } catch {
    return "that can't be read"
  }
}

/** @param {string} folder */
function repositoryRoot(folder) {
  const root = findUp(folder, ".git")
  if (root !== undefined) return root
  throw new KitError("NO_REPOSITORY", `${folder} is not inside a git repository`, {
    next: "change to the repository that is to have a pipeline; `git init` makes one of a folder",
  })
}

/** @param {string} root */
function nothingFound(root) {
  return new KitError("NOTHING_FOUND", `no service was found in ${root}`, {
    next: "looked for: Dockerfiles, compose files, pyproject.toml, requirements.txt, package.json, go.mod, Nx and Turborepo workspaces, matrices and path filters of workflows. Write services.json by hand (docs/configuration.md), and run `init` again for the rest",
  })
}

/**
 * @param {string} root
 * @returns {Promise<import("../../ci/adopt/tree.js").Tree>}
 */
async function readTree(root) {
  const { stdout } = await run(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    {
      cwd: root,
    },
  )
  const symlinks = new Map()
  const files = [...new Set(stdout.split("\0"))].filter((path) => {
    const state = path === "" ? undefined : lstatSync(join(root, path), { throwIfNoEntry: false })
    if (state?.isSymbolicLink()) symlinks.set(path, readlinkSync(join(root, path)))
    return state !== undefined && !state.isDirectory()
  })
  const known = new Set(files)
  const texts = new Map()
  return {
    files: files.sort(),
    symlinks,
    read(path) {
      if (!known.has(path) || symlinks.has(path)) return undefined
      if (!texts.has(path)) texts.set(path, textOf(join(root, path)))
      return texts.get(path)
    },
  }
}

/** @param {string} file */
function textOf(file) {
  if (lstatSync(file).size > MOST_BYTES) return undefined
  const text = readFileSync(file, "utf8")
  return text.includes("\0") ? undefined : text
}

/**
 * The workflow that this version has, beside a workflow of that name that is there already.
 *
 * @param {string} root
 * @param {typeof import("../../ci/adopt/index.js")} adopt
 * @returns {Promise<ProposedFile>}
 */
async function workflowFile(root, adopt) {
  const text = adopt.workflowText(
    readFileSync(join(CHECKOUT, ".github/workflows/ci.yml"), "utf8"),
    await mainBranch(root),
  )
  const folder = ".github/workflows"
  const name = existsSync(join(root, folder, "ci.yml")) ? "pipeline.yml" : "ci.yml"
  const isOurs =
    name === "pipeline.yml" &&
    readFileSync(join(root, folder, "ci.yml"), "utf8").includes("./pipeline ci")
  return { path: `${folder}/${isOurs ? "ci.yml" : name}`, text }
}

/** @param {string} root */
async function mainBranch(root) {
  const ask = (/** @type {string[]} */ ...args) =>
    run("git", args, { cwd: root, allowFailure: true })
  const remote = await ask("symbolic-ref", "--short", "refs/remotes/origin/HEAD")
  if (remote.exitCode === 0) return remote.stdout.trim().replace(/^origin\//, "")
  for (const name of ["main", "master", "trunk", "develop"])
    if ((await ask("rev-parse", "--verify", "--quiet", `refs/heads/${name}`)).exitCode === 0)
      return name
  return (await ask("symbolic-ref", "--short", "HEAD")).stdout.trim() || "main"
}

/**
 * @param {string} root
 * @param {ProposedFile} file
 * @returns {"new" | "same" | "differs"}
 */
function stateOf(root, { path, text }) {
  if (!existsSync(join(root, path))) return "new"
  return readFileSync(join(root, path), "utf8") === text ? "same" : "differs"
}

/**
 * @param {string} root
 * @param {(ProposedFile & {state: string})[]} files
 * @param {Wish} wish
 */
async function show(root, files, { force }) {
  for (const { path, text, state } of files) {
    if (state === "same") print(`\n== ${path}: is there, and the same`)
    if (state === "new") print(`\n== ${path} (new)\n${text.trimEnd()}`)
    if (state !== "differs") continue
    const kept = force ? "is overwritten" : "is kept (--force overwrites it)"
    print(
      `\n== ${path}: is there, and ${kept}. The difference:\n${await difference(root, path, text)}`,
    )
  }
}

/**
 * @param {string} root
 * @param {string} path
 * @param {string} text
 */
async function difference(root, path, text) {
  const { stdout } = await run(
    "git",
    ["diff", "--no-index", "--no-color", "--no-prefix", "--", path, "-"],
    { cwd: root, input: text, allowFailure: true },
  )
  return stdout.split("\n").slice(4).join("\n").trimEnd()
}

/**
 * @param {ProposedFile[]} files
 * @param {string | undefined} copied
 */
function list(files, copied) {
  return [
    ...files.map(({ path }) => path),
    ...(copied === undefined ? [] : [`${relative(".", copied)}/`]),
  ].join(", ")
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`)
}
