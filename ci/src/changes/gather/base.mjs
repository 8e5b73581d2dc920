// @ts-check
import { GatherError } from "./failure.mjs"

/** @typedef {import("../facts.js").Base} Base */
/** @typedef {import("../facts.js").Everything} Everything */
/** @typedef {import("../facts.js").GatherRequest} GatherRequest */
/** @typedef {import("./objects.mjs").Commit} Commit */

/**
 * What the choice of a base can look at.
 *
 * @typedef {object} Scene
 * @property {GatherRequest} request
 * @property {Payload} event
 * @property {Commit} head
 * @property {string | null} branch checked out
 * @property {import("./objects.mjs").Objects} objects
 * @property {import("./history.mjs").History} history
 * @property {import("./remote.mjs").Remote | null} remote
 * @property {string[]} warnings
 */

/**
 * The parts of a GitHub event that say what to compare with.
 *
 * @typedef {object} Payload
 * @property {{base?: {ref?: string, sha?: string}, head?: {sha?: string}}} [pull_request]
 * @property {{base_sha?: string}} [merge_group]
 * @property {{default_branch?: string}} [repository]
 * @property {string} [ref]
 * @property {string} [before]
 * @property {boolean} [forced]
 */

/** @typedef {{base: Base, all: Everything | null}} Choice */

const GUESSES = ["main", "master", "trunk"]
const FULL_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/
const NO_COMMIT = /^0+$/

/**
 * Finds the commit to compare the head with: the first of `--base`, what the event names, the last
 * green commit, and the merge-base with the default branch.
 *
 * @param {Scene} scene
 * @returns {Promise<Choice>}
 */
export async function chooseBase(scene) {
  const { request } = scene
  if (request.base !== undefined) return fromArgument(scene, request.base)
  switch (request.eventName) {
    case undefined:
      return fromCheckout(scene)
    case "merge_group":
      return fromMergeGroup(scene)
    case "pull_request":
    case "pull_request_target":
      return fromPullRequest(scene)
    case "push":
      return fromPush(scene)
    default:
      return everything("requested", `the event ${request.eventName} runs everything`)
  }
}

/**
 * Refuses a revision that git would take for an option or for more than one commit.
 *
 * @param {string} option
 * @param {string} name
 * @returns {void}
 */
export function checkRevision(option, name) {
  if (name === "" || /^[-^:]|\.\.|[\0-\x20\x7f]/.test(name)) {
    throw new GatherError(
      2,
      `${option}=${JSON.stringify(name)} is not a revision. Give a branch, a tag or a commit id.`,
    )
  }
}

/**
 * @param {Everything["code"]} code
 * @param {string} message
 * @param {Partial<Base>} [base]
 * @returns {Choice}
 */
export function everything(code, message, base = {}) {
  const how = code === "initial" ? "initial" : "none"
  return { base: { sha: null, how, shallow: false, ...base }, all: { code, message } }
}

/**
 * @param {string} sha
 * @param {Base["how"]} how
 * @param {string} [ref]
 * @returns {Choice}
 */
function against(sha, how, ref) {
  return { base: { sha, how, ...(ref === undefined ? {} : { ref }), shallow: false }, all: null }
}

/**
 * @param {Scene} scene
 * @param {string} name
 * @returns {Promise<Choice>}
 */
async function fromArgument(scene, name) {
  const { history } = scene
  if (FULL_ID.test(name)) {
    const sha = await history.fetchCommit(name)
    if (sha !== null) return against(sha, "argument")
    throw new GatherError(2, `--base=${name}: there is no such commit here. ${waysToGetIt(scene)}`)
  }
  const tip =
    (await firstCommit(scene, [name, `refs/remotes/origin/${name}`])) ??
    (await fetchTip(scene, name))
  if (tip !== null) return fromMergeBase(scene, tip.sha, name)
  throw new GatherError(2, `--base=${name}: there is no such revision here. ${waysToGetIt(scene)}`)
}

/**
 * A run without an event: a laptop, or another CI system.
 *
 * @param {Scene} scene
 * @returns {Promise<Choice>}
 */
async function fromCheckout(scene) {
  return (await fromLastGreen(scene)) ?? fromDefaultBranch(scene)
}

/**
 * @param {Scene} scene
 * @returns {Promise<Choice>}
 */
