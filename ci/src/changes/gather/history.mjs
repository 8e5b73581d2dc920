// @ts-check
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { GatherError } from "./failure.mjs"
import { complaint } from "./git.mjs"
import { readShallow } from "./repository.mjs"

/**
 * Questions about history whose answers are only given when they are certain: what a shallow clone
 * hides is fetched first, and where that is not possible the answer is null.
 *
 * @typedef {object} History
 * @property {(left: string, right: string) => Promise<{sha: string | null} | null>} mergeBase
 *   `sha` null: the two have no common ancestor
 * @property {(commits: string[], head: string) => Promise<Set<string> | null>} notAncestors
 *   those of the commits that are not ancestors of the head
 * @property {(id: string) => Promise<string | null>} fetchCommit an exact commit, fetched if needed
 * @property {() => boolean} shallow whether this clone is cut off
 */

/** How far back to fetch in each attempt. @type {Array<number | "everything">} */
const DEPTHS = [50, 500, "everything"]

/**
 * @param {import("./repository.mjs").Repository} repository
 * @param {import("./git.mjs").Git} git
 * @param {import("./objects.mjs").Objects} objects
 * @param {import("./remote.mjs").Remote | null} remote
 * @returns {History}
 */
export function createHistory(repository, git, objects, remote) {
  /**
   * Repeats a question with ever more history until its answer is certain.
   *
   * @template T
   * @param {string[]} commits whose history is needed
   * @param {(boundary: Boundary | null) => Promise<T | null>} ask
   * @returns {Promise<T | null>}
   */
  async function withEnoughHistory(commits, ask) {
    for (const depth of DEPTHS) {
      const answer = await askOnce(ask)
      if (answer !== null || readShallow(repository).length === 0) return answer
      if (remote === null || !(await remote.deepen(commits, depth))) return null
    }
    return askOnce(ask)
  }

  /**
   * @template T
   * @param {(boundary: Boundary | null) => Promise<T | null>} ask
   * @returns {Promise<T | null>}
   */
  async function askOnce(ask) {
    const cut = readShallow(repository)
    if (cut.length === 0) return ask(null)
    const folder = mkdtempSync(join(tmpdir(), "pipeline-history-"))
    try {
      return await ask(await trueBoundary(cut, objects, folder))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  return {
    mergeBase: async (left, right) => {
      if (await isNearAncestor(objects, left, right)) return { sha: left }
      return withEnoughHistory([left, right], (boundary) =>
        soundMergeBase(git, left, right, boundary),
      )
    },
    notAncestors: (commits, head) =>
      withEnoughHistory([...commits, head], (boundary) =>
        soundNotAncestors(git, commits, head, boundary),
      ),
    fetchCommit: async (id) => {
      const here = await objects.commit(id)
      if (here !== null) return here.sha
      const cut = readShallow(repository).length > 0
      if (remote === null || !(await remote.fetchObject(id, cut))) return null
      return (await objects.commit(id))?.sha ?? null
    },
    shallow: () => readShallow(repository).length > 0,
  }
}

/** So many commits are looked at before git is asked: a branch seldom has more, and a process takes longer. */
const NEAR = 16

/**
 * Whether a commit is found on the first steps back from another: it is then their merge-base, whatever else the
 * history holds or a shallow clone hides.
 *
 * @param {import("./objects.mjs").Objects} objects
 * @param {string} ancestor
 * @param {string} head
 * @returns {Promise<boolean>}
 */
async function isNearAncestor(objects, ancestor, head) {
  const seen = new Set([head])
  for (const id of seen) {
    if (id === ancestor) return true
    if (seen.size > NEAR) return false
    const commit = await objects.commit(id)
    for (const parent of commit?.parents ?? []) seen.add(parent)
  }
  return false
}

/**
 * Where this clone's history ends, and the environment that tells git so.
 *
 * @typedef {{commits: Set<string>, env: NodeJS.ProcessEnv}} Boundary
 */

/**
 * A later `git fetch --depth 1` (the dagger CLI runs one on pull requests) marks commits as cut off
 * although their parents are still here. Those marks are lifted for our own questions; the
 * repository's file stays as it is.
 *
 * @param {string[]} cut
 * @param {import("./objects.mjs").Objects} objects
 * @param {string} folder for a file that lives as long as the question
 * @returns {Promise<Boundary>}
 */
async function trueBoundary(cut, objects, folder) {
  const commits = await Promise.all(cut.map((id) => objects.commit(id)))
  const hidden = await Promise.all(
    commits.map(async (commit) => {
      if (commit === null) return true
      const parents = await Promise.all(commit.parents.map((id) => objects.commit(id)))
      return parents.includes(null)
    }),
  )
  const real = cut.filter((_, index) => hidden[index])
  const file = join(folder, "shallow")
  writeFileSync(file, real.map((id) => `${id}\n`).join(""))
  return { commits: new Set(real), env: { GIT_SHALLOW_FILE: file } }
}

/**
 * @param {import("./git.mjs").Git} git
 * @param {string} left
 * @param {string} right
 * @param {Boundary | null} boundary null for a complete clone
 * @returns {Promise<{sha: string | null} | null>} null if more history could change the answer
 */
async function soundMergeBase(git, left, right, boundary) {
  const [base, complete] = await Promise.all([
    git.exec(["merge-base", "--all", left, right], { env: boundary?.env }),
    isComplete(git, [`${left}...${right}`], boundary),
  ])
  if (!complete) return null
  if (base.code > 1) throw damaged(base)
  return { sha: base.stdout.toString("latin1").split("\n")[0] || null }
}

/**
 * @param {import("./git.mjs").Git} git
 * @param {string[]} commits
 * @param {string} head
 * @param {Boundary | null} boundary
 * @returns {Promise<Set<string> | null>}
 */
async function soundNotAncestors(git, commits, head, boundary) {
  const listed = await git.exec(["rev-list", "--stdin"], {
    env: boundary?.env,
    input: [...commits, `^${head}`].join("\n") + "\n",
  })
  if (listed.code !== 0 && boundary === null) throw damaged(listed)
  if (listed.code !== 0) return null
  const outside = new Set(listed.stdout.toString("latin1").split("\n"))
  const found = new Set(commits.filter((commit) => outside.has(commit)))
  // In a shallow clone "not an ancestor" may only mean that the way there is cut off.
  return boundary !== null && boundary.commits.size > 0 && found.size > 0 ? null : found
}

/**
 * Whether the history between two commits is all here. A merge-base found across a cut can be older
 * than the true one, and git does not say so.
 *
 * @param {import("./git.mjs").Git} git
 * @param {string[]} range
 * @param {Boundary | null} boundary
 * @returns {Promise<boolean>}
 */
async function isComplete(git, range, boundary) {
  if (boundary === null) return true
  const listed = await git.exec(["rev-list", ...range], { env: boundary.env })
  if (listed.code !== 0) return false
  const commits = listed.stdout.toString("latin1").split("\n")
  return !commits.some((commit) => boundary.commits.has(commit))
}

/**
 * @param {import("./git.mjs").Outcome} outcome
 * @returns {GatherError}
 */
function damaged(outcome) {
  return new GatherError(
    2,
    `git could not read the history: ${complaint(outcome)}. Check it with "git fsck".`,
  )
}
