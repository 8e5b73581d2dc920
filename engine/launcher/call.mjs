import { formatBytes, freeSpace, RUN_NEEDS } from "../lib/disk.mjs"
import { isEngineEmpty } from "../lib/engine-cache.mjs"
import { RUNNER_HOST_VARIABLE } from "../lib/environment.mjs"
import { restart } from "../lib/kit.mjs"
import { HOME, SOCKET } from "../lib/paths.mjs"
import { describeCall, wantsDaggerProgress } from "./arguments.mjs"
import { cacheFailures } from "./cache-failures.mjs"
import { changeArguments } from "./change-arguments.mjs"
import { chooseEngine } from "./choose-engine.mjs"
import { engineProbe } from "./engine-watch.mjs"
import { annotations, githubActions, workflowWarning } from "./github-actions.mjs"
import { cleanCommit, recordGreen } from "./last-green.mjs"
import { passThrough } from "./passthrough.mjs"
import { isReachable } from "./reachable.mjs"
import { readyEngine } from "./ready-engine.mjs"
import { EXPORT_LIMIT_MS, registryCache } from "./registry-cache.mjs"
import { findRepository, findUp } from "./repository.mjs"
import { quote } from "./shell.mjs"
import { SHIM } from "./shim.mjs"
import { prepareUpload } from "./upload/prepare.mjs"
import { watchRun } from "./watch-run.mjs"

/**
 * Runs `dagger call` for the repository of the current directory.
 *
 * @param {import("./arguments.mjs").Call} call
 * @param {{tell?: (text: string) => void}} [seams] tell: says what a person should know before and after it
 * @returns {Promise<number>} dagger's exit code
 */
export async function runCall(
  { daggerFlags, functionArguments, install },
  { tell = tellAlways } = {},
) {
  const { root, notes } = await findRepository(process.cwd())
  for (const note of notes) tell(note)
  const { name, interactive } = describeCall(functionArguments)
  const upload =
    name === undefined || isGiven(functionArguments) || findUp(root, ".git") !== root
      ? undefined
      : await prepareUpload(root)
  for (const warning of upload?.warnings ?? []) tell(`warning: ${warning}`)
  const choice = await chooseEngine()
  tell(`engine: ${choice.description}`)
  const { dagger, variables } = await readyEngine(choice, { install })
  if (choice.kind === "native") await warnOfLittleDisk(tell)
  const actions = githubActions(process.env, name, functionArguments)
  const raw = wantsDaggerProgress(daggerFlags, process.env)
  const unwatched = interactive || name === undefined || (raw && !isPlain(daggerFlags))
  const wanted = await registryCache({
    environment: process.env,
    root,
    name: unwatched ? undefined : name,
    functionArguments,
    engineIsEmpty: () => isEngineEmpty(dagger, { ...process.env, ...variables }),
  })
  const isSilent = wanted !== undefined && !(await answers(wanted.host, choice))
  if (isSilent)
    warnOf(tell, [`the cache is neither read nor written: nothing answers at ${wanted.host}`])
  const cache = isSilent ? undefined : wanted
  if (cache) tell(`cache: ${cache.description}`)
  const given = [...functionArguments, ...actions.extraArguments]
  const known = { root, name, functionArguments: given, environment: process.env }
  const call = await changeArguments(known)
  const words = ["call", ...(upload?.flags ?? []), ...call]
  // Without the flags that only make the upload smaller: what a person would type.
  const plain = ["dagger", ...daggerFlags, "call", ...call].map(quote).join(" ")
  tell(
    `running: ${plain}${isInShell(variables) ? "" : '   (plain dagger, once you typed: eval "$(./pipeline engine env)")'}`,
  )

  /** @type {NodeJS.ProcessEnv} */
  const environment = {
    ...process.env,
    ...variables,
    ...cache?.variables,
    ...actions.variables,
    PIPELINE_DAGGER_CLI: dagger,
  }
  if (unwatched) {
    return (
      await passThrough("sh", [SHIM, ...daggerFlags, ...words], {
        cwd: root,
        env: environment,
        stdio: "inherit",
      })
    ).exitCode
  }
  const started = new Date()
  /** @type {string | undefined} */
  let exportEnded
  // What is green at this commit can be known when the files are its own, before and after the run.
  const commit = name === "ci" && !isDetached(words) ? cleanCommit(root) : undefined
  const exitCode = await watchRun({
    command: "sh",
    args: [SHIM, ...(raw ? [] : ["--progress=plain"]), ...daggerFlags, ...words],
    root,
    // A dumb terminal isn't asked for its colours, which takes seconds where nothing answers.
    environment: raw ? environment : { ...environment, NO_COLOR: "1", TERM: "dumb" },
    upload,
    raw,
    onRows: async (rows) => {
      if (process.env.GITHUB_ACTIONS === "true") process.stderr.write(annotations(rows))
      const before = await commit
      if (before !== undefined && before === (await cleanCommit(root)))
        recordGreen(root, before, rows)
    },
    engineIsGone: await engineProbe(choice, environment),
    ...(environment[RUNNER_HOST_VARIABLE] === `unix://${SOCKET}` && { renewEngine }),
    exportLimitMs: EXPORT_LIMIT_MS,
    onExportEnded: (why) => (exportEnded = why),
  })
  if (cache) warnOf(tell, await cacheFailures(cache, { choice, started, exportEnded }))
  return exitCode
}

