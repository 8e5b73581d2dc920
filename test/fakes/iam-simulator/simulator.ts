import { cpSync, readFileSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"
import { join } from "node:path"
import type { Policy } from "../../../ci/deploy/src/permissions/policy.js"
import { installOnce, run } from "../programs.js"

const HERE = fileURLToPath(new URL(".", import.meta.url))
const ENTRY = "node_modules/@cloud-copilot/iam-simulate/dist/esm/index.js"

/** What somebody wants to do. */
export interface Attempt {
  action: string
  /** ARN, or "*" for an action that AWS knows no resource for. */
  resource: string
  account: string
  context?: Record<string, string>
}

/** Tells what IAM would answer: "Allowed" or "ImplicitlyDenied". */
export type Simulator = (policy: Policy, attempt: Attempt) => Promise<string>

interface Library {
  runSimulation(simulation: object, options: object): Promise<Result>
}

type Result =
  | { resultType: "error"; errors: { message: string } }
  | { resultType: "single" | "wildcard"; overallResult: string }

/**
 * A simulator of IAM that knows every action of AWS with its resources and conditions; an action or
 * resource that AWS does not know is an error.
 */
export async function loadSimulator(): Promise<Simulator> {
  const lock = readFileSync(join(HERE, "package-lock.json"))
  const folder = await installOnce("iam-simulator", lock, async (unfinished) => {
    for (const file of ["package.json", "package-lock.json", ".npmrc"])
      cpSync(join(HERE, file), join(unfinished, file))
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    await run("npm", ["ci", ...options, "--prefix", unfinished])
  })
  const { runSimulation } = (await import(pathToFileURL(join(folder, ENTRY)).href)) as Library
  return async (policy, { action, resource, account, context = {} }) => {
    const result = await runSimulation(
      {
        identityPolicies: [{ name: "role", policy }],
        ...{ serviceControlPolicies: [], resourceControlPolicies: [] },
        request: {
          ...{ action, contextVariables: context },
          principal: `arn:aws:iam::${account}:role/pipeline`,
          resource: { resource, accountId: account },
        },
      },
      {},
    )
    if (result.resultType === "error")
      throw new Error(`${action} on ${resource}: ${result.errors.message}`)
    return result.overallResult
  }
}
