import type { Finding, Place, Rule } from "./finding.js"
import { mappedSeverity, readSeverity, severityOfScore } from "./severity-map.js"
import { ruleIds } from "./equivalent-rules.js"
import type { JsonObject } from "./members.js"
import { listOf, numberOf, objectOf, positionOf, textOf, textsOf } from "./members.js"
import type { ToolReport } from "./tool-report.js"
import { emptyReport } from "./tool-report.js"

/** Larger files are refused: read whole, they would take more memory than an engine's module has. */
export const LARGEST_SARIF = 100_000_000

/** What a SARIF file is read against. */
export interface SarifContext {
  /** The file's path, for every message. */
  file: string
  /** Whether the repository has a file. */
  exists: (path: string) => boolean
  /** Names of the services that a file of the repository concerns. */
  servicesOf: (path: string) => string[]
  /** Leave out results that the tool itself marks as suppressed. */
  honourSuppressions: boolean
}

/** What a SARIF file holds: one report for each of its runs. */
export interface SarifReading {
  reports: ToolReport[]
  /** What was mended, one line each: reported, and harmless. */
  repairs: string[]
}

/**
 * Reads SARIF that was made elsewhere. What can be mended is mended; what can't is named, and makes
 * its tool's scan incomplete; nothing else is lost.
 */
export function readSarif(bytes: Uint8Array, context: SarifContext): SarifReading {
  const { file } = context
  if (bytes.length > LARGEST_SARIF) return refused(file, sizeProblem(bytes.length))
  const repairs: string[] = []
  const text = new TextDecoder("utf-8").decode(bytes)
  // The engine hands a file on as text, with the bytes of a byte order mark of UTF-16 replaced.
  if (/^\ufffd\ufffd/.test(text) && text.includes("\0"))
    return refused(file, "is no UTF-8 but UTF-16, as PowerShell writes files: write it as UTF-8")
  if (text.includes("\ufffd")) repairs.push(`${file}: bytes that are no UTF-8 were replaced`)
  let log: JsonObject
  try {
    log = objectOf(JSON.parse(text))
  } catch (error) {
    return refused(file, `is no complete JSON: ${(error as Error).message}`)
  }
  if (!Array.isArray(log["runs"])) return refused(file, "has no list of runs, so it is no SARIF")
  if (log["runs"].length === 0) return refused(file, "has no run: the tool did not scan")
  const reports = log["runs"].map((run, index) => {
    const reader = new RunReader(objectOf(run), `${file}: runs[${index}]`, context, repairs)
    return reader.read()
  })
  return { reports, repairs }
}

/** Why a file of a size is not read. */
export function sizeProblem(size: number): string {
  const megabytes = (bytes: number) => Math.round(bytes / 1_000_000)
  return (
    `has ${megabytes(size)} MB, and ${megabytes(LARGEST_SARIF)} MB can be read: ` +
    "write one file for each part of the repository"
  )
}

function refused(file: string, problem: string): SarifReading {
  const report = emptyReport("sarif", "")
  return {
    reports: [{ ...report, status: "incomplete", problems: [`${file} ${problem}`] }],
    repairs: [],
  }
}

/** Reads one run. */
class RunReader {
  readonly #report: ToolReport
  readonly #rules = new Map<string, JsonObject>()
  readonly #byIndex: string[] = []
  readonly #tool: string

  constructor(
    readonly run: JsonObject,
    readonly where: string,
    readonly context: SarifContext,
    readonly repairs: string[],
  ) {
    const driver = objectOf(objectOf(run["tool"])["driver"])
    const name = textOf(driver["name"]) ?? "sarif"
    this.#tool = name.toLowerCase().replace(/[^a-z0-9-]+/g, "-")
    const version = textOf(driver["semanticVersion"]) ?? textOf(driver["version"]) ?? ""
    this.#report = emptyReport(this.#tool, version)
    const extensions = listOf(objectOf(run["tool"])["extensions"]).map(objectOf)
    for (const part of [driver, ...extensions]) this.#readRules(part, part === driver)
  }

