import type { Scan } from "../config/index.js"
import type { ToolReport } from "../findings/index.js"
import type { PinnedTool } from "./versions.js"

/** Where a tool's program comes from. */
export type ToolSource =
  /** A Python package with everything it needs, from `ci/scanners/<tool>.txt`. */
  | { kind: "python" }
  /** A program of a Go module, built from source. */
  | {
      kind: "go"
      module: string
      /** Package of the program, below the module. */
      package: string
      /** Environment of the build. */
      env?: Record<string, string>
      /** Lines for go.mod: replacements that the module's own go.mod needs. */
      goMod?: string[]
    }

/** Something that a tool can't work without. */
export type Need = "network"

/** What a tool can be given instead of files of the checkout. */
export type ScannerInput = "image" | "image-files" | "history"

/** What a tool is to do. */
export interface ScanJob {
  /** The files it has to look at, from the repository's root, sorted. Never empty. */
  files: readonly string[]
  /** Address of the OSV service to ask; absent: the public one. */
  osvUrl?: string
  /** Name of the vulnerability database that is at DATABASE; absent: there is none. */
  database?: string
  /** How many commits the history has, where that is what it looks at. */
  commits?: number
}

/** What is around a file. */
export interface RepositoryShape {
  /** Paths of all files. */
  files: ReadonlySet<string>
  /** Folders of the services. */
  services: ReadonlySet<string>
}

/** What a tool left behind. */
export interface ToolOutput {
  exitCode: number
  timedOut: boolean
  /** The last lines that it printed. */
  tail: string[]
  /** The files that it wrote into OUTPUT, by name. */
  files: Readonly<Record<string, string>>
}

/** What a scanner reads out of its tool's report files. */
export type Reading = Omit<ToolReport, "tool" | "version" | "status" | "tail"> & {
  /** Of `job.files`, those that the tool looked at; undefined when it doesn't say. */
  seen?: readonly string[]
}

/**
 * A tool. A new one is a file like `bandit.ts` and a line in the table of `index.ts`.
 *
 * Tools are told to find everything and to fail at nothing: what is grave, what was decided about
 * it, and whether a comment may keep it quiet, is for `findings` to say.
 */
export interface Scanner {
  name: PinnedTool
  needs: readonly Need[]
  /**
   * What it lacks where there is no network, as the end of a sentence with the way out; undefined
   * when it can work. Absent: it never needs one.
   */
  missingOffline?: (scan: Scan) => string | undefined
  source: ToolSource
  /** Whether it has to look at a file. */
  looksAt: (file: string, repository: RepositoryShape) => boolean
  /**
   * The shell command, run in the repository's root. The files to look at are in FILES, one a line;
   * reports go into OUTPUT.
   */
  command: (job: ScanJob) => string
  /** Further files for the command, by absolute path. */
  settings?: Readonly<Record<string, string>>
  /** The same, of files that can be started. */
  programs?: Readonly<Record<string, string>>
  /**
   * What it is given instead of files of the checkout: an image with all its layers, as a tar file at
   * IMAGE; the files of an image, as a folder at IMAGE_FILES; or a history, as a patch at HISTORY.
   */
  input?: ScannerInput
  /** Whether it wants the rules of `ci/rules`, at RULES. */
  rules?: boolean
  /** Exit codes of a run that went to its end, whatever it found. */
  ran: readonly number[]
  /** Of those, the one that says that something was found: then a report of nothing is none. */
  found?: number
  /**
   * Reads the reports.
   *
   * @throws SyntaxError when a report is no complete JSON
   */
  read: (files: ToolOutput["files"], job: ScanJob) => Reading
}

/** List of the files that a tool has to look at, one a line. */
export const FILES = "/scan/files"
/** Folder that a tool writes its reports to. */
export const OUTPUT = "/tmp/scan-output"
/** Folder with the vulnerability database. */
export const DATABASE = "/scan/database"
/** The image that a tool has to look at, as a tar file. */
export const IMAGE = "/scan/image.tar"
/** The files of an image that a tool has to look at. */
export const IMAGE_FILES = "/scan/image"
/** Every commit of a history with what it added, as `git log -p` prints them. */
export const HISTORY = "/scan/history.patch"
/** Folder with our own rules. */
export const RULES = "/scan/rules"

/** A reading with nothing in it, to be filled in. */
export function emptyReading(): Reading {
  return {
    problems: [],
    findings: [],
    rules: [],
    licences: [],
    databases: [],
    coverage: { files: 0, packages: 0, commits: 0, skipped: [] },
  }
}

/** A path as a tool reports it, from the repository's root. */
export function repositoryPath(path: string): string {
  return path.replace(/^\/src\//, "").replace(/^(?:\.\/)+/, "")
}

/**
 * A report file as JSON.
 *
 * @throws SyntaxError when it is none, or half of one
 */
export function readJson(files: ToolOutput["files"], name: string): unknown {
  return JSON.parse(files[name] ?? "")
}

/**
 * A report file that is a list.
 *
 * @throws SyntaxError when it is none, or half of one
 */
export function readJsonList(files: ToolOutput["files"], name: string): readonly unknown[] {
  const value = readJson(files, name)
  if (!Array.isArray(value)) throw new SyntaxError(`${name} holds no list`)
  return value as unknown[]
}