async function fromMergeGroup(scene) {
  const wanted = scene.event.merge_group?.base_sha
  if (wanted === undefined) return unresolved("the merge_group event names no base_sha")
  const sha = await scene.history.fetchCommit(wanted)
  if (sha !== null) return against(sha, "merge-group")
  return unresolved(`the merge group's base ${wanted} is not here. ${waysToGetIt(scene)}`)
}

/**
 * @param {Scene} scene
 * @returns {Promise<Choice>}
 */
async function fromPullRequest(scene) {
  const { head, history } = scene
  const { base, head: theirs } = scene.event.pull_request ?? {}
  const [onto, merged] = head.parents
  if (head.parents.length === 2 && onto !== undefined && merged === theirs?.sha) {
    const sha = await history.fetchCommit(onto)
    if (sha !== null) return against(sha, "pull-request-merge", base?.ref)
  }
  if (base?.sha === undefined) {
    return unresolved("the pull_request event names no base. Give its payload with --event")
  }
  const target = await history.fetchCommit(base.sha)
  if (target === null) {
    return unresolved(`the pull request's base ${base.sha} is not here. ${waysToGetIt(scene)}`)
  }
  const choice = await fromMergeBase(scene, target, base.ref ?? base.sha)
  if (choice.base.sha === head.sha && head.sha !== theirs?.sha) {
    return unresolved(
      `the checked-out commit ${head.sha} is part of the base, not the pull request. ` +
        "Check out the pull request's merge or head commit.",
    )
  }
  return choice
}

/**
 * @param {Scene} scene
 * @returns {Promise<Choice>}
 */
async function fromPush(scene) {
  const { event, history, warnings } = scene
  const ref = event.ref
  if (ref?.startsWith("refs/tags/") === true)
    return everything("requested", `the tag ${ref.slice(10)} runs everything`)
  // A push that is taken for one to a branch of its own would be compared with itself.
  if (ref === undefined || defaultBranchName(scene) === null) {
    const what = ref === undefined ? "the pushed" : "the default"
    return unresolved(`the push event does not name ${what} branch. Give its payload with --event`)
  }
  if (!pushesDefaultBranch(scene)) return fromDefaultBranch(scene)

  const green = await fromLastGreen(scene)
  if (green !== null) return green
  const before = event.before
  if (before === undefined) return unresolved("the push event does not say what was there before")
  if (NO_COMMIT.test(before)) {
    return everything("initial", `this is the first push of the default branch`)
  }
  const sha = await history.fetchCommit(before)
  if (sha === null) {
    const forced = event.forced === true ? " (the push was forced)" : ""
    return unresolved(
      `the commit before this push, ${before}, is gone${forced}. ${waysToGetIt(scene)}`,
    )
  }
  if (scene.request.lastGreen === undefined) {
    warnings.push(
      "the last green commit is not known: if the run before this one failed or was cancelled, its changes are not looked at again",
    )
  }
  return against(sha, "push-before")
}

/**
 * Whether the last green commit says more than anything else: on the default branch, and in a run
 * that is not an answer to an event.
 *
 * @param {Scene} scene
 * @returns {boolean}
 */
export function usesLastGreen(scene) {
  const { base, eventName } = scene.request
  if (base !== undefined) return false
  return eventName === undefined || (eventName === "push" && pushesDefaultBranch(scene))
}

/**
 * @param {Scene} scene
 * @returns {boolean}
 */
