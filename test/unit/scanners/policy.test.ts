import { describe, expect, it } from "vitest"

import { policyReport } from "../../../ci/src/scanners/index.js"
import { configOf, service } from "../config/builders.js"
import { lines } from "./recorded.js"

function check(text: string, build: Record<string, unknown> = {}) {
  const config = configOf([service({ dockerfile: "Dockerfile", build })])
  return policyReport(config, new Map([["services/api/Dockerfile", text]]))
}

const PINNED = `python:3.11-slim@sha256:${"0".repeat(64)}`

describe("our own checks of Dockerfiles", () => {
  it.each([
    ["a user of the last stage", `FROM ${PINNED}\nUSER 10001\n`, []],
    ["no user", `FROM ${PINNED}\n`, ["root-user high services/api/Dockerfile:1"]],
    [
      "a user of another stage only",
      `FROM ${PINNED} AS build\nUSER 10001\nFROM ${PINNED}\nCMD x\n`,
      ["root-user high services/api/Dockerfile:3"],
    ],
    [
      "a root by number",
      `FROM ${PINNED}\nUSER 0:0\n`,
      ["root-user high services/api/Dockerfile:2"],
    ],
    [
      "a root by argument",
      `FROM ${PINNED}\nARG APP_USER=root\nUSER \${APP_USER}\n`,
      ["root-user high services/api/Dockerfile:3"],
    ],
    [
      "a secret in ENV",
      `FROM ${PINNED}\nENV API_TOKEN=x\nUSER 1\n`,
      ["secret-name high services/api/Dockerfile:2"],
    ],
    [
      "a base that can change",
      "FROM python:3.11-slim\nUSER 1\n",
      ["unpinned-base low services/api/Dockerfile:1"],
    ],
  ])("find %s", (_, text, expected) => {
    const report = check(text)
    expect(lines(report)).toEqual(expected)
    expect(report.coverage.files).toBe(1)
  })

  it("know the arguments that the service is built with", () => {
    const text = `FROM ${PINNED}\nARG APP_USER=root\nUSER \${APP_USER}\n`
    expect(lines(check(text, { args: { APP_USER: "10001" } }))).toEqual([])
  })

  it("name the service and what to do", () => {
    const [finding] = check(`FROM ${PINNED}\n`).findings
    expect(finding?.services).toEqual(["api"])
    expect(finding?.message).toContain('Add "USER 10001"')
  })
})
