import { dag, Container, Directory, File, Secret } from "@dagger.io/dagger"
import type { Facts, GatherRequest } from "../changes/facts.js"
import { planChanges } from "../changes/planner.js"
import type { Plan } from "../changes/plan.js"
import { readFacts } from "../changes/read-facts.js"
import type { Config } from "../config/index.js"
import { IMAGES } from "./images.js"
import { isProgram, moduleFolder } from "./module-folder.js"
import { UPLOAD_IGNORE } from "./upload-ignore.mjs"

/** Where the checkout comes from. */
export interface Checkout {
  source: Directory
  /** The folder that holds `.git`, and nothing else. */
  gitFolder: Directory
  /** Nothing that git tracks was left out of the upload: a file that is missing was deleted. */
  exact: boolean
}

/** What decides the base; all of it optional. */
export interface DetectOptions {
  base?: string | undefined
  head?: string | undefined
  eventName?: string | undefined
  event?: File | undefined
  /** A commit, or `service=commit` pairs with commas between them. */
  lastGreen?: string | undefined
  strictBase: boolean
  /** Where missing history is fetched from: the checkout's own configuration never gets here. */
  remote?: string | undefined
  gitToken?: Secret | undefined
  /** The user's own ignore file. */
  globalIgnore?: File | undefined
}

const REQUEST = "/request"
const PROGRAM = "/gather"
/** Where `withCheckout` puts it. */
export const REPOSITORY = "/repository"
const TOKEN = "/run/secrets/git-token"

/**
 * Asks git what changed, and plans which services that concerns.
 *
 * @throws ChangeError for a base that does not exist (2) or, when strict, can't be determined (3)
 */
export async function detectChanges(
  checkout: Checkout,
  config: Config,
  options: DetectOptions,
): Promise<Plan> {
  return planChanges(await gatherFacts(checkout, config, options), config)
}

/**
 * Asks git what changed, in one container.
 *
 * @throws ChangeError for a base that does not exist (2) or, when strict, can't be determined (3)
 */
export async function gatherFacts(
  checkout: Checkout,
  config: Config,
  options: DetectOptions,
): Promise<Facts> {
  const request: GatherRequest = {
    ...(options.base !== undefined && { base: options.base }),
    // Not `base`: what an event says about its own base comes before what the repository says in general.
    ...(config.changes.base !== undefined && { defaultBranch: config.changes.base }),
    ...(options.head !== undefined && { head: options.head }),
    ...(options.eventName !== undefined && { eventName: options.eventName }),
    ...(options.event !== undefined && { event: `${REQUEST}/event.json` }),
    ...(options.lastGreen !== undefined && { lastGreen: options.lastGreen }),
    ...(options.remote !== undefined && { remoteUrl: options.remote }),
    ...(options.gitToken !== undefined && { tokenFile: TOKEN }),
    ...(options.globalIgnore !== undefined && {
      globalIgnore: await options.globalIgnore.contents(),
    }),
    strictBase: options.strictBase,
    uploadIgnore: checkout.exact ? [] : [...UPLOAD_IGNORE],
    uploaded: true,
  }
  let files = dag.directory().withNewFile("request.json", JSON.stringify(request))
  if (options.event !== undefined) files = files.withFile("event.json", options.event)
  let container = dag
    .container()
    .from(IMAGES.tools)
    .withMountedDirectory(PROGRAM, moduleFolder("src/changes", isProgram))
    .withMountedDirectory(REQUEST, files)
  container = await withCheckout(container, checkout)
  if (options.gitToken !== undefined)
    container = container.withMountedSecret(TOKEN, options.gitToken)
  // What a server answered, or that it did not, says nothing about the next time.
  if (options.remote !== undefined)
    container = container.withEnvVariable("PIPELINE_ASKED", new Date().toISOString())
  const facts = await container
    .withWorkdir(REPOSITORY)
    .withExec(["node", `${PROGRAM}/gather.mjs`, `${REQUEST}/request.json`])
    .stdout()
  return readFacts(facts)
}

/**
 * Puts the checkout together again, without a copy of it: git may write to both parts.
 */
export async function withCheckout(
  container: Container,
  { source, gitFolder }: Checkout,
): Promise<Container> {
  const whole = container.withMountedDirectory(REPOSITORY, source)
  // Not `exists`, which fails where `.git` is a file.
  if ((await gitFolder.glob(".git/HEAD")).length > 0)
    return whole.withMountedDirectory(`${REPOSITORY}/.git`, gitFolder.directory(".git"))
  // A link to a repository elsewhere, or nothing.
  return container.withDirectory(REPOSITORY, source).withDirectory(REPOSITORY, gitFolder)
}
