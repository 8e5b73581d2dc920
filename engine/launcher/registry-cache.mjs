import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { branchTag, findBranches } from "./cache-branches.mjs"
import { readCacheSetting } from "./cache-setting.mjs"

/** @typedef {import("./cache-branches.mjs").Branches} Branches */
/** @typedef {import("./cache-setting.mjs").CacheSetting} CacheSetting */

/**
 * What a run does with the registry cache.
 *
 * @typedef {object} RegistryCache
 * @property {string} host of the registry
 * @property {string[]} reads references, the nearest first
 * @property {string | undefined} writes the one reference it replaces
 * @property {string} description for a person, with the reason when it only reads
 * @property {Record<string, string>} variables for the dagger CLI
 */

const IMPORT = "_EXPERIMENTAL_DAGGER_CACHE_IMPORT_CONFIG"
const EXPORT = "_EXPERIMENTAL_DAGGER_CACHE_EXPORT_CONFIG"
const BOTH = "_EXPERIMENTAL_DAGGER_CACHE_CONFIG"
const SHUTDOWN_TIMEOUT = "_EXPERIMENTAL_DAGGER_SHUTDOWN_TIMEOUT"

/** Dagger itself waits 10 seconds for an export, and then drops it without a word. */
const EXPORT_TIMEOUT = "10m"

/** After this long an export is given up: dagger waits without end for a registry that never answers. */
export const EXPORT_LIMIT_MS = 11 * 60_000

/** What an export replaces: what a run of every service left, or of some. */
const KINDS = ["all", "some"]

/**
 * Decides what a run does with the registry cache.
 *
 * @param {object} run
 * @param {NodeJS.ProcessEnv} run.environment
 * @param {string} run.root of the repository
 * @param {string | undefined} run.name the function that is called; undefined for a shell, which only reads
 * @param {string[]} run.functionArguments
 * @param {() => Promise<boolean>} run.engineIsEmpty asked only when the run would write
 * @returns {Promise<RegistryCache | undefined>} undefined when none is set, or dagger's own variables say what to do
 * @throws {import("../lib/errors.mjs").KitError} CACHE_SETTING
 */
export async function registryCache({ environment, root, name, functionArguments, engineIsEmpty }) {
  if ([IMPORT, EXPORT, BOTH].some((variable) => environment[variable])) return undefined
  const setting = readCacheSetting(environment, root)
  if (setting === undefined) return undefined
  const branches = await findBranches(environment, root)
  const plan = planCache({
    setting,
    branches,
    name,
    functionArguments,
    environment,
    hasLogin: hasLogin(hostOf(setting.repository), environment),
  })
  return plan.writes && !(await engineIsEmpty()) ? writeOnly(plan) : plan
}

/**
 * An engine that reads and writes steps it has already crashes (dagger v0.19.10: without end,
 * normalizeItem calls itself). One with a cache of its own has less need to read.
 *
 * @param {RegistryCache} plan
 * @returns {RegistryCache}
 */
export function writeOnly(plan) {
  const { [IMPORT]: _, ...variables } = plan.variables
  return {
    ...plan,
    reads: [],
    variables,
    description: `written to ${plan.writes}, not read: this engine has a cache of its own`,
  }
}

/**
 * @param {object} facts
 * @param {CacheSetting} facts.setting
 * @param {Branches} facts.branches
 * @param {string | undefined} facts.name
 * @param {string[]} facts.functionArguments
 * @param {NodeJS.ProcessEnv} facts.environment
 * @param {boolean} facts.hasLogin whether Docker's configuration has credentials for the registry
 * @returns {RegistryCache}
 */
export function planCache({ setting, branches, name, functionArguments, environment, hasLogin }) {
  const { repository } = setting
  const tags = [branches.own, ...branches.others].filter((branch) => branch !== undefined)
  const reads = [...new Set(tags)].flatMap((branch) =>
    KINDS.map((kind) => `${repository}:${branchTag(branch)}.${kind}`),
  )
  const reason = whyNotWrite({ setting, branches, name, environment, hasLogin })
  const writes =
    reason === undefined && branches.own !== undefined
      ? `${repository}:${branchTag(branches.own)}.${kindOf(functionArguments)}`
      : undefined
  const loopback = isLoopback(hostOf(repository)) ? ",registry.insecure=true" : ""
  return {
    host: hostOf(repository),
    reads,
    writes,
    description: writes
      ? `read from ${repository}, written to ${writes}`
      : `read from ${repository}, not written: ${reason}`,
    variables: {
      [IMPORT]: reads.map((ref) => `type=registry,ref=${ref}${loopback}`).join(";"),
      ...(writes && {
        // An image manifest, because ECR refuses the index that is the default. Not zstd, though it is quicker: an image
        // that is pushed has its layers as they came, and not everything that runs images takes those.
        [EXPORT]: `type=registry,ref=${writes},mode=max,image-manifest=true,oci-mediatypes=true${loopback}`,
        [SHUTDOWN_TIMEOUT]: environment[SHUTDOWN_TIMEOUT] || EXPORT_TIMEOUT,
      }),
    },
  }
}

/**
 * @param {{setting: CacheSetting, branches: Branches, name: string | undefined, environment: NodeJS.ProcessEnv, hasLogin: boolean}} facts
 * @returns {string | undefined} undefined when it does write
 */
function whyNotWrite({ setting, branches, name, environment, hasLogin }) {
  // An export holds only what its own session worked out: only the main job's is worth keeping.
  if (name !== "ci") return "only `ci` writes it"
  if (setting.mode === "read") return "PIPELINE_CACHE_MODE says so"
  if (branches.fork) return "the pull request comes from a fork"
  if (branches.own === undefined) return "this run belongs to no branch"
  if (setting.mode === "write") return undefined
  if (environment.RUNNER_ENVIRONMENT !== "github-hosted")
    return "this machine's engine keeps its own cache (PIPELINE_CACHE_MODE=write for one that always begins empty)"
  if (!hasLogin && !isLoopback(hostOf(setting.repository)))
    return `nobody is logged in to ${hostOf(setting.repository)} (docker login)`
  return undefined
}

/** @param {string[]} functionArguments */
function kindOf(functionArguments) {
  const selects = /^--(?:changed|service)(?:=(?!false$)|$)/
  return functionArguments.some((word) => selects.test(word)) ? "some" : "all"
}

/** @param {string} repository */
function hostOf(repository) {
  return repository.slice(0, repository.indexOf("/"))
}

/** @param {string} host with or without a port */
export function isLoopback(host) {
  return /^(?:127(?:\.\d+){3}|localhost|\[::1\])(?::\d+)?$/.test(host)
}

/**
 * @param {string} host
 * @param {NodeJS.ProcessEnv} environment
 */
function hasLogin(host, environment) {
  const file = join(environment.DOCKER_CONFIG || join(homedir(), ".docker"), "config.json")
  if (!existsSync(file)) return false
  try {
    const { auths, credHelpers, credsStore } = JSON.parse(readFileSync(file, "utf8"))
    return Boolean(auths?.[host] || auths?.[`https://${host}`] || credHelpers?.[host] || credsStore)
  } catch {
    return false
  }
}
