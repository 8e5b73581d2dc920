import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

import {
  interpret,
  SBOMS,
  SCANNERS,
  trivyImage,
  trivyImageFiles,
} from "../../../ci/src/scanners/index.js"
import { judge, scanOf } from "../findings/builders.js"

const { trivy } = SCANNERS
const FILES = ["services/api/requirements.txt"]
const WITH_DATABASE = { files: FILES, database: "registry.internal/trivy-db:2" }

/** What trivy leaves behind of a package with a vulnerability, looked up in a database of a day. */
function output(updated: string) {
  const report = {
    SchemaVersion: 2,
    Results: [
      {
        Target: FILES[0],
        Packages: [{ Name: "requests", Version: "2.31.0", Licenses: ["Apache-2.0"] }],
        Vulnerabilities: [
          {
            VulnerabilityID: "CVE-2024-35195",
            VendorIDs: ["GHSA-9wx4-h78v-vm56"],
            PkgName: "requests",
            PkgIdentifier: { PURL: "pkg:pypi/requests@2.31.0" },
            InstalledVersion: "2.31.0",
            FixedVersion: "2.32.0",
            Severity: "HIGH",
          },
        ],
      },
    ],
  }
  return {
    ...{ exitCode: 77, timedOut: false, tail: [] },
    files: {
      "trivy.json": JSON.stringify(report),
      "metadata.json": JSON.stringify({ Version: 2, UpdatedAt: updated }),
    },
  }
}

describe("trivy", () => {
  it.each([trivy, trivyImage])("looks vulnerabilities up only where it has a database", (tool) => {
    expect(tool.command({ files: FILES })).not.toMatch(/--scanners \S*vuln/)
    expect(tool.command(WITH_DATABASE)).toMatch(/--scanners vuln,/)
    for (const job of [{ files: FILES }, WITH_DATABASE])
      expect(tool.command(job)).toContain("--skip-db-update")
  })

  it("says of which day its database is, and policy says whether that will do", () => {
    const report = interpret(trivy, output("2026-11-22T06:00:00Z"), WITH_DATABASE)
    expect(report.databases).toEqual([
      { name: WITH_DATABASE.database, updated: "2026-11-22T06:00:00Z" },
    ])
    expect(judge([report]).verdict).toMatchObject({ violations: 1, incomplete: [] })
    const old = interpret(trivy, output("2026-10-01T06:00:00Z"), WITH_DATABASE)
    expect(judge([old]).verdict.incomplete).toEqual([
      "trivy: registry.internal/trivy-db:2 is 53 days old, and scan.max_database_age is 7",
    ])
  })

  it("is incomplete when it does not say of which day its database is", () => {
    const { files, ...rest } = output("")
    const report = interpret(
      trivy,
      { ...rest, files: { ...files, "metadata.json": "{}" } },
      WITH_DATABASE,
    )
    expect(judge([report], { scan: scanOf() }).verdict.incomplete[0]).toMatch(
      /age of .* can't be known/,
    )
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
