import { dag } from "@dagger.io/dagger"

/** The part of the SDK's client that sends a query. */
interface Requester {
  request(document: string, ...rest: unknown[]): Promise<unknown>
}

const ASKS_FOR_ID = /\bid\s*\}[\s}]*$/
const patched = new WeakSet<Requester>()

/**
 * Has the engine asked only once for the id of the same object.
 *
 * The SDK asks anew each time an object is an argument, and the engine computes the way to the object
 * again: of the 270 questions of a run of two services with nothing to do, 160 were such repetitions.
 * An id is a function of the query that leads to it, so the same text has the same answer.
 */
export function askForIdsOnce(client: Requester = sdkClient()): void {
  if (patched.has(client)) return
  patched.add(client)
  const send = client.request.bind(client)
  const answers = new Map<string, Promise<unknown>>()
  client.request = (document, ...rest) => {
    // What sets a secret has an effect, the last of several values counts.
    if (!ASKS_FOR_ID.test(document) || document.includes("setSecret"))
      return send(document, ...rest)
    const known = answers.get(document)
    if (known !== undefined) return known
    const answer = send(document, ...rest)
    answers.set(document, answer)
    // What failed may work the next time.
    answer.catch(() => answers.delete(document))
    return answer
  }
}

function sdkClient(): Requester {
  // Only the objects of the SDK know its client.
  return dag["_ctx"].getGQLClient() as Requester
}
