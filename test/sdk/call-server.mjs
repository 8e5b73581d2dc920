import { createServer } from "node:http"
import { buildSchema, execute, parse } from "graphql"

/**
 * @typedef {object} FunctionCall as the engine describes it to a module; values are JSON
 * @property {string} parentName empty: register the module's types
 * @property {string} name empty: the constructor
 * @property {string} parent
 * @property {{name: string, value: string}[]} inputArgs
 */

/** @typedef {{returned?: string, error?: {message: string, values: {name: string, value: string}[]}}} Answer */

/** @typedef {{port: number, token: string}} Session */

const SCHEMA = buildSchema(`
  type Query {
    currentFunctionCall: FunctionCall!
    currentModule: CurrentModule!
    loadFunctionCallArgValueFromID(id: String!): FunctionCallArgValue!
  }
  type CurrentModule { name: String! }
  type FunctionCall {
    parentName: String!
    name: String!
    parent: String!
    inputArgs: [FunctionCallArgValue!]!
    returnValue(value: String!): String
    returnError(error: String!): String
  }
  type FunctionCallArgValue { id: String! name: String! value: String! }
`)

/**
 * Stands between a module's process and a real engine: it answers what a
 * process asks about the call that it was started for, and hands everything
 * else on. So two entrypoints get the same call, and what they answer is seen.
 */
export class CallServer {
  /** @type {FunctionCall} */
  #call = { parentName: "", name: "", parent: "null", inputArgs: [] }
  /** @type {Answer} */
  #answer = {}

  /**
   * @param {Session} session of the real engine
   * @param {string} moduleName
   */
  constructor(session, moduleName) {
    this.session = session
    this.moduleName = moduleName
    this.server = createServer(async (request, response) => {
      let body = ""
      for await (const chunk of request) body += chunk
      const answer = await this.#reply(body)
      response.setHeader("content-type", "application/json")
      response.end(answer)
    })
    // A scan holds this process up for seconds; an idle connection must outlive it.
    this.server.keepAliveTimeout = 0
  }

  /** @returns {Promise<Session>} what a process must be told to talk to this instead of the engine */
  async listen() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", () => resolve(undefined)))
    const { port } = /** @type {import("node:net").AddressInfo} */ (this.server.address())
    return { port, token: this.session.token }
  }

  close() {
    this.server.closeAllConnections()
    this.server.close()
  }

  /** @param {FunctionCall} call the next one to be answered */
  start(call) {
    this.#call = call
    this.#answer = {}
  }

  /** @returns {Answer} what was answered since `start` */
  get answer() {
    return this.#answer
  }

  /**
   * @param {string} body of a GraphQL request
   * @returns {Promise<string>} body of the response
   */
  async #reply(body) {
    const { query, variables } = JSON.parse(body)
    const document = parse(query)
    if (!isAboutCall(document)) return this.#forward(body)
    const rootValue = {
      currentModule: { name: this.moduleName },
      currentFunctionCall: {
        ...this.#call,
        inputArgs: this.#call.inputArgs.map(withId),
        returnValue: (/** @type {{value: string}} */ { value }) => {
          this.#answer.returned = value
        },
        returnError: async (/** @type {{error: string}} */ { error }) => {
          this.#answer.error = await this.#readError(error)
        },
      },
      loadFunctionCallArgValueFromID: (/** @type {{id: string}} */ { id }) =>
        this.#call.inputArgs.map(withId)[Number(id)],
    }
    return JSON.stringify(
      await execute({ schema: SCHEMA, document, rootValue, variableValues: variables }),
    )
  }

  /** @param {string} body */
  async #forward(body) {
    const response = await fetch(`http://127.0.0.1:${this.session.port}/query`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Basic ${Buffer.from(`${this.session.token}:`).toString("base64")}`,
      },
      body,
    })
    return response.text()
  }

  /** @param {string} id */
  async #readError(id) {
    const query =
      "query($id: ErrorID!) { loadErrorFromID(id: $id) { message values { name value } } }"
    const { data } = JSON.parse(await this.#forward(JSON.stringify({ query, variables: { id } })))
    return data.loadErrorFromID
  }
}

/** @param {import("graphql").DocumentNode} document */
function isAboutCall({ definitions }) {
  const fields = Object.keys(SCHEMA.getQueryType()?.getFields() ?? {})
  return definitions.some(
    (definition) =>
      definition.kind === "OperationDefinition" &&
      definition.selectionSet.selections.some(
        (selection) => selection.kind === "Field" && fields.includes(selection.name.value),
      ),
  )
}

/**
 * @param {{name: string, value: string}} argument
 * @param {number} index
 */
function withId(argument, index) {
  return { ...argument, id: String(index) }
}
