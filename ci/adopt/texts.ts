import type { Proposal } from "./propose.js"

/** What `services.json` will say. */
export function servicesText(
  { services, libraries }: Proposal,
  schema: string | undefined,
): string {
  const file = {
    ...(schema !== undefined && { $schema: schema }),
    services,
    ...(libraries.length > 0 && { libraries }),
  }
  return `${compact(file)}\n`
}

/** JSON with short lists and objects on one line, as people write it. */
function compact(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value, null, 1)?.replace(/\n\s*/g, " ") ?? "null"
  const isShort = indent.length + flat.length <= MOST_COLUMNS && indent.length >= 4
  if (typeof value !== "object" || value === null || isShort)
    return flat.replace(/^\[ (.*) \]$/s, "[$1]")
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]"
    return `[\n${value.map((item) => `${inner}${compact(item, inner)}`).join(",\n")}\n${indent}]`
  }
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  const lines = entries.map(
    ([key, each]) => `${inner}${JSON.stringify(key)}: ${compact(each, inner)}`,
  )
  return `{\n${lines.join(",\n")}\n${indent}}`
}

const MOST_COLUMNS = 92

/** What `pipeline.yaml` will say: few settings, and those that are often wanted as comments. */
export function pipelineText({ global }: Proposal, schema: string | undefined): string {
  const list = (globs: readonly string[]) =>
    globs.map((glob) => `    - ${JSON.stringify(glob)}`).join("\n")
  return `${schema === undefined ? "" : `# yaml-language-server: $schema=${schema}\n`}# What concerns the repository as a whole. services.json names the services.
changes:
  # A change to one of these concerns every service. What belongs to no service does so anyway.
  global:${global.length > 0 ? `\n${list(global)}` : " []"}
  # A change to one of these concerns none.
  ignore:
    - "**/*.md"
    - "docs/**"
    - ".github/**"
    - ".gitignore"
    - ".editorconfig"

# Where images are pushed with \`ci --push\`, as <registry>/<service>:<commit>.
# build:
#   registry: registry.example.com/team

# Digests for the tags that Dockerfiles name: builds then give the same image next month.
# images:
#   "python:3.11-slim": "sha256:..."

# Which findings of security scans fail a run, and tools that are left out.
# scan:
#   fail_on: high
#   offline: true

# Databases and brokers beside tests: nats, postgres and redis are built in, others are described here.
# backing_services:
#   mysql:
#     image: mysql:8.4
#     port: 3306

# Where services are deployed (docs/deployment.md of the pipeline).
# environments:
#   staging: {...}
`
}

/** How the pipeline is pinned in \`dagger.json\`. */
export interface Pin {
  /** A folder of the repository, as "./tools/pipeline", or a git address with "@" and a tag or commit. */
  source: string
  /** The commit, of a git address. */
  pin?: string
}

export function daggerText({ source, pin }: Pin, engineVersion: string): string {
  const blueprint = { name: "pipeline", source, ...(pin !== undefined && { pin }) }
  return `${JSON.stringify({ name: "pipeline", engineVersion, blueprint }, null, 2)}\n`
}

/** The workflow of this repository, for another one's main branch. */
export function workflowText(own: string, branch: string): string {
  return own.replace("branches: [main]", `branches: [${branch}]`)
}

/** What was found, for people. */
export function findings({ services, libraries, evidence, notes }: Proposal): string {
  const width = Math.max(0, ...[...services, ...libraries].map(({ name }) => name.length))
  const line = ({ name, path }: { name: string; path: string }) =>
    `  ${name.padEnd(width)}  ${path}  (${(evidence[name] ?? []).join(", ")})`
  return [
    `${services.length} ${services.length === 1 ? "service" : "services"}:`,
    ...services.map(line),
    ...(libraries.length > 0
      ? [
          `${libraries.length} ${libraries.length === 1 ? "library" : "libraries"}:`,
          ...libraries.map(line),
        ]
      : []),
    ...(notes.length > 0 ? ["To look at:", ...notes.map((note) => `  - ${note}`)] : []),
  ].join("\n")
}
