import { dag, Container, Directory, File, ReturnType, Secret } from "@dagger.io/dagger"
import type { Service as EngineService } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import { finish } from "./finish.js"
import { IMAGES } from "./images.js"
import { moduleSource } from "./module-folder.js"

/** Who may use AWS, the registry and those who are told, and how they are reached. */
export interface DeployAccess {
  aws?: Secret | undefined
  awsRegion?: string | undefined
  /** An emulator in place of AWS. */
  awsEndpoint?: EngineService | undefined
  /** In place of `build.registry` in pipeline.yaml. */
  registry?: string | undefined
  registryUser?: string | undefined
  registryPassword?: Secret | undefined
  /** A registry that only the host reaches. */
  registryEndpoint?: EngineService | undefined
  webhook?: Secret | undefined
  githubToken?: Secret | undefined
  /** What a login is printed under. */
  key?: Secret | undefined
}

/** Options of the program: a value, or a flag that is set or not. */
type Options = Record<string, string | number | boolean | undefined>

const PROGRAM = "/opt/deploy.mjs"
const SETTINGS = "/opt/settings.json"
const OUT = "/out"

/** Where the program finds the files of a command. */
export const INPUT = "/input"

/** Files of the module that the program shares with it. */
const SHARED = [
  "src/config/suggest.ts",
  "src/config/template.ts",
  "src/findings/redact.ts",
  "src/stages/images.ts",
]

/**
 * Runs the deploying program, always anew, and ends as it ends.
 *
 * @param command the program's own word, such as "deploy"
 */
export async function runDeploy(
  config: Config,
  command: string,
  options: Options,
  access: DeployAccess,
): Promise<string> {
  const ran = await start(config, command, options, access)
  return finish(await ran.stdout(), await ran.exitCode())
}

/**
 * Runs a command of the deploying program that writes files.
 *
 * @returns the folder that it wrote them to
 * @throws the SDK's ExecError with the program's exit code
 */
export async function runDeployToFolder(
  config: Config,
  command: string,
  options: Options,
  access: DeployAccess,
): Promise<Directory> {
  const ran = await start(config, command, { ...options, out: OUT }, access)
  await finish(await ran.stdout(), await ran.exitCode())
  return ran.directory(OUT)
}

/**
 * Runs the program for what it prints.
 *
 * @param input files of the command, at INPUT
 * @throws Error with its own words when it did not end well
 */
export async function askProgram(
  config: Config,
  command: string,
  options: Options,
  access: DeployAccess,
  input?: Directory,
): Promise<string> {
  const ran = await start(config, command, options, access, input)
  const text = (await ran.stdout()).trim()
  if ((await ran.exitCode()) !== 0) throw new Error(text)
  return text
}

async function start(
  config: Config,
  command: string,
  options: Options,
  access: DeployAccess,
  input?: Directory,
): Promise<Container> {
  let container = dag
    .container()
    .from(IMAGES.tools)
    .withFile(PROGRAM, program())
    .withNewFile(SETTINGS, settingsOf(config, access.registry))
    // What is done to the world is never answered from a cache.
    .withEnvVariable("PIPELINE_STARTED", new Date().toISOString())
  if (input !== undefined) container = container.withMountedDirectory(INPUT, input)
  const secrets = {
    credentials: access.aws,
    webhook: access.webhook,
    "github-token": access.githubToken,
    "registry-password": access.registryPassword,
    key: access.key,
  }
  const given: Options = {
    ...{ settings: SETTINGS, region: access.awsRegion },
    ...{ "registry-user": access.registryUser, ...options },
  }
  for (const [name, secret] of Object.entries(secrets)) {
    if (secret === undefined) continue
    container = container.withMountedSecret(`/run/secrets/${name}`, secret)
    given[name] = `/run/secrets/${name}`
  }
  const endpoints = {
    aws: { service: access.awsEndpoint, option: "endpoint" },
    registry: { service: access.registryEndpoint, option: "registry-address" },
  }
  for (const [alias, { service, option }] of Object.entries(endpoints)) {
    if (service === undefined) continue
    const [port] = await service.ports()
    container = container.withServiceBinding(alias, service)
    given[option] = `http://${alias}:${await port?.port()}`
  }
  const args = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined || value === false || value === "") return []
    return value === true ? [`--${name}`] : [`--${name}=${value}`]
  })
  return container.withExec(["node", "--no-warnings", PROGRAM, command, ...args], {
    expect: ReturnType.Any,
  })
}

/** The program as one file: installed by its lock, which changes seldom, then bundled. */
function program(): File {
  const sources = moduleSource().directory("deploy")
  const shared = moduleSource()
  let build = dag
    .container()
    .from(IMAGES.tools)
    .withWorkdir("/build/deploy")
    .withFile("package.json", sources.file("package.json"))
    .withFile("package-lock.json", sources.file("package-lock.json"))
    .withMountedCache("/root/.npm", dag.cacheVolume("npm-v1"))
    .withExec(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    .withoutMount("/root/.npm")
    .withFile("build.mjs", sources.file("build.mjs"))
    .withDirectory("src", sources.directory("src"))
  for (const path of SHARED) build = build.withFile(`/build/${path}`, shared.file(path))
  return build.withExec(["node", "build.mjs", PROGRAM]).file(PROGRAM)
}

/** The part of the configuration that the program reads. */
function settingsOf({ services, environments, build }: Config, registry = build.registry): string {
  return JSON.stringify({
    services: services.map(({ name, dependsOn, health, deploy }) => ({
      ...{ name, dependsOn, deploy },
      ...(health !== undefined && { health }),
    })),
    environments,
    ...(registry !== undefined && { registry }),
  })
}
