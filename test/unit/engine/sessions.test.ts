import { expect, it } from "vitest"
import { countConnections } from "../../../engine/lib/sessions.mjs"

const TABLE = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 21031 /var/cache/pipeline-engine/run/engine.sock
0000000000000000: 00000003 00000000 00000000 0001 03 21120 /var/cache/pipeline-engine/run/engine.sock
0000000000000000: 00000003 00000000 00000000 0001 03 21119
0000000000000000: 00000003 00000000 00000000 0001 03 21122 /var/cache/pipeline-engine/run/engine.sock
0000000000000000: 00000003 00000000 00000000 0001 03 30001 /other home/run/engine.sock
0000000000000000: 00000002 00000000 00000000 0002 01 9 @dbus
`

it("counts connections to one engine, and neither its listener nor other engines' connections", () => {
  expect(countConnections(TABLE, "/var/cache/pipeline-engine/run/engine.sock")).toBe(2)
  expect(countConnections(TABLE, "/other home/run/engine.sock")).toBe(1)
  expect(countConnections(TABLE, "/nowhere")).toBe(0)
  expect(countConnections("", "/nowhere")).toBe(0)
})
