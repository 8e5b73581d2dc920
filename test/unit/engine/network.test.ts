import { spawnSync } from "node:child_process"
import { createSocket } from "node:dgram"
import { describe, expect, it } from "vitest"
import { answersNames } from "../../../engine/lib/network.mjs"

const MODULE = new URL("../../../engine/lib/network.mjs", import.meta.url).href
const OWN = { name: "pl0123abcd", cidr: "10.99.0.0/16" }

/** What the kernel's two tables hold after a program, in a network of its own. */
function tablesAfter(program: string): string[] {
  const script =
    'node --input-type=module -e "$0" && for table in filter nat; do iptables -t $table -S; done'
  const source = `import * as network from ${JSON.stringify(MODULE)}; const own = ${JSON.stringify(OWN)}; ${program}`
  const { stdout, stderr, status } = spawnSync("unshare", ["--net", "sh", "-ec", script, source], {
    encoding: "utf8",
  })
  expect(stderr).toBe("")
  expect(status).toBe(0)
  return stdout.split("\n").filter((line) => /^-[AN] /.test(line))
}

const hasIptables = spawnSync("unshare", ["--net", "iptables", "-S"]).status === 0

it.runIf(hasIptables)(
  "lets containers out and answers in, with the same rules when asked again",
  () => {
    const open = "await network.openNetwork(own);"
    const tables = tablesAfter(open)
    expect(tables).toEqual([
      "-N pl0123abcd",
      "-A FORWARD -j pl0123abcd",
      "-A pl0123abcd -s 10.99.0.0/16 -j ACCEPT",
      "-A pl0123abcd -d 10.99.0.0/16 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "-N pl0123abcd",
      "-A POSTROUTING -s 10.99.0.0/16 -j pl0123abcd",
      "-A pl0123abcd -d 10.99.0.0/16 -j RETURN",
      "-A pl0123abcd -d 224.0.0.0/4 -j RETURN",
      "-A pl0123abcd -j MASQUERADE",
    ])
    expect(tablesAfter(open + open)).toEqual(tables)
  },
)

it.runIf(hasIptables)("leaves nothing behind, and says nothing where nothing is", () => {
  expect(tablesAfter("await network.openNetwork(own); await network.closeNetwork(own)")).toEqual([])
  expect(tablesAfter("await network.closeNetwork(own)")).toEqual([])
})

describe("the containers' name server", () => {
  it.each<[string, (query: Buffer) => Buffer | undefined, boolean]>([
    ["answers that there is no such name", (query) => answer(query, 3), true],
    ["refuses to answer", (query) => answer(query, 5), false],
    ["says nothing", () => undefined, false],
  ])("%s", async (_, reply, expected) => {
    const server = createSocket("udp4")
    server.on("message", (query, { port, address }) => {
      const message = reply(query)
      if (message) server.send(message, port, address)
    })
    await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve))
    const place = { server: `127.0.0.1:${server.address().port}`, domain: "pl0123abcd.local" }
    try {
      expect(await answersNames(place)).toBe(expected)
    } finally {
      server.close()
    }
  })

  it("is not there", async () => {
    expect(await answersNames({ server: "127.0.0.1:9", domain: "pl0123abcd.local" })).toBe(false)
  })
})

/** A response to a query, with a code of RFC 1035. */
function answer(query: Buffer, code: number): Buffer {
  const message = Buffer.from(query)
  message.writeUInt16BE(0x8180 | code, 2)
  return message
}
