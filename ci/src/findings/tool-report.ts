import type { Finding, Package, Place, Rule } from "./finding.js"

/** What one tool found, and how far its word can be taken. */
export interface ToolReport {
  tool: string
  /** What it looked at instead of the files of the checkout, such as "image of api". */
  about?: string
  /** Names of the services that it is about; absent: those whose files the tool was given. */
  services?: string[]
  /** As the tool or our pin says. */
  version: string
  /**
   * `complete`: every input was looked at. `incomplete`: something was not, and `problems` says
   * what. `skipped`: not run on purpose, and `problems` says why.
   */
  status: "complete" | "incomplete" | "skipped"
  /** One line each, without secrets. Empty when complete. */
  problems: string[]
  /** The files that the problems are about; absent when they are about the whole run. */
  missed?: string[]
  /** The last lines of what the tool printed, without secrets; only when incomplete. */
  tail: string[]
  findings: Finding[]
  /** What the tool says about its rules; at least those of the findings. */
  rules: Rule[]
  /** Packages with their licences, from tools that know them. */
  licences: PackageLicence[]
  databases: Database[]
  coverage: Coverage
}

/** What a tool looked at. */
export interface Coverage {
  files: number
  packages: number
  commits: number
  /** What it was given and did not look at. */
  skipped: { path: string; reason: string }[]
}

/** A package and the licence that it declares. */
export interface PackageLicence {
  package: Package
  /** As the package writes it; empty when it says nothing. */
  licence: string
  place: Place
  services: string[]
}

/** Something that a tool looks findings up in. */
export interface Database {
  name: string
  /** ISO 8601 (UTC); absent for a service that is asked live. */
  updated?: string
  digest?: string
}

/** Why a tool is skipped that has nothing to look at. */
export const NO_FILE = "there is no file for it"

/** A report's tool and what it looked at, as people read it. */
export function reportName({ tool, about }: Pick<ToolReport, "tool" | "about">): string {
  return about === undefined ? tool : `${tool} (${about})`
}

/** A report with nothing in it, to be filled in. */
export function emptyReport(tool: string, version: string): ToolReport {
  return {
    tool,
    version,
    status: "complete",
    problems: [],
    tail: [],
    findings: [],
    rules: [],
    licences: [],
    databases: [],
    coverage: { files: 0, packages: 0, commits: 0, skipped: [] },
  }
}
