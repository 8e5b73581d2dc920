import type { SourceDocument, SourceText } from "./document.js"
import { readJsonDocument, readYamlDocument } from "./document.js"
import type { Finding } from "./issues.js"
import { issueAt, sortIssues, toIssue } from "./issues.js"
import { mergeBackingServices } from "./backing-services.js"
import * as deployRules from "./deploy-rules.js"
import { normalise } from "./normalise.js"
import { originsOf } from "./origins.js"
import { memberOf, outlineOf } from "./outline.js"
import type { Outline } from "./outline.js"
import { BackingServiceEntry, PipelineFile } from "./pipeline-file.js"
import * as rules from "./rules.js"
import { suppressionsOnce } from "./scan-rules.js"
import { checkSchema } from "./schema-issues.js"
import { ServicesFile } from "./services-file.js"
import type { Config, ConfigIssue, ConfigResult } from "./types.js"

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
  const servicesChecked = checkSchema(ServicesFile, services.value)
  const pipelineChecked = checkSchema(PipelineFile, pipeline ? pipeline.value : {})
  const outline = outlineOf(services.value)
  const issues = sortIssues([
    ...issuesOf(services, () => [
      ...servicesChecked.findings,
      ...servicesFindings(outline),
      ...backingServiceFindings(outline, pipeline),
      ...(pipeline?.value === undefined && pipeline !== undefined
        ? []
        : deployRules.knownEnvironments(services.value, pipeline?.value)),
    ]),
    ...issuesOf(pipeline, (document) => [
      ...pipelineChecked.findings,
      ...pipelineFindings(document),
    ]),
  ])
  const { value: servicesFile } = servicesChecked
  const { value: pipelineFile } = pipelineChecked
  if (issues.length > 0 || !servicesFile || !pipelineFile) return { issues, warnings: [] }
  const config: Config = {
    ...normalise(servicesFile, pipelineFile),
    files: { services: services.file, ...(pipeline && { pipeline: pipeline.file }) },
    // Only a fault asks for them, and they take longer than all the rest.
    get origins() {
      return originsOf(services, pipeline)
    },
  }
  const warnings = rules.someServices(outline).map((finding) => toIssue(services, finding))
  return { config, issues, warnings }
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

/** What is wrong with the text; and with its meaning, when it can be read. */
function issuesOf(
  document: SourceDocument | undefined,
  findingsIn: (document: SourceDocument) => Finding[],
): ConfigIssue[] {
  if (!document) return []
  const { file, problems, value } = document
  const findings = value === undefined ? [] : findingsIn(document)
  return [
    ...problems.map((problem) => issueAt(file, problem, { ...problem, path: "" })),
    ...findings.map((finding) => toIssue(document, finding)),
  ]
}

function servicesFindings(outline: Outline): Finding[] {
  return [
    ...rules.uniqueNames(outline),
    ...rules.uniquePaths(outline),
    ...rules.noDependencyOnItself(outline),
    ...rules.needsOnce(outline),
    ...rules.startableServices(outline),
    ...rules.oneImage(outline),
    ...rules.startableChecks(outline),
  ]
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

function pipelineFindings(document: SourceDocument): Finding[] {
  const entries = backingEntries(document)
  return [
    ...rules.usableNames(document.value),
    ...rules.completeBackingServices(entries),
    ...rules.knownTemplateValues(entries),
    ...suppressionsOnce(document.value),
    ...deployRules.orderedEnvironments(document.value),
    ...deployRules.disjointNetworks(document.value),
    ...deployRules.separateClusters(document.value),
  ]
}

/** The entries whose own shape is right; the schema and `usableNames` report the others. */
function backingEntries(document: SourceDocument | undefined): Record<string, BackingServiceEntry> {
  const section = Object(memberOf(document?.value, "backing_services")) as Record<string, unknown>
  const checked = Object.entries(section)
    .filter(([name]) => name !== "__proto__")
    .map(([name, entry]) => [name, BackingServiceEntry.safeParse(entry).data] as const)
  return Object.fromEntries(
    checked.flatMap(([name, entry]) => (entry === undefined ? [] : [[name, entry]])),
  ) as Record<string, BackingServiceEntry>
}
