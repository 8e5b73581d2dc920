import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { ConfigError, readConfig } from "../src/config.js"
import { ProtocolError, isName, parsePublication, parseRequest } from "../src/protocol.js"

describe("requests of clients", () => {
  for (const [text, request] of [
    ['{"type":"join","room":"lobby"}', { type: "join", room: "lobby", after: null }],
    ['{"type":"join","room":"lobby","after":7}', { type: "join", room: "lobby", after: 7 }],
    ['{"type":"leave","room":"lobby"}', { type: "leave", room: "lobby" }],
  ]) {
    it(`understands ${text}`, () => {
      assert.deepEqual(parseRequest(text), request)
    })
  }

  for (const [text, reason] of [
    ["join", /not JSON/],
    ["[]", /JSON object/],
    ["null", /JSON object/],
    ['{"type":"shout","room":"lobby"}', /"type" must be/],
    ['{"type":"join","room":"../lobby"}', /"room" must be/],
    ['{"type":"join","room":"lobby","after":-1}', /"after" must be/],
    ['{"type":"join","room":"lobby","after":"7"}', /"after" must be/],
  ]) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseRequest(text), { constructor: ProtocolError, message: reason })
    })
  }
})

describe("publications", () => {
  it("keep their data as it is, null included", () => {
    assert.deepEqual(parsePublication('{"from":"api","data":null}'), { from: "api", data: null })
  })

  it("need a sender and data", () => {
    assert.throws(() => parsePublication('{"data":1}'), /"from" must be/)
    assert.throws(() => parsePublication('{"from":"api"}'), /"data" is missing/)
  })
})

it("names are short and harmless", () => {
  assert.equal(isName("Nova_1-x"), true)
  for (const text of ["", "a b", "a/b", "x".repeat(65), undefined, 5]) {
    assert.equal(isName(text), false, String(text))
  }
})

describe("settings", () => {
  it("have defaults", () => {
    assert.deepEqual(readConfig({}), { port: 8000, heartbeatSeconds: 30, publishToken: "" })
  })

  it("that can't be used are named", () => {
    assert.throws(() => readConfig({ PORT: "http" }), {
      constructor: ConfigError,
      message: /^PORT must be a whole number from 0 to 65535/,
    })
  })
})
