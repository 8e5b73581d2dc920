import type { Finding, JsonObject, Rule } from "../findings/index.js"
import {
  decideSeverity,
  listOf,
  normaliseId,
  numberOf,
  objectOf,
  positionOf,
  readSeverity,
  ruleIds,
  sortedUnique,
  textOf,
  textsOf,
} from "../findings/index.js"
import { isDockerfile } from "./hadolint.js"
import type { Reading, ScanJob, Scanner, ToolOutput } from "./scanner.js"
import {
  DATABASE,
  emptyReading,
  IMAGE,
  IMAGE_FILES,
  OUTPUT,
  readJson,
  repositoryPath,
} from "./scanner.js"

const REPORT = "trivy.json"
const LOG = "trivy.log"
const METADATA = "metadata.json"
/** What tells one state of the database from another; written when it is fetched. */
const DIGEST = "digest"
/** Files of the database. */
export const DATABASE_FILES = ["trivy.db", METADATA, DIGEST] as const
const CACHE = "/tmp/trivy"

/** What keeps trivy from asking anybody anything. */
const QUIET =
  "--skip-db-update --skip-java-db-update --skip-check-update --offline-scan --skip-version-check --disable-telemetry --no-progress"

const OPTIONS = `--format json --list-all-pkgs --exit-code 77 --config /dev/null --ignorefile /dev/null --cache-dir ${CACHE} ${QUIET} --output ${OUTPUT}/${REPORT}`

/**
 * Trivy on the checkout: secrets and misconfigurations, for which it brings its own rules. Known
 * vulnerabilities need its database, which is an image in a registry.
 */
export const trivy: Scanner = {
  name: "trivy",
  needs: [],
  source: {
    kind: "go",
    module: "github.com/aquasecurity/trivy",
    package: "cmd/trivy",
    env: { GOEXPERIMENT: "jsonv2" },
  },
  looksAt: () => true,
  command: ({ database }) =>
    [
      ...withDatabase(database),
      `trivy filesystem --scanners ${database === undefined ? "" : "vuln,"}misconfig,secret ${OPTIONS} . 2> ${OUTPUT}/${LOG}`,
      `code=$?; cat ${OUTPUT}/${LOG} >&2; exit $code`,
    ].join("\n"),
  ran: [0, 77],
  found: 77,
  read: readFilesReport,
}

/**
 * Trivy on the files of an image: what is installed there, with its licences, and secrets. The
 * engine knows those files by their content, so that an image that was not built anew costs nothing.
 */
export const trivyImageFiles: Scanner = {
  ...trivy,
  input: "image-files",
  command: (job) => imageCommand(`rootfs`, IMAGE_FILES, job),
  read: readImageReport,
}

/** Trivy on an image as it is pushed: the same, and what its layers and its history still hold. */
export const trivyImage: Scanner = {
  ...trivy,
  input: "image",
  command: (job) => imageCommand(`image --image-config-scanners secret --input`, IMAGE, job),
  read: readImageReport,
}

function imageCommand(mode: string, path: string, { database }: ScanJob): string {
  const scanners = `${database === undefined ? "" : "vuln,"}secret,license`
  return [
    ...withDatabase(database),
    `trivy ${mode} ${path} --quiet --scanners ${scanners} ${OPTIONS}`,
    "code=$?",
    ...Object.entries(SBOMS).map(
      ([format, name]) =>
        `trivy convert --quiet --format ${format} --output ${OUTPUT}/${name} ${OUTPUT}/${REPORT}`,
    ),
    `grep -q '"Packages"' ${OUTPUT}/${REPORT} || {`,
    `mkdir -p ${CACHE}`,
    listPackageRecords(path),
    "}",
    "exit $code",
  ].join("\n")
}

