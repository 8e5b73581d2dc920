import { z } from "zod"

import { FilePath, FilledText, Glob, Globs } from "./fields.js"
import { normaliseGlob, normalisePath } from "./paths.js"
import type { FailOn, Scan, ServiceScan, Suppression } from "./types.js"

/** The shape of `scan`, in `pipeline.yaml` and in a service. */

/** The tools that scans know, in the order in which their findings are credited. */
export const SCAN_TOOLS = [
  "policy",
  "semgrep",
  "bandit",
  "gitleaks",
  "trufflehog",
  "pip-audit",
  "trivy",
  "hadolint",
  "checkov",
  "safety",
] as const

const SEVERITY_WORDS = ["info", "low", "medium", "high", "critical"] as const
const FAIL_ON: readonly FailOn[] = [...SEVERITY_WORDS, "never"]

const Tool = z.enum(SCAN_TOOLS)

const Licence = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.+-]*$/, 'must be an SPDX identifier, such as "Apache-2.0"')

const Day = z.string().refine(isDay, "must be a day as YYYY-MM-DD")

const SuppressionEntry = z.strictObject({
  id: FilledText.meta({
    description: "Vulnerability, rule, or tool and rule with a colon between.",
    examples: ["CVE-2024-35195", "bandit:B104"],
  }),
  tool: Tool.optional().meta({
    description: "Only findings of this tool; of all tools if absent.",
    examples: ["trivy"],
  }),
  path: Glob.optional().meta({
    description: "Glob of the files that it holds for; all if absent.",
    examples: ["services/api/**"],
  }),
  package: FilledText.optional().meta({
    description: "Name of the package that it holds for; all if absent.",
    examples: ["requests"],
  }),
  reason: FilledText.meta({
    description: "Why this is no danger here.",
    examples: ["The address is always our own gateway."],
  }),
  owner: FilledText.meta({
    description: "Who decided, and looks again when it ends.",
    examples: ["team-platform"],
  }),
  expires: Day.meta({
    description: "The last day it holds, as YYYY-MM-DD.",
    examples: ["2027-01-31"],
  }),
})

export const ScanEntry = z.strictObject({
  in_ci: z
    .boolean()
    .default(true)
    .meta({
      description: "Whether `ci` scans every service that it runs; `scan` does in any case.",
      examples: [false],
    }),
  images: z
    .boolean()
    .optional()
    .meta({
      description:
        "Whether `ci` looks at images, or what is installed, with trivy; if absent, with `trivy_database` or `licences`, or before a push.",
      examples: [true],
    }),
  tools: z
    .array(Tool)
    .min(1)
    .optional()
    .meta({
      description: "The tools that run; all that need no account if absent.",
      examples: [["bandit", "semgrep", "gitleaks"]],
    }),
  ignore: Globs.default([]).meta({
    description: 'Globs of files that no tool looks at. "!" in front excludes.',
    examples: [["**/fixtures/**"]],
  }),
  fail_on: z
    .enum(FAIL_ON)
    .default("high")
    .meta({
      description: 'The mildest severity that fails a run; "never" only reports.',
      examples: ["critical"],
    }),
  unknown_severity: z
    .enum(SEVERITY_WORDS)
    .default("medium")
    .meta({
      description: "What a finding of unknown severity counts as.",
      examples: ["high"],
    }),
  licences: z
    .strictObject({
      allow: z
        .array(Licence)
        .default([])
        .meta({
          description:
            "SPDX identifiers of the only licences that packages may have; all if empty.",
          examples: [["MIT", "Apache-2.0", "BSD-3-Clause"]],
        }),
      deny: z
        .array(Licence)
        .default([])
        .meta({
          description: "SPDX identifiers of licences that packages must not have.",
          examples: [["AGPL-3.0-only"]],
        }),
    })
    .prefault({})
    .meta({
      description: "Which licences packages may have.",
      examples: [{ deny: ["AGPL-3.0-only"] }],
    }),
  max_database_age: z
    .number()
    .int()
    .min(1)
    .max(365)
    .default(7)
    .meta({
      description: "Days after which a vulnerability database is too old to be believed.",
      examples: [3],
    }),
  timeout: z
    .number()
    .int()
    .min(1)
    .max(7200)
    .default(900)
    .meta({
      description: "Seconds after which a tool is ended, and the scan is incomplete.",
      examples: [1800],
    }),
  offline: z
    .boolean()
    .default(false)
    .meta({
      description: "Whether to refuse whatever would need a network.",
      examples: [true],
    }),
  osv_url: z
    .string()
    .regex(/^https?:\/\/[^\s@]+$/, "must be an http or https address without credentials")
    .optional()
    .meta({
      description: "Address of an OSV-compatible service for pip-audit; the public one if absent.",
      examples: ["https://osv.example.com/v1/query"],
    }),
  trivy_database: z
    .string()
    .regex(/^[a-z0-9.-]+(?::\d+)?\/[\w./-]+(?:(?::[\w.-]+)|(?:@sha256:[0-9a-f]{64}))$/, {
      error: "must be an image with its registry and a tag or digest",
    })
    .optional()
    .meta({
      description:
        "Image that holds trivy's vulnerability database, or a mirror of it; trivy looks no vulnerabilities up if absent.",
      examples: ["ghcr.io/aquasecurity/trivy-db:2"],
    }),
  inline_suppressions: z
    .enum(["allow", "refuse"])
    .default("allow")
    .meta({
      description:
        "Whether a comment such as nosec or nosemgrep keeps a finding quiet; they are listed either way.",
      examples: ["refuse"],
    }),
  max_suppression_days: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(180)
    .meta({
      description: "Days that a suppression may last from today.",
      examples: [90],
    }),
  suppressions: z
    .array(SuppressionEntry)
    .default([])
    .meta({
      description: "Findings that are known to be no danger, each with a reason and an end.",
      examples: [
        [
          {
            id: "bandit:B104",
            path: "services/api/**",
            reason: "The container has one network, which is private.",
            owner: "team-platform",
            expires: "2027-01-31",
          },
        ],
      ],
    }),
  baseline: FilePath.optional().meta({
    description: "File with findings that are known and do not fail; none if absent.",
    examples: ["security/baseline.json"],
  }),
  vex: z
    .array(FilePath)
    .default([])
    .meta({
      description: "OpenVEX files, which say what a vulnerability does not affect.",
      examples: [["security/openvex.json"]],
    }),
  sarif: z
    .array(FilePath)
    .default([])
    .meta({
      description: "SARIF files that were made elsewhere, such as CodeQL's.",
      examples: [["reports/codeql.sarif"]],
    }),
})
export type ScanEntry = z.infer<typeof ScanEntry>