/** @returns {Promise<boolean>} whether it was started anew */
async function renewEngine() {
  tellAlways("the engine can't load the module, because data of an earlier session is gone")
  return restart()
}

/**
 * Whether a registry listens. An export compresses all its layers before it asks, which takes
 * minutes that a registry that is down would cost every run. Only the native engine is where the
 * launcher is, and a proxy may reach what the launcher doesn't: elsewhere the engine has to try.
 *
 * @param {string} host with or without a port
 * @param {import("./choose-engine.mjs").EngineChoice} choice
 */
async function answers(host, { kind }) {
  const hasProxy = Object.keys(process.env).some((name) => /^(?:https?|all)_proxy$/i.test(name))
  if (kind !== "native" || hasProxy) return true
  return isReachable(`tcp://${/:\d+$/.test(host) ? host : `${host}:443`}`)
}

/**
 * Before the run: in its middle, a full disk shows as any tool's failure.
 *
 * @param {(text: string) => void} tell
 */
async function warnOfLittleDisk(tell) {
  const free = await freeSpace(HOME)
  if (free >= RUN_NEEDS) return
  tell(
    `warning: only ${formatBytes(free)} are free for ${HOME}, and a run may need ${formatBytes(RUN_NEEDS)}: \`./pipeline engine prune\` drops what the engine cached`,
  )
}

/**
 * @param {(text: string) => void} tell
 * @param {string[]} warnings
 */
function warnOf(tell, warnings) {
  for (const warning of warnings) {
    tell(`warning: ${warning}`)
    if (process.env.GITHUB_ACTIONS === "true") process.stderr.write(workflowWarning(warning))
  }
}

/**
 * Whether the user said which files to work on.
 *
 * @param {string[]} functionArguments
 */
function isGiven(functionArguments) {
  return functionArguments.some((word) => /^--(?:checkout|prepared)-files\b/.test(word))
}

/**
 * Dagger's plain progress can be shown and read at the same time; its others need the terminal.
 *
 * @param {string[]} daggerFlags
 */
function isPlain(daggerFlags) {
  const at = daggerFlags.indexOf("--progress")
  return (
    daggerFlags.includes("--progress=plain") ||
    (at >= 0 && daggerFlags[at + 1] === "plain") ||
    (!process.stderr.isTTY && daggerFlags.length === 0)
  )
}

/**
 * Whether another commit is looked at than the one whose files run.
 *
 * @param {string[]} words
 */
function isDetached(words) {
  return words.some((word) => word === "--head" || word.startsWith("--head="))
}

/**
 * Whether plain `dagger` in this shell would do the same.
 *
 * @param {Record<string, string>} variables
 */
function isInShell(variables) {
  return Object.entries(variables).every(([name, value]) => process.env[name] === value)
}

/** @param {string} text */
function tellAlways(text) {
  process.stderr.write(`pipeline: ${text}\n`)
}
