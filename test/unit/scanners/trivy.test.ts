import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

import { interpret, SBOMS } from "../../../ci/src/scanners/index.js"
import { ADAPTERS, DATABASE_NAME } from "../../fixtures/scanners/cases.js"
import { judge, scanOf } from "../findings/builders.js"
import { jobOf, lines, recorded, reportOf } from "./recorded.js"

const { trivy, "trivy-image": trivyImage, "trivy-image-files": trivyImageFiles } = ADAPTERS
const IMAGES = ["trivy-image", "trivy-image-files"] as const
const FILES = { files: ["services/api/requirements.txt"] }

/** The report on a package with a vulnerability, with some of its files changed. */
function vulnerable(files: Record<string, string> = {}) {
  const before = recorded("trivy", "vulnerable")
  return reportOf("trivy", "vulnerable", { files: { ...before.files, ...files } })
}

/** The same, with a database of another day. */
const ofDay = (day: string) =>
  vulnerable({ "metadata.json": JSON.stringify({ Version: 2, UpdatedAt: `${day}T06:00:00Z` }) })

describe("trivy", () => {
  it.each([trivy, trivyImage, trivyImageFiles])(
    "looks vulnerabilities up only where it has a database",
    (tool) => {
      expect(tool.command(FILES)).not.toMatch(/--scanners \S*vuln/)
      const job = { ...FILES, database: DATABASE_NAME }
      expect(tool.command(job)).toMatch(/--scanners vuln,/)
      for (const one of [FILES, job]) expect(tool.command(one)).toContain("--skip-db-update")
    },
  )

  it("has the names, the place and the fix of a vulnerability", () => {
    const report = vulnerable()
    expect(report).toMatchObject({ status: "complete", coverage: { packages: 2 } })
    expect(report.findings).toEqual([
      expect.objectContaining({
        ids: ["CVE-2024-35195", "GHSA-9wx4-h78v-vm56"],
        severity: "high",
        score: 7.5,
        place: { file: "services/api/requirements.txt", line: 1 },
        package: { ecosystem: "pypi", name: "requests", version: "2.31.0", fixed: ["2.32.0"] },
      }),
    ])
  })

  it("says of which day its database is, and policy says whether that will do", () => {
    const report = ofDay("2026-11-22")
    const digest = `sha256:${"0".repeat(64)}`
    expect(report.databases).toEqual([
      { name: DATABASE_NAME, updated: "2026-11-22T06:00:00Z", digest },
    ])
    expect(judge([report]).verdict).toMatchObject({ violations: 1, incomplete: [] })
    expect(judge([ofDay("2026-10-01")]).verdict.incomplete).toEqual([
      "trivy: registry.internal/trivy-db:2 is 53 days old, and scan.max_database_age is 7",
    ])
  })

  it("is incomplete when it does not say of which day its database is", () => {
    const report = vulnerable({ "metadata.json": "{}" })
    expect(judge([report], { scan: scanOf() }).verdict.incomplete[0]).toMatch(
      /age of .* can't be known/,
    )
  })

  it("is incomplete where it looked at an empty folder, and so at no Dockerfile", () => {
    const { files } = recorded("trivy", "clean")
    const nothing = JSON.stringify({ SchemaVersion: 2, ArtifactName: "." })
    const report = reportOf("trivy", "clean", { files: { ...files, "trivy.json": nothing } })
    expect(report.problems).toEqual(["did not look at Dockerfile: it is not in its report"])
  })

  it.each([
    ["scanning ended early", "2026-11-22T06:00:00Z\tERROR\tdisk is full", ["disk is full"]],
    ["no word of secrets", "INFO", ["did not say that it looks for secrets"]],
  ])("is incomplete with a log of %s", (_, line, problems) => {
    const { files } = recorded("trivy", "clean")
    const log = line === "INFO" ? line : `${files["trivy.log"]}${line}\n`
    const report = reportOf("trivy", "clean", { files: { ...files, "trivy.log": log } })
    expect(report.problems).toEqual(problems)
  })
})

