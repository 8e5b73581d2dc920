import { placeOf } from "../config/target.js"
import type { Context } from "../context.js"
import { DeployError, EXIT } from "../errors.js"
import { runTransactions } from "../gates/transaction.js"
import type { Outcome } from "./deploy.js"

/**
 * Runs a service's synthetic transactions by themselves.
 *
 * @throws DeployError 2 when there are none, or no address to run them against
 */
export async function transactions(
  { settings }: Context,
  { service, environment }: { service: string; environment: string },
): Promise<Outcome> {
  const target = placeOf(settings, service, environment)
  if (target.url === undefined || target.transactions.length === 0)
    throw new DeployError(
      `there is nothing to run for ${service} in ${environment}`,
      EXIT.usage,
      `set \`url\` of ${environment} in pipeline.yaml, and deploy.transactions or health of ${service} in services.json`,
    )
  const results = await runTransactions(target.url, target.transactions)
  const lines = results.map(({ name, passed, reason }) =>
    passed ? `ok      ${name}` : `FAILED  ${name}: ${reason}`,
  )
  const isGood = results.every(({ passed }) => passed)
  return { text: lines.join("\n"), exitCode: isGood ? EXIT.passed : EXIT.failed }
}
