// @ts-check
/**
 * Prints what git knows about a change as one JSON document (`Facts` in `facts.ts`).
 *
 *     node gather.mjs '{"base": "origin/main"}'
 *     node gather.mjs request.json
 *     echo '{}' | node gather.mjs
 *
 * Plain JavaScript without dependencies, so that the same file runs in a container that has only
 * Node and git, and on the host. It ends with 0 whenever it printed a document; `ok` in it says
 * whether that document holds facts.
 */
import { readFileSync, realpathSync } from "node:fs"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { GatherError } from "./gather/failure.mjs"
import { gather } from "./gather/facts.mjs"

/**
 * Asks git what changed. Never throws on bad input: the answer then has `ok: false`.
 *
 * @param {import("./facts.js").GatherRequest} request
 * @param {object} [surroundings]
 * @param {string} [surroundings.cwd] a folder of the checkout
 * @param {NodeJS.ProcessEnv} [surroundings.env]
 * @param {import("./gather/git.mjs").Run} [surroundings.run]
 * @returns {Promise<import("./facts.js").GatherResult>}
 */
export async function gatherFacts(request, surroundings = {}) {
  const { cwd = process.cwd(), env = process.env, run } = surroundings
  try {
    return await gather(request, { cwd, env, run })
  } catch (error) {
    return failure(error)
  }
}

/**
 * @param {string | undefined} argument the request itself, or a file with it; absent: standard input
 * @returns {import("./facts.js").GatherRequest}
 */
function readRequest(argument) {
  const inline = argument?.trimStart().startsWith("{")
  try {
    return JSON.parse(inline ? (argument ?? "") : readFileSync(argument ?? 0, "utf8"))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new GatherError(2, `The request is not JSON: ${why}. Give an object such as {}.`)
  }
}

/**
 * @param {string | undefined} argument
 * @returns {Promise<import("./facts.js").GatherResult>}
 */
async function answer(argument) {
  try {
    return await gatherFacts(readRequest(argument))
  } catch (error) {
    return failure(error)
  }
}

/**
 * @param {unknown} error
 * @returns {import("./facts.js").GatherFailure}
 */
function failure(error) {
  if (!(error instanceof GatherError)) throw error
  return { ok: false, version: 1, code: error.code, message: error.message }
}

const script = process.argv[1]
if (script !== undefined && realpathSync(resolve(script)) === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await answer(process.argv[2]))}\n`)
}
