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
import { readFileSync } from "node:fs"
import { gatherFacts, orFailure } from "./gather/answer.mjs"
import { GatherError } from "./gather/failure.mjs"

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

const answer = await orFailure(async () => gatherFacts(readRequest(process.argv[2])))
process.stdout.write(`${JSON.stringify(answer)}\n`)