describe.each(IMAGES)("%s", (tool) => {
  it("has packages with their licences, vulnerabilities and secrets", () => {
    const report = reportOf(tool, "findings")
    expect(report).toMatchObject({ status: "complete", coverage: { packages: 2 } })
    expect(lines(report)).toEqual([
      "CVE-2020-0001 low debian 12.12:",
      "CVE-2024-35195 high usr/lib/python3.11/site-packages/requests-2.31.0.dist-info/METADATA:",
      "github-pat critical settings.py:1",
    ])
    const licences = report.licences.map(({ package: { name }, licence }) => [name, licence])
    expect(licences.sort()).toEqual([
      ["base-files", "GPL-2.0-or-later"],
      ["requests", "Apache-2.0"],
    ])
  })

  it("finds nothing in a clean image", () => {
    expect(reportOf(tool, "clean")).toMatchObject({ status: "complete", findings: [] })
  })

  it("is complete for an image without packages, and not where nobody knows whether it has any", () => {
    expect(reportOf(tool, "nothing-known")).toMatchObject({ status: "complete", problems: [] })
    const { "package-records.txt": _, ...files } = recorded(tool, "nothing-known").files
    expect(reportOf(tool, "nothing-known", { files }).problems).toEqual([
      "found no package in the image, and whether there is one could not be looked up",
    ])
  })

  it("is incomplete without a bill of materials", () => {
    const { "sbom.spdx.json": _, ...files } = recorded(tool, "findings").files
    const output = { ...recorded(tool, "findings"), files }
    expect(interpret(ADAPTERS[tool], output, jobOf(tool, "findings")).problems).toEqual([
      "wrote no sbom.spdx.json",
    ])
  })
})

describe("an image in which trivy finds no package", () => {
  const JOB = { files: ["api"] }
  const PLACES = ["/scan/image.tar", "/scan/image", "/tmp/scan-output", "/tmp/trivy"]
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trivy-"))
    write("bin/trivy", "#!/bin/sh\ntrue\n", 0o755)
    write("tmp/scan-output/trivy.json", JSON.stringify({ SchemaVersion: 2 }))
    for (const name of Object.values(SBOMS)) write(`tmp/scan-output/${name}`, "{}")
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode })
  }

  /** What is read out of what the command leaves behind, run with trivy's report of an empty image. */
  function problems(scanner: typeof trivyImage): string[] {
    const command = scanner
      .command(JOB)
      .replaceAll(new RegExp(PLACES.join("|"), "g"), (place) => join(folder, place))
    const { status } = spawnSync("sh", ["-c", command], {
      env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env["PATH"]}` },
    })
    const names = ["trivy.json", ...Object.values(SBOMS), "package-records.txt"]
    const left = names.filter((name) => existsSync(join(folder, "tmp/scan-output", name)))
    const files = left.map((name) => [
      name,
      readFileSync(join(folder, "tmp/scan-output", name), "utf8").replaceAll(folder, ""),
    ])
    const output = { exitCode: status ?? 1, timedOut: false, tail: [] }
    return interpret(scanner, { ...output, files: Object.fromEntries(files) }, JOB).problems
  }

  /** An OCI archive with one layer of files. */
  function archive(paths: readonly string[]): void {
    for (const path of paths) write(`layer/${path}`, "text")
    mkdirSync(join(folder, "layer"), { recursive: true })
    mkdirSync(join(folder, "oci/blobs/sha256"), { recursive: true })
    write("oci/blobs/sha256/config", "{}")
    const tar = (...args: string[]) => execFileSync("tar", args, { cwd: folder })
    tar("-czf", "oci/blobs/sha256/layer", "-C", "layer", ".")
    mkdirSync(join(folder, "scan"), { recursive: true })
    tar("-cf", "scan/image.tar", "-C", "oci", ".")
  }

  const RECORDS = [
    "etc/os-release",
    "var/lib/dpkg/status.d/base",
    "lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite",
    "site/flask-3.0.dist-info/METADATA",
    "app/node_modules/@scope/name/package.json",
  ]

  it("has none when nothing in it is a record of one", () => {
    write("scan/image/srv/note.txt", "text")
    expect(problems(trivyImageFiles)).toEqual([])
    archive(["srv/note.txt", "srv/package.json"])
    expect(problems(trivyImage)).toEqual([])
  })

  it.each(RECORDS)("was not looked at to the end when it has %s", (record) => {
    const problem = `found no package in the image, which has ${record}`
    write(`scan/image/${record}`, "text")
    expect(problems(trivyImageFiles)).toEqual([problem])
    archive([record])
    expect(problems(trivyImage)).toEqual([problem])
  })

  it("was not looked at when a layer of it can't be read", () => {
    write("oci/blobs/sha256/broken", "no layer")
    archive(["srv/note.txt"])
    expect(problems(trivyImage)).toEqual([
      "found no package in the image, and whether there is one could not be looked up",
    ])
  })
})