/** What package managers leave in an image, and what says that it has an operating system. */
const PACKAGE_RECORD = [
  "(etc|usr/lib)/os-release",
  "var/lib/dpkg/(status|status\\.d/.+)",
  "lib/apk/db/installed",
  "(var/lib|usr/lib/sysimage)/rpm/(Packages.*|rpmdb.*)",
  "[^/]+\\.(dist-info/METADATA|egg-info(/PKG-INFO)?)",
  "node_modules/(@[^/]+/)?[^/]+/package\\.json",
].join("|")

/** Where the records of packages are listed when trivy found no package. */
const RECORDS = "package-records.txt"

/**
 * Shell command that lists the records of packages in an image, without trivy. Where a part of it can't be
 * read, it leaves no list.
 *
 * @param path of its files, or of the image as a tar file
 */
function listPackageRecords(path: string): string {
  const [layers, listing] = [`${CACHE}/layers`, `${CACHE}/listing`]
  const list =
    path === IMAGE
      ? `( mkdir -p ${layers} && tar -xf ${path} -C ${layers} || exit 1; for blob in ${layers}/blobs/*/*; do [ "$(head -c 1 "$blob")" = "{" ] || tar -tf "$blob" || exit 1; done )`
      : `find ${path}`
  return `${list} > ${listing} && { echo "records:"; grep -E '(^|/)(${PACKAGE_RECORD})$' ${listing}; } > ${OUTPUT}/${RECORDS}`
}

/** The bills of materials of an image, by the format that trivy writes them in. */
export const SBOMS = { cyclonedx: "sbom.cyclonedx.json", "spdx-json": "sbom.spdx.json" } as const

/** Shell command that fetches an image with a database to the folder `cache`/db. */
export function fetchDatabase(image: string, cache: string): string {
  return [
    `trivy image --download-db-only --db-repository '${image}' --cache-dir ${cache} --no-progress --quiet --disable-telemetry --skip-version-check`,
    `cd ${cache}/db`,
    `sha256sum trivy.db | sed 's/^/sha256:/; s/ .*//' > ${DIGEST}`,
  ].join("\n")
}

/** Puts the database where trivy looks for it; what it holds of the day it was made goes along. */
function withDatabase(database: string | undefined): string[] {
  if (database === undefined) return []
  return [
    `mkdir -p ${CACHE} && ln -s ${DATABASE} ${CACHE}/db && cp ${DATABASE}/${METADATA} ${DATABASE}/${DIGEST} ${OUTPUT}/`,
  ]
}

function readReport(files: ToolOutput["files"], job: ScanJob): Reading {
  const reading = readTrivy(readJson(files, REPORT), job.files.length)
  if (job.database === undefined) return reading
  const updated = textOf(objectOf(readJson(files, METADATA))["UpdatedAt"]) ?? "unknown"
  const digest = files[DIGEST]?.trim() ?? ""
  return {
    ...reading,
    databases: [{ name: job.database, updated, ...(digest !== "" && { digest }) }],
  }
}

/** What trivy's log says at once, and means nothing: it has the checks that were built into it. */
const HARMLESS = "Falling back to embedded checks"

/**
 * Its report names only files in which there is something to tell, and it ends with 0 in an empty
 * folder and after a file that it can't parse. So every Dockerfile must be in the report, and what its
 * log calls an error is one.
 */
function readFilesReport(files: ToolOutput["files"], job: ScanJob): Reading {
  const reading = readReport(files, job)
  const log = files[LOG] ?? ""
  if (!log.includes("Secret scanning is enabled"))
    reading.problems.push("did not say that it looks for secrets")
  const { skipped } = reading.coverage
  for (const [, message = ""] of log.matchAll(/\tERROR\t(.*)/g)) {
    const [, path] = /\bfile_path="([^"]+)"/.exec(message) ?? []
    const [, reason = message] = /\berr="(.*)"/.exec(message) ?? []
    if (path !== undefined)
      skipped.push({ path: repositoryPath(path), reason: reason.replaceAll('\\"', '"') })
    else if (!message.includes(HARMLESS)) reading.problems.push(message)
  }
  const looked = listOf(objectOf(readJson(files, REPORT))["Results"])
    .map(objectOf)
    .filter((result) => result["Class"] === "config")
    .map((result) => repositoryPath(textOf(result["Target"]) ?? ""))
  const known = new Set([...looked, ...skipped.map(({ path }) => path)])
  for (const path of job.files.filter(isDockerfile))
    if (!known.has(path)) skipped.push({ path, reason: "it is not in its report" })
  return reading
}

