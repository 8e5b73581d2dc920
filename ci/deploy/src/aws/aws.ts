import { DeployError, EXIT, messageOf } from "../errors.js"
import type { Action, InputOf, OutputOf } from "./calls.js"
import { CALLS } from "./calls.js"
import type { Credentials } from "./credentials.js"

/** Where AWS is, and as whom. */
export interface AwsOptions {
  /** Absent for commands that need no AWS. */
  credentials?: Credentials
  region: string
  /** Of an emulator, for every service. */
  endpoint?: string
}

/** The part of a client that is used; every client of the SDK has it. */
interface Sender {
  send(command: object): Promise<unknown>
}

/** Enough for a throttled account; the SDK waits longer from one try to the next. */
const ATTEMPTS = 6

/** Without these, a connection that was lost is waited at for ever. */
const CONNECT_MS = 5_000
const ANSWER_MS = 30_000

const DENIED = /AccessDenied|UnauthorizedOperation|NotAuthorized|AuthorizationError/
const NOT_SIGNED_IN = /ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidSignature/

/** Makes the calls of the table, and turns what a person can mend into a DeployError. */
export class Aws {
  private readonly clients = new Map<object, Sender>()

  constructor(private readonly options: AwsOptions) {}

  get region(): string {
    return this.options.region
  }

  /**
   * Makes one call.
   *
   * @throws DeployError 3 when it is not allowed or nobody is signed in; otherwise the SDK's own error
   */
  async call<A extends Action>(action: A, input: InputOf<A>): Promise<OutputOf<A>> {
    const { client, command } = CALLS[action]
    const Command = command as new (input: InputOf<A>) => object
    try {
      return (await this.clientOf(client).send(new Command(input))) as OutputOf<A>
    } catch (error) {
      throw explain(action, error)
    }
  }

  /** The same, or undefined when what is asked for does not exist. */
  async find<A extends Action>(action: A, input: InputOf<A>): Promise<OutputOf<A> | undefined> {
    try {
      return await this.call(action, input)
    } catch (error) {
      if (/NotFound|NoSuchEntity/.test(nameOf(error))) return undefined
      throw error
    }
  }

  private clientOf(Client: new (...args: never) => object): Sender {
    const existing = this.clients.get(Client)
    if (existing !== undefined) return existing
    const { credentials, region, endpoint } = this.options
    if (credentials === undefined)
      throw new DeployError("this needs AWS", EXIT.usage, "give --aws with the credentials")
    const Constructor = Client as new (settings: object) => Sender
    const client = new Constructor({
      ...{ credentials, region, maxAttempts: ATTEMPTS },
      requestHandler: {
        ...{
          connectionTimeout: CONNECT_MS,
          requestTimeout: ANSWER_MS,
          throwOnRequestTimeout: true,
        },
        // An emulator is behind a tunnel, which does not tell when the other end hung up.
        ...(endpoint !== undefined && { httpAgent: { keepAlive: false } }),
      },
      ...(endpoint !== undefined && { endpoint }),
    })
    this.clients.set(Client, client)
    return client
  }
}

/** The SDK's name of an error, such as "ConflictException". */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ""
}

function explain(action: Action, error: unknown): unknown {
  const name = nameOf(error)
  if (DENIED.test(name))
    return new DeployError(
      `not allowed: ${action} (${messageOf(error)})`,
      EXIT.unknown,
      "compare the role's policy with what `permissions` prints for this environment",
      { cause: error },
    )
  if (NOT_SIGNED_IN.test(name))
    return new DeployError(
      `AWS does not accept the credentials: ${messageOf(error)}`,
      EXIT.unknown,
      "sign in again; --aws takes what `aws configure export-credentials --format process` prints",
      { cause: error },
    )
  return error
}
