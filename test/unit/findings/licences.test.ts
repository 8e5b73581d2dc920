import { describe, expect, it } from "vitest"

import { isAllowed, spdxName, unlicensedProblems } from "../../../ci/src/findings/licences.js"
import { judge, report, scanOf } from "./builders.js"

describe("spdxName", () => {
  it.each([
    ["MIT License", "MIT"],
    ["Apache Software License", "Apache-2.0"],
    ["GPLv3", "GPL-3.0-only"],
    ["GPL-3.0+", "GPL-3.0-or-later"],
    ["GNU AGPL v3 or later", "AGPL-3.0-or-later"],
    ["LGPL-2.1", "LGPL-2.1-only"],
    ["AGPL-3.0-only", "AGPL-3.0-only"],
    ["Something Else", "Something Else"],
  ])("reads %s as %s", (written, expected) => {
    expect(spdxName(written)).toBe(expected)
  })
})

describe("isAllowed", () => {
  const allow = ["MIT", "Apache-2.0"]
  const deny = ["GPL-3.0-only", "GPL-3.0-or-later"]

  it.each([
    ["MIT", true],
    ["mit license", true],
    ["ISC", false],
    ["MIT OR GPL-3.0-only", true],
    ["MIT AND GPL-3.0-only", false],
    ["MIT AND (ISC OR Apache-2.0)", true],
    ["ISC OR MIT AND ISC", false],
    ["Apache-2.0 WITH LLVM-exception", true],
    ["MIT; ISC", false],
    ["(MIT", true],
    ["", false],
  ])("with a list of the allowed ones: %s", (licence, expected) => {
    expect(isAllowed(licence, { allow, deny: [] })).toBe(expected)
  })

  it.each([
    ["ISC", true],
    ["GPL v3 or later", false],
    ["GPL-3.0-only", false],
    ["GPL-3.0-only OR MIT", true],
    ["GPL-2.0-only", true],
  ])("with a list of the denied ones: %s", (licence, expected) => {
    expect(isAllowed(licence, { allow: [], deny })).toBe(expected)
  })
})

describe("licences of packages", () => {
  const entry = (licence: string) => ({
    package: { ecosystem: "pypi", name: "x", version: "1", fixed: [] },
    licence,
    place: { file: "requirements.txt" },
    services: ["api"],
  })

  it.each([
    ["licences: { deny: [MIT] }", "MIT", ["licence-refused"]],
    ["licences: { deny: [MIT] }", "", []],
    ["licences: { allow: [MIT] }", "", ["licence-unknown"]],
    ["licences: { allow: [MIT] }", "MIT", []],
    ["", "GPL-3.0-only", []],
  ])("%s against %j", (yaml, licence, rules) => {
    const { findings } = judge([report("licences", [], { licences: [entry(licence)] })], {
      scan: scanOf(yaml),
    })
    expect(findings.map(({ detections }) => detections[0]?.rule)).toEqual(rules)
  })
})

describe("packages without a licence", () => {
  const one = (ecosystem: string, licence: string, name = "x", file = "Dockerfile") => ({
    package: { ecosystem, name, version: "1", fixed: [] },
    ...{ licence, place: { file }, services: ["api"] },
  })
  const NPM = "usr/local/lib/node_modules/npm/node_modules/y/package.json"
  const OWN = "src/api/package.json"
  const X = "src/api/node_modules/x/package.json"

  it.each([
    [[], []],
    [[one("deb", "GPL-2.0-only"), one("pypi", "MIT"), one("pypi", "")], []],
    [
      [one("deb", "GPL-2.0-only"), one("pypi", ""), one("pypi", "")],
      ["found 2 packages of the service, and a licence of none"],
    ],
    [
      [one("apk", ""), one("golang", "")],
      ["found 1 packages of the operating system, and a licence of none"],
    ],
    // What an image of the language brings along has licences in any case.
    [
      [one("pypi", "MIT", "pip"), one("pypi", "")],
      ["found 1 packages of the service, and a licence of none"],
    ],
    [
      [one("npm", "MIT", "y", NPM), one("npm", "", "x", X)],
      ["found 1 packages of the service, and a licence of none"],
    ],
    [[one("npm", "MIT", "y", NPM), one("npm", "", "api", OWN)], []],
  ])("are a problem where none has one: %j", (packages, problems) => {
    expect(unlicensedProblems(packages)).toEqual(problems)
  })

  it("are missed where a manifest names some and none was found", () => {
    const problem = "found no package of the service, whose manifest names some, and so no licence"
    const system = [one("deb", "GPL-2.0-only"), one("pypi", "MIT", "pip")]
    expect(unlicensedProblems(system, true)).toEqual([problem])
    expect(unlicensedProblems([], true)).toEqual([problem])
    expect(unlicensedProblems([...system, one("pypi", "MIT")], true)).toEqual([])
    expect(unlicensedProblems([...system, one("golang", "")], true)).toEqual([])
    expect(unlicensedProblems(system)).toEqual([])
  })
})
