import { expect, it } from "vitest"
import type { Config, Service } from "../../../ci/src/config/index.js"
import type { Stage } from "../../../ci/src/run/rows.js"
import { row } from "../../../ci/src/run/rows.js"
import { schedule } from "../../../ci/src/run/schedule.js"
import { stagesOf, unitsOf } from "../../../ci/src/stages/units.js"

/** Two services that are tested together, and one for itself. */
const config = {
  services: ["api", "chat", "web"].map((name) => ({ name })),
  integration: [{ name: "talk", services: [{ name: "api" }, { name: "chat" }] }],
  scan: { inCi: false, licences: { allow: [], deny: [] } },
} as unknown as Config

async function run(bad: [string, Stage]) {
  const units = unitsOf(config, config.services, config.integration, { push: true })
  const rows = await schedule(
    units,
    async ({ name }, stage) =>
      row(name, stage, name === bad[0] && stage === bad[1] ? "failed" : "passed"),
    { jobs: 2, failFast: false },
  )
  return rows.filter(({ stage }) => stage === "push").map((each) => [each.service, each.status])
}

it("pushes every service when everything passed", async () => {
  expect(await run(["nobody", "test"])).toEqual([
    ["api", "passed"],
    ["chat", "passed"],
    ["web", "passed"],
  ])
})

it.each([
  { bad: ["talk", "integration"] as [string, Stage], what: "their integration test failed" },
  { bad: ["chat", "test"] as [string, Stage], what: "it could not be tested with the other" },
])("pushes no service of which it is not known that it is fit: $what", async ({ bad }) => {
  expect(await run(bad)).toEqual([
    ["api", "skipped"],
    ["chat", "skipped"],
    ["web", "passed"],
  ])
})

const DATABASE = { trivyDatabase: "registry.internal/trivy-db:2" }

it.each([
  [{ inCi: true }, "Dockerfile", false, false],
  [{ inCi: true }, "Dockerfile", true, true],
  [{ inCi: true, ...DATABASE }, "Dockerfile", false, true],
  [{ inCi: true, images: true }, "Dockerfile", false, true],
  [{ inCi: true, images: true, tools: ["trivy"] }, "Dockerfile", false, true],
  [{ inCi: true, images: true, tools: ["bandit"] }, "Dockerfile", true, false],
  [{ inCi: true, images: false, ...DATABASE }, "Dockerfile", true, false],
  [{ inCi: false, images: true }, "Dockerfile", true, false],
  [{ inCi: true, licences: { allow: [], deny: ["GPL-3.0-only"] } }, "Dockerfile", false, true],
  [{ inCi: true }, undefined, true, false],
  [{ inCi: true, images: true }, undefined, false, true],
  [{ inCi: true, ...DATABASE }, undefined, false, true],
])(
  "looks at the image, or what is installed without one, after the build: with %j, Dockerfile %s and push %s: %s",
  (scan, dockerfile, push, is) => {
    const licences = { allow: [], deny: [] }
    const stages = stagesOf(
      { ...config, scan: { licences, ...scan } } as unknown as Config,
      { name: "api", build: {}, ...(dockerfile && { dockerfile }) } as Service,
      { push },
    )
    const order = ["build", "image-scan", "smoke"]
    expect(stages.filter((stage) => order.includes(stage))).toEqual(is ? order : ["build", "smoke"])
  },
)
