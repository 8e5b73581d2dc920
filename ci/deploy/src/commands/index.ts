import type { Strategy } from "../../../src/config/types.js"
import type { Arguments } from "../arguments.js"
import { required } from "../arguments.js"
import type { Context } from "../context.js"
import { DeployError, EXIT } from "../errors.js"
import { deployAllChanged } from "./all-changed.js"
import type { DeployOptions, Outcome } from "./deploy.js"
import { deploy } from "./deploy.js"
import { deployments } from "./deployments.js"
import { attachDocuments, listDocuments } from "./documents.js"
import { monitoring } from "./monitoring.js"
import { permissions } from "./permissions.js"
import { promote } from "./promote.js"
import { pushArchive } from "./push-archive.js"
import { createRepositories, printLogin } from "./repositories.js"
import { rollback } from "./rollback.js"
import { status } from "./status.js"
import { supportBundle } from "./support-bundle.js"
import { transactions } from "./transactions.js"
import { placeOfDeployment, watch } from "./watch.js"

type Command = (context: Context, given: Arguments) => Promise<Outcome>

const ALL_CHANGED = "all-changed"

/** What the program can do, by the first word of its command line. */
export const COMMANDS: Record<string, Command> = {
  deploy(context, given) {
    const tag = required(given, "tag")
    const environment = required(given, "environment")
    const service = required(given, "service")
    const request = { environment, tag, ...strategyOf(given) }
    if (service !== ALL_CHANGED) return deploy(context, { ...request, service }, optionsOf(given))
    const atomic = given.flags.has("atomic")
    return deployAllChanged(context, request, { ...optionsOf(given), atomic })
  },
  promote(context, given) {
    return promote(context, { ...placeOf(given), ...strategyOf(given) }, optionsOf(given))
  },
  rollback(context, given) {
    const { tag } = given.values
    const request = { ...placeOf(given), ...(tag !== undefined && { tag }) }
    return rollback(context, request, optionsOf(given))
  },
  watch(context, given) {
    const { deployment, until, service, environment } = given.values
    const isNamed = deployment === undefined || service !== undefined || environment !== undefined
    return watch(context, {
      ...(isNamed ? placeOf(given) : placeOfDeployment(context.settings, deployment)),
      ...(deployment !== undefined && { deployment }),
      ...(until !== undefined && { until }),
    })
  },
  status(context, given) {
    return status(context, { ...placeOf(given), format: given.values.format ?? "text" })
  },
  "support-bundle"(context, given) {
    return supportBundle(context, { ...placeOf(given), out: required(given, "out") })
  },
  deployments(context, given) {
    const { format = "text", limit = "50" } = given.values
    return deployments(context, { ...placeOf(given), format, limit: Number(limit) })
  },
  monitoring(context, given) {
    return monitoring(context, { ...placeOf(given), action: required(given, "action") })
  },
  permissions(context, given) {
    const verify = given.flags.has("verify")
    return permissions(context, { environment: required(given, "environment"), verify })
  },
  attach(context, given) {
    return attachDocuments(context, {
      image: required(given, "image"),
      list: required(given, "list"),
    })
  },
  attached(context, given) {
    return listDocuments(context, { images: required(given, "images") })
  },
  "push-archive"(context, given) {
    return pushArchive(context, {
      image: required(given, "image"),
      tag: required(given, "tag"),
      archive: required(given, "archive"),
    })
  },
  "create-repositories"(context, given) {
    return createRepositories(context, { repositories: required(given, "repositories") })
  },
  async login(context, given) {
    return printLogin(await context.login(), { key: required(given, "key") })
  },
  transactions(context, given) {
    return transactions(context, placeOf(given))
  },
}

function placeOf(given: Arguments): { service: string; environment: string } {
  return { service: required(given, "service"), environment: required(given, "environment") }
}

function optionsOf({ values, flags }: Arguments): DeployOptions {
  return {
    dryRun: flags.has("dry-run"),
    ...(values.until !== undefined && { until: values.until }),
  }
}

function strategyOf({ values }: Arguments): { strategy?: Strategy } {
  switch (values.strategy) {
    case undefined:
      return {}
    case "rolling":
    case "blue-green":
    case "canary":
    case "linear":
      return { strategy: values.strategy }
  }
  throw new DeployError(
    `there is no strategy "${values.strategy}"`,
    EXIT.usage,
    "use rolling, blue-green, canary or linear",
  )
}
