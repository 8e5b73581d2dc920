// @ts-check
import { readFileSync } from "node:fs"
import { complaint } from "./git.mjs"
import { GatherError } from "./failure.mjs"

/**
 * Where missing history can be fetched from.
 *
 * @typedef {object} Remote
 * @property {(commits: string[], by: number | "everything") => Promise<boolean>} deepen
 * @property {(id: string, shallow: boolean) => Promise<boolean>} fetchObject
 * @property {(branch: string) => Promise<string | null>} tip commit id of a branch over there
 * @property {() => string | null} problem what the last failed command said
 */

/** Milliseconds for one conversation with a server. */
const TIMEOUT = 120_000
const PROTOCOLS = "file:git:http:https:ssh"
const NAME = "pipeline-base"

/**
 * @param {import("../facts.js").GatherRequest} request
 * @param {import("./repository.mjs").Repository} repository
 * @param {import("./git.mjs").Git} git
 * @param {number} [timeout]
 * @returns {Remote | null} null when no remote is known
 */
export function createRemote(request, repository, git, timeout = TIMEOUT) {
  const explicit = request.remoteUrl !== undefined
  if (!explicit && !/^\s*\[remote "origin"\]/m.test(repository.config ?? "")) return null
  const name = explicit ? NAME : "origin"
  const env = { ...(explicit ? access(request) : {}), GIT_ALLOW_PROTOCOL: PROTOCOLS }
  /** @type {string | null} */
  let problem = null
  let silent = false

  /** @type {(args: string[]) => Promise<import("./git.mjs").Outcome | null>} */
  async function talk(args) {
    // A server that did not answer once would make every further question wait as long.
    if (silent) return null
    const outcome = await git.exec(args, { env, timeout })
    if (outcome.code === 0) return outcome
    silent = outcome.timedOut
    problem = complaint(outcome)
    return null
  }

  /** @type {(depth: string[], wanted: string[]) => Promise<boolean>} */
  async function fetch(depth, wanted) {
    const quiet = ["--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--refmap="]
    const alone = ["--no-recurse-submodules", "--no-auto-maintenance"]
    return (await talk(["fetch", ...quiet, ...alone, ...depth, "--", name, ...wanted])) !== null
  }

  return {
    deepen: async (commits, by) => {
      const depth = by === "everything" ? "--unshallow" : `--deepen=${by}`
      // A commit that exists only here can't be asked for, so one refusal is not the last word.
      for (const wanted of [commits, ...commits.map((commit) => [commit])]) {
        if (await fetch([depth], wanted)) return true
      }
      return false
    },
    fetchObject: (id, shallow) => fetch(shallow ? ["--depth=1"] : [], [id]),
    tip: async (branch) => {
      const answer = await talk(["ls-remote", "--quiet", "--", name, `refs/heads/${branch}`])
      return answer?.stdout.toString("latin1").split("\t")[0] || null
    },
    problem: () => problem,
  }
}

/**
 * The remote as settings in the environment: a command line is visible to every user of the machine.
 *
 * @param {import("../facts.js").GatherRequest} request
 * @returns {NodeJS.ProcessEnv}
 */
function access(request) {
  const given = request.remoteUrl ?? ""
  if (!isFetchable(given)) {
    throw new GatherError(
      2,
      "The remote must be a path or an https, http, ssh, git or file address without line breaks.",
    )
  }
  const { url, user, password } = splitCredentials(given)
  const secret = readToken(request.tokenFile) ?? password
  /** @type {Array<[string, string]>} */
  const settings = [[`remote.${NAME}.url`, url]]
  if (secret !== null && /^https?:/.test(url)) {
    const basic = Buffer.from(`${user ?? "x-access-token"}:${secret}`).toString("base64")
    const key = `http.${new URL(url).origin}/.extraheader`
    // The empty value drops the header that a checkout may have left: two are refused by servers.
    settings.push([key, ""], [key, `Authorization: Basic ${basic}`])
  }
  return Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(settings.length)],
    ...settings.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ])
}

/**
 * git hands an address on to its helpers' command lines, so credentials are taken out of it.
 *
 * @param {string} given
 * @returns {{url: string, user: string | null, password: string | null}}
 */
function splitCredentials(given) {
  if (!/^https?:\/\//.test(given)) return { url: given, user: null, password: null }
  const url = new URL(given)
  const { username, password } = url
  url.username = ""
  url.password = ""
  const user = password === "" ? null : decodeURIComponent(username)
  const secret = password === "" ? username : password
  return { url: url.href, user, password: secret === "" ? null : decodeURIComponent(secret) }
}

/**
 * @param {string} url
 * @returns {boolean}
 */
function isFetchable(url) {
  if (url === "" || url.startsWith("-") || /[\0-\x1f\x7f]/.test(url)) return false
  if (/^https?:/.test(url)) return URL.canParse(url)
  return !/^[a-z0-9+.-]+::/i.test(url)
}

/**
 * @param {string | undefined} file
 * @returns {string | null}
 */
function readToken(file) {
  if (file === undefined) return null
  try {
    return readFileSync(file, "utf8").trim() || null
  } catch {
    throw new GatherError(
      2,
      `The token file ${file} can't be read. Check its path and permissions.`,
    )
  }
}
