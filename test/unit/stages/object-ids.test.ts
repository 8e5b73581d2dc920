import { describe, expect, it } from "vitest"
import { askForIdsOnce } from "../../../ci/src/stages/object-ids.js"

const ID_OF_FOLDER = '\n  { directory { withNewFile (path: "a") { id}}} \n'

/** A client that counts what it is asked; its answers are numbered, so that a repetition can be told. */
function countingClient({ failures = 0 } = {}) {
  const asked: string[] = []
  const client = {
    request: async (document: string) => {
      asked.push(document)
      if (asked.length <= failures) throw new Error("the engine did not answer")
      return { answer: asked.length }
    },
  }
  askForIdsOnce(client)
  return { client, asked }
}

describe("ids of objects", () => {
  it("are asked for once, also by two who ask at the same time", async () => {
    const { client, asked } = countingClient()
    const answers = await Promise.all([client.request(ID_OF_FOLDER), client.request(ID_OF_FOLDER)])
    answers.push(await client.request(ID_OF_FOLDER))
    expect(answers).toEqual([{ answer: 1 }, { answer: 1 }, { answer: 1 }])
    expect(asked).toEqual([ID_OF_FOLDER])
  })

  it("are asked for again after an error", async () => {
    const { client } = countingClient({ failures: 1 })
    await expect(client.request(ID_OF_FOLDER)).rejects.toThrow("did not answer")
    await expect(client.request(ID_OF_FOLDER)).resolves.toEqual({ answer: 2 })
  })

  it.each([
    ["everything else", "{ directory { entries}}"],
    ["a field whose name ends with id", "{ version { solid}}"],
    ["what looks like it in a text", '{ directory { withNewFile (contents: "{ id}}") { entries}}}'],
    [
      "a secret's value, of which the last counts",
      '{ setSecret (name: "a", plaintext: "b") { id}}',
    ],
  ])("leaves alone %s", async (_, document) => {
    const { client, asked } = countingClient()
    await client.request(document)
    await client.request(document)
    expect(asked).toHaveLength(2)
  })

  it("are looked after once per client", async () => {
    const { client, asked } = countingClient()
    const { request } = client
    askForIdsOnce(client)
    expect(client.request).toBe(request)
    await client.request(ID_OF_FOLDER)
    expect(asked).toHaveLength(1)
  })
})