  read(): ToolReport {
    const report = this.#report
    const invocations = listOf(this.run["invocations"]).map(objectOf)
    if (invocations.some((invocation) => invocation["executionSuccessful"] === false))
      report.problems.push(`${this.where} says that the tool failed`)
    if (!Array.isArray(this.run["results"]))
      report.problems.push(`${this.where} has no results, not even an empty list`)
    for (const [index, result] of listOf(this.run["results"]).entries()) {
      const where = `${this.where}.results[${index}]`
      const finding = this.#readResult(objectOf(result), where)
      if (finding) report.findings.push(finding)
    }
    report.rules.push(...[...this.#rules].map(([id, rule]) => this.#toRule(id, rule)))
    report.coverage.files = listOf(this.run["artifacts"]).length
    if (report.problems.length > 0) report.status = "incomplete"
    return report
  }

  #readRules(part: JsonObject, isDriver: boolean): void {
    for (const entry of listOf(part["rules"])) {
      const rule = objectOf(entry)
      const id = textOf(rule["id"]) ?? ""
      if (isDriver) this.#byIndex.push(id)
      if (id === "") continue
      if (this.#rules.has(id)) this.repairs.push(`${this.where}: the rule ${id} is there twice`)
      else this.#rules.set(id, rule)
    }
  }

  #readResult(result: JsonObject, where: string): Finding | undefined {
    if (this.context.honourSuppressions && isSuppressed(result)) return undefined
    const id = this.#ruleId(result)
    const place = this.#place(result, where)
    if (!place) return undefined
    const rule = this.#rules.get(id) ?? {}
    const cvss = Number(objectOf(rule["properties"])["security-severity"] ?? Number.NaN)
    const isScore = cvss >= 0 && cvss <= 10
    const level =
      textOf(result["level"]) ??
      textOf(objectOf(rule["defaultConfiguration"])["level"]) ??
      "warning"
    const mapped = mappedSeverity(this.#tool, id)
    return {
      category: "code",
      ids: ruleIds(this.#tool, id),
      detections: [{ tool: this.#tool, rule: id }],
      severity: mapped ?? (isScore ? severityOfScore(cvss) : (readSeverity(level) ?? "unknown")),
      severitySource: mapped === undefined ? "tool" : "map",
      ...(isScore && { score: cvss }),
      message: messageOf(result, rule) || id,
      place,
      services: this.context.servicesOf(place.file),
      subject: "",
    }
  }

  #ruleId(result: JsonObject): string {
    const reference = objectOf(result["rule"])
    const index = numberOf(result["ruleIndex"]) ?? numberOf(reference["index"]) ?? -1
    return (
      textOf(result["ruleId"]) ?? textOf(reference["id"]) ?? this.#byIndex[index] ?? "unnamed-rule"
    )
  }

  #place(result: JsonObject, where: string): Place | undefined {
    const location = objectOf(objectOf(listOf(result["locations"])[0])["physicalLocation"])
    const artifact = this.#artifact(objectOf(location["artifactLocation"]))
    const written = textOf(artifact["uri"])
    if (written === undefined) {
      this.#report.problems.push(`${where} names no file`)
      return undefined
    }
    const file = this.#repositoryPath(written, artifact)
    if (file === undefined) {
      this.#report.problems.push(`${where}: ${written} is no file of this repository`)
      return undefined
    }
    const region = objectOf(location["region"])
    const line = positionOf(region["startLine"])
    if (line === undefined) return { file }
    const place: Place = { file, line }
    const endLine = positionOf(region["endLine"])
    const column = positionOf(region["startColumn"])
    const endColumn = positionOf(region["endColumn"])
    if (endLine !== undefined && endLine > line) place.endLine = endLine
    if (column !== undefined) place.column = column
    if (endColumn !== undefined) place.endColumn = endColumn
    else if (region["endColumn"] !== undefined)
      this.repairs.push(`${where}: endColumn ${JSON.stringify(region["endColumn"])} was left out`)
    return place
  }

  #artifact(location: JsonObject): JsonObject {
    if (textOf(location["uri"]) !== undefined) return location
    const entry = listOf(this.run["artifacts"])[numberOf(location["index"]) ?? -1]
    return objectOf(objectOf(entry)["location"])
  }

  /** A path from the repository's root, whatever machine the file was made on. */
  #repositoryPath(uri: string, artifact: JsonObject): string | undefined {
    const bases = objectOf(this.run["originalUriBaseIds"])
    const base = textOf(objectOf(bases[textOf(artifact["uriBaseId"]) ?? ""])["uri"]) ?? ""
    const path = decodePath(uri)
    const candidates = [path, decodePath(base).replace(/\/?$/, "/") + path]
    for (const candidate of candidates) {
      const parts = candidate.split("/").filter((part) => part !== "" && part !== ".")
      if (parts.includes("..")) continue
      const relative = parts.join("/")
      if (!isAbsolute(candidate) && this.context.exists(relative)) return relative
    }
    // Made on another machine: the longest end of the path that is a file here.
    const parts = (candidates[1] ?? path).split("/").filter((part) => part !== "" && part !== ".")
    for (let start = 1; start < parts.length; start++) {
      const end = parts.slice(start).join("/")
      if (!this.context.exists(end)) continue
      this.repairs.push(`${this.where}: ${uri} was read as ${end}`)
      return end
    }
    return undefined
  }

  #toRule(id: string, rule: JsonObject): Rule {
    const short = textOf(objectOf(rule["shortDescription"])["text"])
    const full = textOf(objectOf(rule["fullDescription"])["text"])
    const url = textOf(rule["helpUri"])
    return {
      tool: this.#tool,
      rule: id,
      name: textOf(rule["name"]) ?? id,
      summary: short ?? full ?? "",
      help: textOf(objectOf(rule["help"])["text"]) ?? full ?? "",
      ...(url !== undefined && { url }),
      tags: textsOf(objectOf(rule["properties"])["tags"]),
    }
  }
}

function isSuppressed(result: JsonObject): boolean {
  return listOf(result["suppressions"]).some((entry) => {
    const status = textOf(objectOf(entry)["status"]) ?? "accepted"
    return status === "accepted"
  })
}

/** The text of a result; placeholders such as {0} are filled in from its arguments. */
function messageOf(result: JsonObject, rule: JsonObject): string {
  const message = objectOf(result["message"])
  const named = objectOf(objectOf(rule["messageStrings"])[textOf(message["id"]) ?? ""])
  const text =
    textOf(message["text"]) ??
    textOf(named["text"]) ??
    textOf(objectOf(rule["shortDescription"])["text"]) ??
    ""
  const values = textsOf(message["arguments"])
  return text.replace(/\{(\d+)\}/g, (whole, index) => values[Number(index)] ?? whole)
}

function decodePath(uri: string): string {
  const path = uri.replace(/^file:(?:\/\/[^/]*)?/i, "").replaceAll("\\", "/")
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:\//.test(path)
}