function pushesDefaultBranch(scene) {
  const ref = scene.event.ref
  const branch = ref === undefined ? scene.branch : ref.replace(/^refs\/heads\//, "")
  // A configured base is compared with; what is pushed to the repository's own default branch still
  // has to be tested, even where the two have the same commits.
  const theirs = scene.event.repository?.default_branch
  return branch !== null && (branch === theirs || branch === defaultBranchName(scene))
}

/**
 * The last green commit of the services that have none of their own.
 *
 * @param {Scene} scene
 * @returns {Promise<Choice | null>}
 */
async function fromLastGreen(scene) {
  const { lastGreen } = scene.request
  const wanted = typeof lastGreen === "string" ? lastGreen : lastGreen?.["*"]
  if (wanted === undefined) return null
  const sha = (await usableGreen(scene, [wanted])).get(wanted)
  return sha === undefined ? null : against(sha, "last-green")
}

/**
 * The commits of a list that can be compared with: they are here, or could be fetched, and are
 * ancestors of the head. What is left out is named in a warning.
 *
 * @param {Scene} scene
 * @param {string[]} wanted
 * @returns {Promise<Map<string, string>>} full commit id by the name that was asked for
 */
export async function usableGreen(scene, wanted) {
  const { history, head, objects, warnings } = scene
  /** @type {Map<string, string>} */
  const found = new Map()
  for (const name of wanted) {
    const sha = FULL_ID.test(name)
      ? await history.fetchCommit(name)
      : ((await objects.commit(name))?.sha ?? null)
    if (sha === null) warnings.push(`the last green commit ${name} is not here; it is not used`)
    else found.set(name, sha)
  }
  const others = [...new Set(found.values())].filter((sha) => sha !== head.sha)
  if (others.length === 0) return found
  const strangers = await history.notAncestors(others, head.sha)
  for (const [name, sha] of found) {
    if (sha === head.sha || (strangers !== null && !strangers.has(sha))) continue
    warnings.push(
      `the last green commit ${name} is not known to be an ancestor of the head; it is not used`,
    )
    found.delete(name)
  }
  return found
}

/**
 * @param {Scene} scene
 * @returns {Promise<Choice>}
 */
async function fromDefaultBranch(scene) {
  const { head, branch, warnings } = scene
  const name = defaultBranchName(scene)
  const remotes = name === null ? ["HEAD", ...GUESSES] : [name]
  const locals = name === null ? GUESSES : [name]
  const tip = await firstCommit(scene, [
    ...remotes.map((each) => `refs/remotes/origin/${each}`),
    ...locals.map((each) => `refs/heads/${each}`),
    ...(name === null ? [] : [name]),
  ])
  const known = tip ?? (name === null ? null : await fetchTip(scene, name))
  if (known === null) {
    const which = name === null ? "the default branch is not known" : `there is no branch ${name}`
    return unresolved(`${which}. ${waysToGetIt(scene)}`)
  }
  const shown = known.name.replace(/^refs\/(heads|remotes)\//, "")
  if (known.name.startsWith("refs/heads/") && shown === branch && known.sha === head.sha) {
    warnings.push(
      `there is no origin/${shown} to compare with, so only uncommitted files count; --base=COMMIT looks further back`,
    )
  }
  return fromMergeBase(scene, known.sha, shown)
}

/**
 * @param {Scene} scene
 * @param {string} tip
 * @param {string} shown
 * @returns {Promise<Choice>}
 */
async function fromMergeBase(scene, tip, shown) {
  const { head, history, remote } = scene
  const answer = await history.mergeBase(tip, head.sha)
  if (answer === null) {
    const said = remote?.problem()
    const because = said == null ? "" : ` (${said})`
    return unresolved(
      `this clone is too shallow to find where the head left ${shown}${because}. ${waysToGetIt(scene)}`,
      { ref: shown, shallow: true },
    )
  }
  if (answer.sha === null)
    return unresolved(`the head and ${shown} have no common history`, { ref: shown })
  return against(answer.sha, "merge-base", shown)
}

/**
 * @param {string} message
 * @param {Partial<Base>} [base]
 * @returns {Choice}
 */
function unresolved(message, base) {
  return everything("base-unresolved", message, base)
}

/**
 * @param {Scene} scene
 * @returns {string | null}
 */
function defaultBranchName({ request, event }) {
  const name = request.defaultBranch ?? event.repository?.default_branch ?? null
  if (name !== null) checkRevision("the default branch", name)
  return name?.replace(/^origin\//, "") ?? null
}

/**
 * The first of several names that is a commit. All are asked for at once.
 *
 * @param {Scene} scene
 * @param {string[]} names
 * @returns {Promise<{name: string, sha: string} | null>}
 */
async function firstCommit({ objects }, names) {
  const commits = await Promise.all(names.map((name) => objects.commit(name)))
  const index = commits.findIndex((commit) => commit !== null)
  const commit = commits[index]
  return commit == null ? null : { name: names[index] ?? "", sha: commit.sha }
}

/**
 * @param {Scene} scene
 * @param {string} branch
 * @returns {Promise<{name: string, sha: string} | null>}
 */
async function fetchTip({ remote, history }, branch) {
  const id = (await remote?.tip(branch)) ?? null
  const sha = id === null ? null : await history.fetchCommit(id)
  return sha === null ? null : { name: `refs/remotes/origin/${branch}`, sha }
}

/**
 * @param {Scene} scene
 * @returns {string}
 */
function waysToGetIt({ remote }) {
  if (remote === null) return "Fetch it first, or give the remote (and a token) to fetch it from."
  const said = remote.problem()
  return said === null ? "Fetch it first." : `Fetching it failed: ${said}.`
}
