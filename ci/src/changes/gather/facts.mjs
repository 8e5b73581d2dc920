// @ts-check
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { checkRevision, chooseBase, everything, usableGreen, usesLastGreen } from "./base.mjs"
import { compare } from "./compare.mjs"
import { readEvent } from "./event.mjs"
import { GatherError } from "./failure.mjs"
import { complaint, createGit } from "./git.mjs"
import { createHistory } from "./history.mjs"
import { readLastGreen } from "./last-green.mjs"
import { openObjects } from "./objects.mjs"
import { parseTreeDiffs } from "./records.mjs"
import { createRemote } from "./remote.mjs"
import { checkedOutBranch, findRepository, missingRepository, readHeadId } from "./repository.mjs"
import { withObjectFormat } from "./sha256.mjs"
import { temporaryFolder } from "./temporary-folder.mjs"
import { askStatus, lostLinksReason, readStatus, readTracked } from "./worktree.mjs"

/** @typedef {import("../facts.js").GatherRequest} GatherRequest */
/** @typedef {import("../facts.js").Facts} Facts */
/** @typedef {import("./records.mjs").Change} Change */
/** @typedef {import("./objects.mjs").Commit} Commit */

/**
 * Everything that one gathering works with.
 *
 * @typedef {object} Session
 * @property {GatherRequest} request
 * @property {import("./repository.mjs").Repository} repository
 * @property {import("./git.mjs").Git} git
 * @property {import("./objects.mjs").Objects} objects
 * @property {import("./remote.mjs").Remote | null} remote
 * @property {boolean} dirty whether uncommitted files count
 * @property {string[]} warnings
 */

/**
 * Where and how git is asked.
 *
 * @typedef {object} Surroundings
 * @property {string} cwd a folder of the checkout
 * @property {NodeJS.ProcessEnv} env
 * @property {import("./git.mjs").Run} [run] starts a process; tests replace it
 * @property {() => Promise<Partial<GatherRequest>>} [later] `defaultBranch` and `uploadIgnore`, for
 *   whoever needs time to find them out; git is at work in the meantime
 */

/**
 * @param {GatherRequest} given
 * @param {Surroundings} surroundings
 * @returns {Promise<Facts>}
 */
export async function gather(given, { cwd, env, run, later }) {
  const request = { ...given, lastGreen: readLastGreen(given.lastGreen) }
  const event = readEvent(request)
  checkRequest(request)
  const missing = request.uploaded === true ? missingRepository(cwd) : null
  if (missing !== null) return withoutRepository(request, missing)
  const repository = findRepository(cwd)
  if (repository === null) return withoutRepository(request, "this is not a git repository")
  const scratch = temporaryFolder("pipeline-changes-")
  const location = withObjectFormat(repository, scratch)
  const git = createGit({
    cwd: repository.top,
    env,
    location,
    settings: settingsFor(request, repository, scratch),
    run,
  })
  const objects = openObjects(git)
  try {
    const remote = createRemote(request, repository, git)
    const dirty = request.head === undefined && (request.local ?? request.eventName === undefined)
    const session = { request, repository, git, objects, remote, dirty, warnings: [] }
    return await collect(session, event, later)
  } finally {
    objects.close()
    git.close()
    scratch.remove()
  }
}

/**
 * Refuses names that can't be revisions before git is asked about anything.
 *
 * @param {GatherRequest} request
 * @returns {void}
 */
function checkRequest({ base, head, lastGreen, defaultBranch }) {
  if (base !== undefined) checkRevision("--base", base)
  if (head !== undefined) checkRevision("--head", head)
  if (defaultBranch !== undefined) checkRevision("the default branch", defaultBranch)
  const green = typeof lastGreen === "string" ? [lastGreen] : Object.values(lastGreen ?? {})
  for (const name of green) checkRevision("--last-green", name)
}

/**
 * Files without history, such as an unpacked archive: nothing can be compared.
 *
 * @param {GatherRequest} request
 * @param {string} why there is none
 * @returns {Facts}
 */
