import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { run } from "../lib/process.mjs"

/**
 * Which branches a run belongs to, as far as its cache is concerned.
 *
 * @typedef {object} Branches
 * @property {string | undefined} own undefined for a tag, a merge queue and a detached HEAD: they have no cache of their own
 * @property {string[]} others those it grew from, nearest first: a pull request's base, the default branch
 * @property {boolean} fork whether the code comes from a fork, whose runs must not write what others read
 */

const DEFAULT_BRANCH = "main"

/**
 * Finds the branches, from GitHub's variables and event or from git.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} root of the repository
 * @returns {Promise<Branches>}
 */
export async function findBranches(environment, root) {
  if (environment.GITHUB_ACTIONS === "true")
    return githubBranches(environment, readEvent(environment.GITHUB_EVENT_PATH))
  const own = await symbolicRef(root, "HEAD")
  const remote = await symbolicRef(root, "refs/remotes/origin/HEAD")
  return { own, others: [remote?.replace(/^origin\//, "") ?? DEFAULT_BRANCH], fork: false }
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @param {Record<string, any>} event as GitHub sends it
 * @returns {Branches}
 */
export function githubBranches(environment, event) {
  const fallback = event.repository?.default_branch ?? DEFAULT_BRANCH
  const request = event.pull_request
  if (request) {
    return {
      own: environment.GITHUB_HEAD_REF || request.head?.ref,
      others: [environment.GITHUB_BASE_REF || request.base?.ref, fallback].filter(Boolean),
      // A fork that was deleted has no repository any more.
      fork: request.head?.repo?.full_name !== event.repository?.full_name,
    }
  }
  if (event.merge_group) {
    const base = String(event.merge_group.base_ref ?? fallback).replace(/^refs\/heads\//, "")
    return { own: undefined, others: [base, fallback], fork: false }
  }
  const own = environment.GITHUB_REF_TYPE === "branch" ? environment.GITHUB_REF_NAME : undefined
  return { own, others: [fallback], fork: false }
}

/** @param {string | undefined} path */
function readEvent(path) {
  if (!path || !existsSync(path)) return {}
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    // Change detection reports a broken event; the cache only loses a branch.
    return {}
  }
}

/**
 * @param {string} root
 * @param {string} name
 */
async function symbolicRef(root, name) {
  const { exitCode, stdout } = await run("git", ["symbolic-ref", "--quiet", "--short", name], {
    cwd: root,
    allowFailure: true,
  })
  return exitCode === 0 ? stdout.trim() : undefined
}

const SLUG_LENGTH = 80

/**
 * A branch's name as the beginning of an image tag. Different branches have
 * different ones: what a tag can't hold is replaced, and a hash of the whole
 * name follows.
 *
 * @param {string} branch
 * @returns {string} at most 93 of the 128 characters that a tag may have
 */
export function branchTag(branch) {
  const slug = branch
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, SLUG_LENGTH)
  const hash = createHash("sha256").update(branch).digest("hex").slice(0, 12)
  return `${slug || "branch"}-${hash}`
}
