import { readFileSync } from "node:fs"
import { redact } from "../../src/findings/redact.js"
import type { Arguments } from "./arguments.js"
import { readArguments, required } from "./arguments.js"
import { Aws } from "./aws/aws.js"
import { readCredentials } from "./aws/credentials.js"
import { COMMANDS } from "./commands/index.js"
import { environmentOf } from "./config/target.js"
import type { Settings } from "./config/target.js"
import type { Context } from "./context.js"
import { systemClock } from "./context.js"
import { DeployError, EXIT } from "./errors.js"
import { Notifier } from "./notify/notifier.js"
import { ecrRegion, registryLogin } from "./registry/login.js"
import { Registry } from "./registry/registry.js"

/** Progress goes where it is seen at once, the result where it can be read by programs. */
function say(line: string): void {
  process.stderr.write(`${redact(line)}\n`)
}

async function main(argv: string[]): Promise<number> {
  try {
    const given = readArguments(argv)
    const command = COMMANDS[given.command]
    if (command === undefined)
      throw new DeployError(
        `there is no command "${given.command}"`,
        EXIT.usage,
        `use one of: ${Object.keys(COMMANDS).join(", ")}`,
      )
    const { text, exitCode } = await command(openContext(given), given)
    process.stdout.write(`${text}\n`)
    return exitCode
  } catch (error) {
    const usual = error instanceof DeployError
    const text = usual ? error.message : ((error as Error).stack ?? String(error))
    process.stdout.write(`${redact(text)}\n`)
    return usual ? error.exitCode : EXIT.failed
  }
}

function openContext(given: Arguments): Context {
  const { values } = given
  const settings = JSON.parse(readFileSync(required(given, "settings"), "utf8")) as Settings
  const region = values.region ?? regionOf(given, settings)
  const aws = new Aws({
    region,
    ...(values.credentials && {
      credentials: readCredentials(secret(values.credentials), Date.now()),
    }),
    ...(values.endpoint && { endpoint: values.endpoint }),
  })
  const password = values["registry-password"]
  const login =
    password === undefined
      ? undefined
      : { user: required(given, "registry-user"), password: secret(password) }
  const signIn = registryLogin(aws, settings, login)
  const registry = new Registry({
    login: signIn,
    ...(values["registry-address"] && { address: values["registry-address"] }),
  })
  const webhook = values.webhook
  const githubToken = values["github-token"]
  const notifier = new Notifier(
    aws,
    {
      ...(webhook !== undefined && { webhook: secret(webhook) }),
      ...(githubToken !== undefined && { githubToken: secret(githubToken) }),
    },
    say,
  )
  return { settings, aws, registry, login: signIn, notifier, clock: systemClock, say }
}

/** That of the environment, which an ARN says too; for commands without one, that of the images. */
function regionOf(given: Arguments, settings: Settings): string {
  const { environment, deployment } = given.values
  const [, ofArn] = /^arn:[\w-]+:ecs:([a-z0-9-]+):/.exec(deployment ?? "") ?? []
  if (environment === undefined && ofArn !== undefined) return ofArn
  if (environment === undefined) return ecrRegion(settings.registry ?? "") ?? ""
  return environmentOf(settings, environment).region
}

/** Secrets come as files: a command line can be seen by others. */
function secret(file: string): string {
  return readFileSync(file, "utf8").trim()
}

process.exitCode = await main(process.argv.slice(2))