function withoutRepository({ base, head, strictBase }, why) {
  const asked = base === undefined ? head && `--head=${head}` : `--base=${base}`
  if (asked) {
    throw new GatherError(2, `${asked}: ${why}. Run it in a checkout, or select services by name.`)
  }
  const message = `${why}, so there is nothing to compare with`
  if (strictBase === true) throw new GatherError(3, `The base is not known: ${message}`)
  return {
    ok: true,
    version: 1,
    ...everything("base-unresolved", message),
    head: { sha: null },
    dirty: null,
    files: [],
    symlinks: [],
    baseConfig: {},
    baseConfigMissing: [],
    headConfig: {},
    since: [],
    warnings: [],
    processes: 0,
  }
}

/**
 * @param {Session} begun
 * @param {import("./base.mjs").Payload} event
 * @param {Surroundings["later"]} later
 * @returns {Promise<Facts>}
 */
async function collect(begun, event, later) {
  const outcome = background(askStatus(begun))
  const differ = startDiffer(begun)
  const commit = background(findHead(begun))
  const request = { ...begun.request, ...(await later?.()) }
  const session = { ...begun, request }
  const { repository, git, objects, remote, warnings } = session
  const status = background(readStatus(session, outcome))
  const head = await commit
  const listing = background(readTracked(session, head))
  const branch = checkedOutBranch(repository)
  const history = createHistory(repository, git, objects, remote)
  const scene = { request, event, branch, objects, history, remote, warnings }

  if (head !== null && request.head !== undefined) await checkCheckout(session, head)
  const choice =
    head === null
      ? everything("initial", "the repository has no commit yet")
      : await chooseBase({ ...scene, head })
  if (request.strictBase === true && choice.all?.code === "base-unresolved") {
    throw new GatherError(3, `The base is not known: ${choice.all.message}`)
  }
  const groups = head === null ? new Map() : await greenGroups({ ...scene, head }, choice.base.sha)
  const bases = [choice.base.sha, ...groups.keys()].filter((sha) => sha !== null)
  const diffs = head === null ? new Map() : await treeDiffs(differ, head.sha, bases)
  const { changes, warnings: unseen } = await status
  const { symlinks, lostLinks, hidden } = await listing
  const dirty = [...changes, ...hidden]
  const shallow = history.shallow()

  const lost = lostLinksReason(lostLinks)
  const all = choice.all ?? lost
  const main = await compare(session, { base: choice.base, all, shallow }, diffs, dirty)
  if (request.strictBase === true && main.all?.code === "base-unresolved") {
    throw new GatherError(3, `The base is not known: ${main.all.message}`)
  }
  const since = []
  for (const [sha, services] of groups) {
    /** @type {import("../facts.js").Base} */
    const base = { sha, how: "last-green", shallow }
    since.push({
      services,
      ...(await compare(session, { base, all: lost, shallow }, diffs, dirty)),
    })
  }
  const headConfig = Object.assign({}, ...since.map((each) => each.headConfig), main.headConfig)
  const ref = request.head ?? branch
  return {
    ok: true,
    version: 1,
    base: main.base,
    head: {
      sha: head?.sha ?? null,
      ...(ref === null ? {} : { ref }),
      ...(head !== null && head.parents.length > 1 ? { parents: head.parents } : {}),
    },
    all: main.all,
    dirty: session.dirty ? countSources(dirty) : null,
    files: main.files,
    symlinks,
    baseConfig: main.baseConfig,
    baseConfigMissing: main.baseConfigMissing,
    headConfig,
    since: since.map(({ headConfig: _, ...comparison }) => comparison),
    warnings: [...warnings, ...unseen],
    processes: git.count(),
  }
}

/**
 * A job that runs beside others: its failure is reported where it is awaited, and nowhere else.
 *
 * @template T
 * @param {Promise<T>} job
 * @returns {Promise<T>}
 */
function background(job) {
  job.catch(() => {})
  return job
}

/**
 * @param {Session} session
 * @returns {Promise<Commit | null>} null in a repository without a commit
 */
async function findHead({ request, repository, git, objects }) {
  const head = await objects.commit(request.head ?? "HEAD")
  if (head !== null) return head
  await checkReadable(repository, git)
  if (request.head !== undefined) {
    throw new GatherError(
      2,
      `--head=${request.head}: there is no such revision here. Fetch it first.`,
    )
  }
  if (request.base !== undefined) {
    throw new GatherError(
      2,
      `--base=${request.base}: the repository has no commit to compare. Commit something first.`,
    )
  }
  return null
}

/**
 * A repository that git refuses to read, or that is damaged, is not one without a commit.
 *
 * @param {import("./repository.mjs").Repository} repository
 * @param {import("./git.mjs").Git} git
 * @returns {Promise<void>}
 */
