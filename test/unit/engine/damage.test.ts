import { expect, it } from "vitest"
import { tellsOfDamage } from "../../../engine/lib/engine.mjs"

it.each([
  [
    "dagger-engine: failed to create engine: failed to create base worker: failed to get active mount: requested snapshot buildkit/60032/phhc1 not active or view: failed precondition",
    true,
  ],
  ["dagger-engine: failed to create engine: failed to create base worker: invalid database", true],
  [
    "dagger-engine: failed to create engine: failed to create base worker: no space left on device",
    false,
  ],
  ["dagger-engine: failed to create engine: listen unix: permission denied", false],
  ["dnsmasq[41]: read /etc/hosts - 6 names", false],
  ["", false],
])("gives up what was cached only for damage to it: %s", (last, damaged) =>
  expect(tellsOfDamage(`an earlier line: corrupt\n${last}\n`)).toBe(damaged),
)
