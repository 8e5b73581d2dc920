import { spawnSync } from "node:child_process"
import { expect, it } from "vitest"

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