async function checkReadable(repository, git) {
  if (readHeadId(repository) === null) return
  const outcome = await git.exec(["rev-parse", "--verify", "HEAD^{commit}"])
  if (outcome.code === 0) return
  throw new GatherError(
    2,
    `git can't read the last commit: ${complaint(outcome)}. Check it with "git status".`,
  )
}

/**
 * What runs are the files of the checkout, whatever was compared.
 *
 * @param {Session} session
 * @param {Commit} head
 * @returns {Promise<void>}
 */
async function checkCheckout({ request, objects, warnings }, head) {
  const here = await objects.commit("HEAD")
  if (here?.sha === head.sha) return
  warnings.push(
    `--head=${request.head} is not what is checked out: its changes are looked at, but the checkout's files would run`,
  )
}

/**
 * Services by the commit at which they were last green, where that is not the base itself.
 *
 * @param {import("./base.mjs").Scene} scene
 * @param {string | null} base
 * @returns {Promise<Map<string, string[]>>}
 */
async function greenGroups(scene, base) {
  const { lastGreen } = scene.request
  /** @type {Map<string, string[]>} */
  const groups = new Map()
  if (typeof lastGreen !== "object" || !usesLastGreen(scene)) return groups
  const { "*": _, ...byService } = lastGreen
  const usable = await usableGreen(scene, [...new Set(Object.values(byService))])
  for (const [service, name] of Object.entries(byService).sort()) {
    const sha = usable.get(name)
    if (sha === undefined || sha === base) continue
    groups.set(sha, [...(groups.get(sha) ?? []), service])
  }
  return groups
}

/**
 * Starts the process that compares commits before it is known which: later, it would begin while git
 * status has every core at work.
 *
 * @param {Session} session
 * @returns {(questions: string) => Promise<import("./git.mjs").Outcome>}
 */
function startDiffer({ git }) {
  const flags = ["-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none"]
  /** @type {(questions: string) => void} */
  let ask = () => {}
  /** @type {Promise<string>} */
  const input = new Promise((resolve) => (ask = resolve))
  const outcome = background(
    git.exec(["diff-tree", "--stdin", "--always", "--root", ...flags], { input }),
  )
  return (questions) => {
    ask(questions)
    return outcome
  }
}

/**
 * The changes from each base to the head, all from one process. A base whose files can't be read has
 * no entry.
 *
 * @param {ReturnType<typeof startDiffer>} differ
 * @param {string} head
 * @param {string[]} bases
 * @returns {Promise<Map<string, Change[]>>}
 */
async function treeDiffs(differ, head, bases) {
  const others = bases.filter((base) => base !== head)
  /** @type {Map<string, Change[]>} */
  const found = new Map(bases.includes(head) ? [[head, []]] : [])
  if (others.length === 0) return found
  // After a commit, diff-tree takes the rest of the line as its parents.
  const outcome = await differ(others.map((base) => `${head} ${base}\n`).join(""))
  if (outcome.code !== 0) return found
  const sections = parseTreeDiffs(outcome.stdout)
  if (sections.length !== others.length) return found
  others.forEach((base, index) => found.set(base, sections[index] ?? []))
  return found
}

/**
 * @param {Change[]} changes
 * @returns {import("../facts.js").DirtyCounts}
 */
function countSources(changes) {
  const counts = { staged: 0, worktree: 0, untracked: 0 }
  for (const source of changes.flatMap((change) => change.sources)) {
    if (source !== "committed") counts[source] += 1
  }
  return counts
}

/**
 * @param {GatherRequest} request
 * @param {import("./repository.mjs").Repository} repository
 * @param {import("./temporary-folder.mjs").TemporaryFolder} scratch removed at the end
 * @returns {string[]}
 */
function settingsFor(request, repository, scratch) {
  /** @type {string[]} */
  const settings = []
  if (request.trustRepository === true || repository.config === null) {
    settings.push("safe.directory=*")
  }
  // Otherwise git would read every file again, because each has a new inode.
  if (request.uploaded === true) settings.push("core.checkStat=minimal", "core.trustctime=false")
  if (request.globalIgnore !== undefined) {
    const file = join(scratch.path(), "ignore")
    writeFileSync(file, request.globalIgnore)
    settings.push(`core.excludesFile=${file}`)
  }
  return settings
}