function readImageReport(files: ToolOutput["files"], job: ScanJob): Reading {
  const reading = readReport(files, job)
  if (reading.coverage.packages === 0) reading.problems.push(...unseenPackages(files[RECORDS]))
  for (const name of Object.values(SBOMS))
    if (files[name] === undefined) reading.problems.push(`wrote no ${name}`)
  return { ...reading, coverage: { ...reading.coverage, files: 0 } }
}

/** An image can be without any package, but not beside what package managers leave. */
function unseenPackages(list: string | undefined): string[] {
  if (list === undefined)
    return ["found no package in the image, and whether there is one could not be looked up"]
  const [, ...records] = list.split("\n").filter((line) => line !== "")
  if (records.length === 0) return []
  const first = records[0]?.replace(`${IMAGE_FILES}/`, "").replace(/^\.\//, "")
  return [`found no package in the image, which has ${first}`]
}

/** Reads a report of trivy, of whatever it looked at. */
export function readTrivy(value: unknown, files: number): Reading {
  const report = objectOf(value)
  const reading = emptyReading()
  const rules = new Map<string, Rule>()
  if (numberOf(report["SchemaVersion"]) !== 2)
    reading.problems.push("its report is of another version than 2")
  const add = (finding: Finding, rule: Rule) => {
    reading.findings.push(finding)
    rules.set(rule.rule, rule)
  }
  for (const result of listOf(report["Results"]).map(objectOf)) {
    const file = placeOf(textOf(result["Target"]) ?? "")
    const packages = new Map(
      listOf(result["Packages"])
        .map(objectOf)
        .map((entry) => [`${textOf(entry["Name"])}@${textOf(entry["Version"])}`, entry] as const),
    )
    reading.coverage.packages += packages.size
    for (const entry of listOf(result["Vulnerabilities"]).map(objectOf))
      add(...vulnerability(entry, file, packages))
    for (const entry of listOf(result["Misconfigurations"]).map(objectOf))
      if (textOf(entry["Status"]) !== "PASS") add(...misconfiguration(entry, file))
    for (const entry of listOf(result["Secrets"]).map(objectOf)) add(...secret(entry, file))
    for (const entry of packages.values()) {
      const about = packageOf(entry)
      reading.licences.push({
        package: about,
        licence: textsOf(entry["Licenses"]).join(" AND "),
        place: { file: textOf(entry["FilePath"]) ?? file },
        services: [],
      })
    }
  }
  reading.coverage.files = files
  return { ...reading, rules: [...rules.values()] }
}

/**
 * Of what belongs to an image's operating system its name, not where the image was put for the tool. A
 * path in an image begins with a slash only where its layers are looked at.
 */
function placeOf(target: string): string {
  return repositoryPath(target)
    .replace(/^\/scan\/image(?:\.tar)? \((.+)\)$/, "$1")
    .replace(/^\/+/, "")
}

function vulnerability(
  entry: JsonObject,
  file: string,
  packages: ReadonlyMap<string, JsonObject>,
): [Finding, Rule] {
  const rule = normaliseId(textOf(entry["VulnerabilityID"]) ?? "unknown")
  const name = textOf(entry["PkgName"]) ?? ""
  const version = textOf(entry["InstalledVersion"]) ?? ""
  const title = textOf(entry["Title"]) ?? `${name} is vulnerable`
  const url = textOf(entry["PrimaryURL"])
  const scores = Object.values(objectOf(entry["CVSS"])).flatMap((one) => {
    const { V3Score, V40Score } = objectOf(one)
    return [numberOf(V40Score), numberOf(V3Score)].flatMap((score) => score ?? [])
  })
  const known = packages.get(`${name}@${version}`) ?? {}
  const line = positionOf(objectOf(listOf(known["Locations"])[0])["StartLine"])
  const fixed = (textOf(entry["FixedVersion"]) ?? "").split(/,\s*/).filter((one) => one !== "")
  return [
    {
      category: "vulnerability",
      ids: sortedUnique([rule, ...textsOf(entry["VendorIDs"]).map(normaliseId)]),
      detections: [{ tool: "trivy", rule }],
      ...decideSeverity("trivy", rule, readSeverity(entry["Severity"])),
      ...(scores.length > 0 && { score: Math.max(...scores) }),
      message: `${name} ${version}: ${title}`,
      place: { file: textOf(entry["PkgPath"]) ?? file, ...(line !== undefined && { line }) },
      package: { ...packageOf({ ...known, ...entry, Name: name, Version: version }), fixed },
      services: [],
      subject: "",
    },
    {
      tool: "trivy",
      rule,
      name: rule,
      summary: title,
      help: textOf(entry["Description"]) ?? title,
      ...(url !== undefined && { url }),
      tags: textsOf(entry["CweIDs"]).map((cwe) => `external/cwe/${cwe.toLowerCase()}`),
    },
  ]
}

function misconfiguration(entry: JsonObject, file: string): [Finding, Rule] {
  const rule = textOf(entry["ID"]) ?? "unknown"
  const title = textOf(entry["Title"]) ?? rule
  const cause = objectOf(entry["CauseMetadata"])
  const [line, endLine] = [positionOf(cause["StartLine"]), positionOf(cause["EndLine"])]
  const url = textOf(entry["PrimaryURL"])
  return [
    {
      category: "misconfiguration",
      ids: ruleIds("trivy", rule),
      detections: [{ tool: "trivy", rule }],
      ...decideSeverity("trivy", rule, readSeverity(entry["Severity"])),
      message: textOf(entry["Message"]) ?? title,
      place: {
        file,
        ...(line !== undefined && { line }),
        ...(line !== undefined && endLine !== undefined && endLine > line && { endLine }),
      },
      services: [],
      subject: "",
    },
    {
      tool: "trivy",
      rule,
      name: rule,
      summary: title,
      help: textOf(entry["Resolution"]) ?? textOf(entry["Description"]) ?? title,
      ...(url !== undefined && { url }),
      tags: [],
    },
  ]
}

/** What it found stays in the report; only where and what kind leaves it. */
function secret(entry: JsonObject, file: string): [Finding, Rule] {
  const rule = textOf(entry["RuleID"]) ?? "unknown"
  const title = textOf(entry["Title"]) ?? rule
  const line = positionOf(entry["StartLine"])
  return [
    {
      category: "secret",
      ids: ruleIds("trivy", rule),
      detections: [{ tool: "trivy", rule }],
      ...decideSeverity("trivy", rule, readSeverity(entry["Severity"])),
      message: `A secret (${rule}): ${title}`,
      place: { file, ...(line !== undefined && { line }) },
      services: [],
      subject: "",
    },
    {
      tool: "trivy",
      rule,
      name: rule,
      summary: title,
      help: "Revoke the secret where it was issued, then take it out of the source.",
      tags: ["external/cwe/cwe-798"],
    },
  ]
}

function packageOf(entry: JsonObject): Finding["package"] & object {
  const purl = textOf(objectOf(entry["Identifier"] ?? entry["PkgIdentifier"])["PURL"]) ?? ""
  const [, ecosystem = "generic"] = /^pkg:([^/]+)\//.exec(purl) ?? []
  const name = textOf(entry["Name"]) ?? ""
  return {
    ecosystem,
    name: ecosystem === "pypi" ? name.toLowerCase() : name,
    version: textOf(entry["Version"]) ?? "",
    fixed: [],
  }
}
