import { dag, Directory, File } from "@dagger.io/dagger"
import type { GatherRequest } from "../changes/facts.js"
import { planChanges } from "../changes/planner.js"
import type { Plan } from "../changes/plan.js"
import { readFacts } from "../changes/read-facts.js"
import type { Config } from "../config/index.js"
import { IMAGES } from "./images.js"
import { UPLOAD_IGNORE } from "./upload-ignore.js"

/** Where the checkout comes from. */
export interface Checkout {
  source: Directory
  /** The folder that holds `.git`, and nothing else. */
  gitFolder: Directory
}

/** What decides the base; all of it optional. */
export interface DetectOptions {
  base?: string | undefined
  head?: string | undefined
  eventName?: string | undefined
  event?: File | undefined
  lastGreen?: string | undefined
  strictBase: boolean
}

const REQUEST = "/request"
const PROGRAM = "/gather"
const REPOSITORY = "/repository"

/**
 * Asks git what changed, in one container, and plans which services that concerns.
 *
 * @throws ChangeError for a base that does not exist (2) or, when strict, can't be determined (3)
 */
export async function detectChanges(
  checkout: Checkout,
  config: Config,
  options: DetectOptions,
): Promise<Plan> {
  const request: GatherRequest = {
    ...(options.base !== undefined && { base: options.base }),
    // Not `base`: what an event says about its own base comes before what the repository says in general.
    ...(config.changes.base !== undefined && { defaultBranch: config.changes.base }),
    ...(options.head !== undefined && { head: options.head }),
    ...(options.eventName !== undefined && { eventName: options.eventName }),
    ...(options.event !== undefined && { event: `${REQUEST}/event.json` }),
    ...(options.lastGreen !== undefined && { lastGreen: options.lastGreen }),
    strictBase: options.strictBase,
    uploadIgnore: [...UPLOAD_IGNORE],
  }
  let files = dag.directory().withNewFile("request.json", JSON.stringify(request))
  if (options.event !== undefined) files = files.withFile("event.json", options.event)
  const facts = await dag
    .container()
    .from(IMAGES.tools)
    .withMountedDirectory(PROGRAM, dag.currentModule().source().directory("src/changes"))
    .withMountedDirectory(REQUEST, files)
    // One folder, not two mounts: git must see `.git` as part of the checkout, and may write to it.
    .withDirectory(REPOSITORY, checkout.source)
    .withDirectory(REPOSITORY, checkout.gitFolder)
    .withWorkdir(REPOSITORY)
    .withExec(["node", `${PROGRAM}/gather.mjs`, `${REQUEST}/request.json`])
    .stdout()
  return planChanges(readFacts(facts), config)
}
