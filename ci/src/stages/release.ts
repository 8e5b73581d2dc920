import type { Secret, Service as EngineService } from "@dagger.io/dagger"
import type { Config, Service } from "../config/index.js"
import { hasImage } from "../config/index.js"
import { sourceAddress } from "../images/labels.js"
import type { Origin } from "../images/labels.js"
import { destination, isLoopback } from "../images/reference.js"
import { UsageError } from "../run/usage-error.js"
import { cleanCommit } from "./commit.js"
import type { Checkout } from "./detect.js"
import { createRepositories, ecrLogin, isEcr } from "./ecr.js"
import type { RegistryLogin } from "./registry.js"
import type { Signing } from "./sign.js"

/** What the command line says about a registry. */
export interface RegistryOptions {
  /** In place of `build.registry` in pipeline.yaml. */
  registry?: string | undefined
  registryUser?: string | undefined
  registryPassword?: Secret | undefined
  /** Where git fetches from. */
  remote?: string | undefined
  /** A registry that only the host reaches, for the documents of images. */
  registryEndpoint?: EngineService | undefined
  aws?: Secret | undefined
  awsRegion?: string | undefined
  awsEndpoint?: EngineService | undefined
  /** Make repositories that are missing; only ECR wants that. */
  createRepositories?: boolean | undefined
  signingKey?: Secret | undefined
  signingPassword?: Secret | undefined
}

/** Where the images of one commit go, and as what. */
export interface Release {
  /** With prefix. */
  registry: string
  isLoopback: boolean
  origin: Origin
  /** Tags beside the commit's own. */
  movingTags: string[]
  login?: RegistryLogin
  /** How containers reach a registry that only the host reaches. */
  endpoint?: EngineService
  /** What images are signed with; absent: they aren't. */
  signing?: Signing
}

/**
 * Prepares the push of a commit's images.
 *
 * @throws UsageError for a dirty tree, a missing registry, and a login that is only half there
 */
export async function prepareRelease(
  checkout: Checkout,
  config: Config,
  options: RegistryOptions,
): Promise<Release> {
  const registry = registryOf(config, options)
  const signing = signingOf(options)
  const { revision, created, branch } = await cleanCommit(checkout, config)
  const source = config.build.source ?? sourceAddress(options.remote ?? "")
  const login = await signIn(config, registry, options)
  if (options.createRepositories) await missingRepositories(config, registry, options)
  return {
    registry,
    isLoopback: isLoopback(registry),
    origin: { revision, created, ...(source !== undefined && { source }) },
    movingTags: movingTags(config.build.movingTags, branch),
    ...(login && { login }),
    ...(options.registryEndpoint && { endpoint: options.registryEndpoint }),
    ...(signing && { signing }),
  }
}

/**
 * The registry and prefix that images are pushed to.
 *
 * @throws UsageError when none is named, or a service can't have a repository in it
 */
export function registryOf({ build, services }: Config, { registry }: RegistryOptions): string {
  const chosen = registry ?? build.registry
  if (chosen === undefined)
    throw new UsageError(
      "There is no registry to push to.\nnext: set `build: { registry: registry.example.com/game }` in pipeline.yaml, or give --registry",
    )
  const wrong = services.find(({ name }) => destination(chosen, name, "tag") === undefined)
  if (wrong !== undefined) throw new UsageError(noRepository(chosen, wrong))
  return chosen.replace(/\/+$/, "")
}

function noRepository(registry: string, { name }: Service): string {
  return `${registry}/${name} can't be a repository of a registry.\nnext: write the registry without "https://", as registry.example.com/game; names of services have single separators between letters and digits`
}

/**
 * Who signs in to a registry: who was given, or for ECR whoever uses AWS.
 *
 * @throws UsageError for a login that is only half there
 */
export async function signIn(
  config: Config,
  registry: string,
  options: RegistryOptions,
): Promise<RegistryLogin | undefined> {
  const given = loginOf(registry, options)
  return given ?? (isEcr(registry) && options.aws ? ecrLogin(config, registry, options) : undefined)
}

async function missingRepositories(
  config: Config,
  registry: string,
  options: RegistryOptions,
): Promise<void> {
  if (!isEcr(registry) || options.aws === undefined)
    throw new UsageError("--create-repositories is for a registry of Amazon ECR, and needs --aws")
  const names = config.services.filter(hasImage).map(({ name }) => name)
  await createRepositories(config, registry, names, options)
}

function signingOf({ signingKey, signingPassword }: RegistryOptions): Signing | undefined {
  if (signingKey !== undefined)
    return { key: signingKey, ...(signingPassword && { password: signingPassword }) }
  if (signingPassword === undefined) return undefined
  throw new UsageError("--signing-password is of no use without --signing-key")
}

/** What --registry-user and --registry-password amount to. */
export function loginOf(
  registry: string,
  { registryUser, registryPassword }: RegistryOptions,
): RegistryLogin | undefined {
  if (registryUser === undefined && registryPassword === undefined) return undefined
  if (registryUser === undefined || registryPassword === undefined)
    throw new UsageError("--registry-user and --registry-password belong together: give both")
  const [host = registry] = registry.split("/")
  return { host, user: registryUser, password: registryPassword }
}

/** Without a branch, nothing can stand for {branch}. */
function movingTags(templates: string[], branch: string | undefined): string[] {
  return templates
    .filter((template) => branch !== undefined || !template.includes("{branch}"))
    .map((template) => template.replaceAll("{branch}", tagOf(branch ?? "")))
}

/** A branch as a tag: what a tag can't have becomes "-". */
function tagOf(branch: string): string {
  return branch.replace(/[^\w.-]+/g, "-").slice(0, 100)
}
