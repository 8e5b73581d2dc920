import { expect, it } from "vitest"
import { readMemory } from "../../../ci/src/run/machine.js"

const GB = 1024 ** 3
const MEMINFO = `MemTotal:       ${16 * 1024 ** 2} kB\nMemFree:  1 kB\nMemAvailable:   ${6 * 1024 ** 2} kB\n`
const V2 = "/sys/fs/cgroup/memory.max"
const V2_USED = "/sys/fs/cgroup/memory.current"
const V1 = "/sys/fs/cgroup/memory/memory.limit_in_bytes"
const V1_USED = "/sys/fs/cgroup/memory/memory.usage_in_bytes"

it.each([
  ["the machine's without limits", {}, { memory: 16 * GB, free: 6 * GB }],
  ["no limit, version 2", { [V2]: "max\n" }, { memory: 16 * GB, free: 6 * GB }],
  ["no limit, version 1", { [V1]: "9223372036854771712\n" }, { memory: 16 * GB, free: 6 * GB }],
  [
    "a limit of version 2",
    { [V2]: `${4 * GB}\n`, [V2_USED]: `${GB}\n` },
    { memory: 4 * GB, free: 3 * GB },
  ],
  [
    "a limit of version 1 that is used up",
    { [V1]: `${2 * GB}`, [V1_USED]: `${3 * GB}` },
    { memory: 2 * GB, free: 0 },
  ],
  [
    "a limit above what is free",
    { [V2]: `${12 * GB}`, [V2_USED]: "0" },
    { memory: 12 * GB, free: 6 * GB },
  ],
])("reads memory: %s", (_, files: Record<string, string>, expected) => {
  const read = (path: string) => (path === "/proc/meminfo" ? MEMINFO : files[path])
  expect(readMemory(read)).toEqual(expected)
})