export const ServiceScanEntry = z.strictObject({
  fail_on: z
    .enum(FAIL_ON)
    .optional()
    .meta({
      description: "The mildest severity that fails this service; the repository's if absent.",
      examples: ["critical"],
    }),
  skip: z
    .array(
      z.strictObject({
        tool: Tool.meta({ description: "Name of the tool.", examples: ["bandit"] }),
        reason: FilledText.meta({
          description: "Why it does not look at this service.",
          examples: ["Generated code only."],
        }),
      }),
    )
    .default([])
    .meta({
      description: "Tools that do not look at this service, each with a reason.",
      examples: [[{ tool: "bandit", reason: "Generated code only." }]],
    }),
})
export type ServiceScanEntry = z.infer<typeof ServiceScanEntry>

/** Turns the checked `scan` of `pipeline.yaml` into what the program works with. */
export function normaliseScan(entry: ScanEntry): Scan {
  return {
    inCi: entry.in_ci,
    ...(entry.images !== undefined && { images: entry.images }),
    ...(entry.tools !== undefined && { tools: [...new Set(entry.tools)] }),
    ignore: [...new Set(entry.ignore.map(normaliseGlob))],
    failOn: entry.fail_on,
    unknownSeverity: entry.unknown_severity,
    licences: entry.licences,
    maxDatabaseAge: entry.max_database_age,
    timeout: entry.timeout,
    offline: entry.offline,
    ...(entry.osv_url !== undefined && { osvUrl: entry.osv_url }),
    ...(entry.trivy_database !== undefined && { trivyDatabase: entry.trivy_database }),
    inlineSuppressions: entry.inline_suppressions,
    maxSuppressionDays: entry.max_suppression_days,
    suppressions: entry.suppressions.map(normaliseSuppression),
    ...(entry.baseline !== undefined && { baseline: normalisePath(entry.baseline) }),
    vex: entry.vex.map(normalisePath),
    sarif: entry.sarif.map(normalisePath),
  }
}

/** Turns the checked `scan` of a service into what the program works with. */
export function normaliseServiceScan(entry: ServiceScanEntry): ServiceScan {
  return { ...(entry.fail_on !== undefined && { failOn: entry.fail_on }), skip: entry.skip }
}

function normaliseSuppression(entry: ScanEntry["suppressions"][number]): Suppression {
  return {
    id: entry.id.trim(),
    ...(entry.tool !== undefined && { tool: entry.tool }),
    ...(entry.path !== undefined && { path: normaliseGlob(entry.path) }),
    ...(entry.package !== undefined && { package: entry.package.trim() }),
    reason: entry.reason.trim(),
    owner: entry.owner.trim(),
    expires: entry.expires,
  }
}

/** Whether a text is a day that exists, written as YYYY-MM-DD. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
