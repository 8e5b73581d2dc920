import type { KeyPath, SourceDocument, SourceText } from "./document.js"
import { readJsonDocument, readYamlDocument } from "./document.js"
import type { Finding } from "./issues.js"
import { formatPath, issueAt, sortIssues, toIssue } from "./issues.js"
import { mergeBackingServices } from "./backing-services.js"
import { normalise } from "./normalise.js"
import { memberOf, outlineOf } from "./outline.js"
import type { Outline } from "./outline.js"
import { BackingServiceEntry, PipelineFile } from "./pipeline-file.js"
import * as rules from "./rules.js"
import { schemaFindings } from "./schema-issues.js"
import { ServicesFile } from "./services-file.js"
import type { Config, ConfigIssue, ConfigResult, Origin } from "./types.js"

/** The texts of the two files; `pipeline.yaml` need not exist. */
export interface ConfigSources {
  services: SourceText
  pipeline?: SourceText
}

/**
 * Reads the configuration and reports everything that is wrong with it at once.
 *
 * Text to values, values against the schema, then the rules that compare entries with each other.
 * Pure, and never throws because of what the files say.
 *
 * @example
 * const { config, issues } = parseConfig({ services: { path: "services.json", text } })
 * if (!config) return formatIssues(issues)
 */
export function parseConfig(sources: ConfigSources): ConfigResult {
  const services = readServices(sources.services)
  const pipeline = sources.pipeline && readPipeline(sources.pipeline)
  const outline = outlineOf(services.value)
  const issues = sortIssues([
    ...textIssues(services),
    ...servicesIssues(services, outline, pipeline),
    ...(pipeline ? [...textIssues(pipeline), ...pipelineIssues(pipeline)] : []),
  ])
  if (issues.length > 0) return { issues, warnings: [] }
  const warnings = rules.someServices(outline).map((finding) => toIssue(services, finding))
  return { config: configOf(services, pipeline), issues, warnings }
}

/** The bare list of services is read as an object that has only that. */
function readServices(source: SourceText): SourceDocument {
  const document = readJsonDocument(source)
  if (!Array.isArray(document.value)) return document
  return {
    ...document,
    value: { services: document.value },
    place: (path, part) => document.place(path.slice(1), part),
  }
}

/** A section with nothing but comments under it is null in YAML; it counts as absent. */
function readPipeline(source: SourceText): SourceDocument {
  const document = readYamlDocument(source)
  const { value } = document
  if (typeof value !== "object" || value === null || Array.isArray(value)) return document
  const filled = Object.entries(value).filter(([, section]) => section !== null)
  return { ...document, value: Object.fromEntries(filled) }
}

function textIssues(document: SourceDocument): ConfigIssue[] {
  return document.problems.map((problem) =>
    issueAt(document.file, problem, { ...problem, path: "" }),
  )
}

function servicesIssues(
  document: SourceDocument,
  outline: Outline,
  pipeline: SourceDocument | undefined,
): ConfigIssue[] {
  if (document.value === undefined) return []
  const findings = [
    ...schemaFindings(ServicesFile, document.value),
    ...rules.uniqueNames(outline),
    ...rules.uniquePaths(outline),
    ...rules.noDependencyOnItself(outline),
    ...rules.needsOnce(outline),
    ...backingServiceFindings(outline, pipeline),
  ]
  return findings.map((finding) => toIssue(document, finding))
}

/** Which names exist can't be known from a pipeline.yaml that can't be read. */
function backingServiceFindings(outline: Outline, pipeline: SourceDocument | undefined): Finding[] {
  if (pipeline && pipeline.value === undefined) return rules.knownDependencies(outline, new Set())
  const readable = mergeBackingServices(backingEntries(pipeline))
  const declared = Object.keys(Object(memberOf(pipeline?.value, "backing_services")))
  const names = new Set([...Object.keys(readable), ...declared])
  return [
    ...rules.knownDependencies(outline, names),
    ...rules.knownNeeds(outline, names),
    ...rules.knownNeedVariables(outline, readable),
  ]
}

function pipelineIssues(document: SourceDocument): ConfigIssue[] {
  if (document.value === undefined) return []
  const entries = backingEntries(document)
  const findings = [
    ...schemaFindings(PipelineFile, document.value),
    ...rules.completeBackingServices(entries),
    ...rules.knownTemplateValues(entries),
  ]
  return findings.map((finding) => toIssue(document, finding))
}

/** The entries whose own shape is right; the schema reports the others. */
function backingEntries(document: SourceDocument | undefined): Record<string, BackingServiceEntry> {
  const section = Object(memberOf(document?.value, "backing_services")) as Record<string, unknown>
  const checked = Object.entries(section).map(
    ([name, entry]) => [name, BackingServiceEntry.safeParse(entry).data] as const,
  )
  return Object.fromEntries(
    checked.flatMap(([name, entry]) => (entry === undefined ? [] : [[name, entry]])),
  ) as Record<string, BackingServiceEntry>
}

function configOf(services: SourceDocument, pipeline: SourceDocument | undefined): Config {
  const parts = normalise(
    ServicesFile.parse(services.value),
    PipelineFile.parse(pipeline?.value ?? {}),
  )
  return {
    ...parts,
    files: { services: services.file, ...(pipeline && { pipeline: pipeline.file }) },
    origins: {
      ...originsIn(services, ["services"], 2),
      ...originsIn(services, ["libraries"], 2),
      ...(pipeline && originsIn(pipeline, [], 2)),
    },
  }
}

/** Places of what is under a path, so many levels deep. */
function originsIn(document: SourceDocument, base: KeyPath, depth: number): Record<string, Origin> {
  const origins: Record<string, Origin> = {}
  const visit = (value: unknown, path: KeyPath, left: number): void => {
    if (path.length > base.length) {
      origins[formatPath(path)] = { file: document.file, ...document.place(path) }
    }
    if (left === 0 || typeof value !== "object" || value === null) return
    for (const [key, child] of Object.entries(value)) {
      visit(child, [...path, Array.isArray(value) ? Number(key) : key], left - 1)
    }
  }
  let value = document.value
  for (const key of base) value = memberOf(value, String(key))
  visit(value, base, depth)
  return origins
}
