import { expect, it } from "vitest"
import { defaultJobs } from "../../../ci/src/run/jobs.js"

const GB = 1024 ** 3

it.each([
  ["as many as cores", { cores: 4, memory: 16 * GB }, 4],
  ["fewer when memory is short", { cores: 16, memory: 7 * GB }, 4],
  ["fewer when little memory is free", { cores: 16, memory: 64 * GB, free: 5 * GB }, 3],
  ["at least one, whatever is free", { cores: 4, memory: 16 * GB, free: 0 }, 1],
  ["at least one", { cores: 1, memory: GB / 2 }, 1],
])("%s", (_, machine, jobs) => {
  expect(defaultJobs(machine)).toBe(jobs)
})
