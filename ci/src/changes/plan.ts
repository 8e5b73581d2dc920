import type { Base, EverythingCode, Head } from "./facts.js"

/**
 * Which services a change concerns, and why: the one object that runs, tables, matrices and reports
 * read. Everything in it is sorted, so that the same change gives the same bytes.
 */
export interface Plan {
  version: 1
  base: Base
  head: Head
  /** Number of changed paths. */
  files: number
  /** Why every service is in, or null when the services were selected one by one. */
  all: AllReason | null
  /** The selected services, and integration tests beside them, by name. */
  services: SelectedService[]
  /** Services of the base's `services.json` that are gone, by name. */
  removed: string[]
  /** The services and integration tests that are not selected, by name. */
  skipped: SkippedService[]
  /** Changed paths that selected nothing, and the rule that says so. */
  unused: UnusedPath[]
  /** In the order in which they were noticed; what made a run larger comes first. */
  warnings: string[]
}

/** Why every service is in. */
export interface AllReason {
  code: EverythingCode | "config" | "global" | "unowned"
  /** A sentence without a full stop, fit to follow "everything, because". */
  message: string
}

/** A service to run, with every reason for it. */
export interface SelectedService {
  name: string
  /** True for an integration test. */
  integration?: true
  reasons: Reason[]
  /**
   * The shortest explanation of a service that only its dependencies select: the changed path, then
   * the names from its owner to this service.
   */
  via?: string[]
}

/** A service that is not run. */
export interface SkippedService {
  name: string
  /** True for an integration test. */
  integration?: true
  why: "unchanged" | "not requested"
}

/** A changed path that selected nothing. */
export interface UnusedPath {
  path: string
  why: string
}

/** The kinds of reasons, in the order in which they are listed. */
export const REASON_KINDS = [
  "own-file",
  "dockerfile",
  "input",
  "symlink",
  "config",
  "dependency",
  "global",
  "unowned",
  "base-unresolved",
  "initial",
  "always",
  "requested",
] as const

/** What selected a service. */
export type ReasonKind = (typeof REASON_KINDS)[number]

/** One reason for a service. */
export interface Reason {
  kind: ReasonKind
  /** The changed path. */
  file?: string
  /** The dependency that changed. */
  dep?: string
  /** The glob that matched the path. */
  glob?: string
  /** The tracked symbolic link that leads to the path. */
  link?: string
  /** Which part of the configuration changed. */
  detail?: string
}
