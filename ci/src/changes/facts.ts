/**
 * What git knows about a change: the contract between `gather.mjs`, which asks git, and the planner,
 * which never does.
 *
 * **Paths.** git allows any bytes in a path, JSON does not. A path that is valid UTF-8 is written as
 * it is; each byte that is not is written as the lone surrogate U+DC00 + byte (U+DC80 to U+DCFF).
 * Valid text never contains those, so the escape is unambiguous, needs no doubling of other
 * characters, and survives JSON as `\udcXX`. `decodePath` and `encodePath` in `gather/paths.mjs`
 * convert in both directions.
 */

/** What to compare. Given to `gather.mjs` as JSON. */
export interface GatherRequest {
  /**
   * Compare with this revision. A full commit id means exactly that tree; any other name (branch,
   * tag, `HEAD~3`) means the point where the head left it, the merge-base.
   */
  base?: string
  /**
   * Compare this revision instead of what is checked out. Uncommitted files are then left out.
   * @default HEAD
   */
  head?: string
  /** Name of the GitHub event, such as "pull_request". */
  eventName?: string
  /** Payload of the event, or the path of a file that holds it. */
  event?: Record<string, unknown> | string
  /**
   * The last commit whose run was green; used if it is an ancestor of the head. Per service: a
   * commit by service name, with "*" for the services that have none of their own; also as text,
   * `api=COMMIT,web=COMMIT,*=COMMIT`.
   */
  lastGreen?: string | Record<string, string>
  /**
   * What to compare with when neither `base` nor the event says it: a branch, with or without
   * "origin/", or another revision. The event's own base comes first, so that a push to this branch
   * is not compared with itself.
   *
   * @default what the event or `origin/HEAD` says, else main, master or trunk, whichever exists
   */
  defaultBranch?: string
  /**
   * Where missing history may be fetched from. Absent: the remote "origin" of the repository's own
   * configuration, if there is one.
   */
  remoteUrl?: string
  /** File with the token for `remoteUrl`. Its content never becomes part of a command line. */
  tokenFile?: string
  /** A base that can't be determined is an error (code 3) instead of "everything". */
  strictBase?: boolean
  /**
   * Count staged, unstaged and untracked files too.
   * @default true without `eventName`, else false
   */
  local?: boolean
  /**
   * Globs (gitignore style, the last match wins, "!" excludes) of files that may be missing because
   * they were not uploaded. A missing tracked file that matches is not a deletion.
   */
  uploadIgnore?: string[]
  /**
   * The files came here by an upload, which keeps sizes and times of change but neither inodes nor
   * times of creation: those say nothing about whether a file changed.
   */
  uploaded?: boolean
  /** Lines of the user's own global gitignore file, for a machine that does not have it. */
  globalIgnore?: string
  /**
   * Work on a repository that belongs to another user. Never needed for one without a `config` file:
   * nothing in it could start a program.
   */
  trustRepository?: boolean
}

/** How the base was found. */
export type BaseHow =
  | "argument"
  | "merge-base"
  | "merge-group"
  | "pull-request-merge"
  | "last-green"
  | "push-before"
  | "initial"
  | "none"

/** What the head is compared with. */
export interface Base {
  /** Commit id, or null where there is none. */
  sha: string | null
  how: BaseHow
  /** The name behind the commit, such as "origin/main". */
  ref?: string
  /** The history around the base was cut off in this clone. */
  shallow: boolean
}

/** What is compared. */
export interface Head {
  /** Commit id, or null in a repository without a commit. */
  sha: string | null
  /** The checked-out branch, or the revision asked for. Absent when detached. */
  ref?: string
  /** The parents, if the head is a merge. */
  parents?: string[]
}

/** Letters of git: added, modified, deleted, type changed, unmerged. Renames are a D and an A. */
export type FileStatus = "A" | "M" | "D" | "T" | "U"

/** Where a change was seen. */
export type FileSource = "committed" | "staged" | "worktree" | "untracked"

/** What a path was or is, when it is not a plain file. */
export type SpecialType = "symlink" | "submodule"

/** One changed path. */
export interface ChangedFile {
  path: string
  status: FileStatus
  /** In the order committed, staged, worktree, untracked. */
  sources: FileSource[]
  /** Special types that the path has or had; absent for plain files. */
  types?: SpecialType[]
}

/** A symbolic link that git tracks. */
export interface TrackedSymlink {
  path: string
  /** As stored, relative to the link's folder. */
  target: string
}

/** Contents of the two configuration files; absent means that the file does not exist there. */
export interface ConfigTexts {
  services?: string
  pipeline?: string
}

/** Why nothing smaller than everything can be selected. */
export type EverythingCode = "base-unresolved" | "initial" | "requested"

/** Everything has to run, and the sentence that says why. */
export interface Everything {
  code: EverythingCode
  message: string
}

/** One comparison of two states. */
export interface Comparison {
  base: Base
  /** Sorted by path. */
  files: ChangedFile[]
  /** The configuration at the base. Only files that differ from the head's are read. */
  baseConfig: ConfigTexts
  /** Configuration files whose content at the base could not be read, such as "services.json". */
  baseConfigMissing: string[]
  /** Set when the comparison could not be made or was not asked for. */
  all: Everything | null
}

/** The services that were last green at another commit than the rest. */
export interface SinceComparison extends Comparison {
  services: string[]
}

/** How many files differ from the head's commit. */
export interface DirtyCounts {
  staged: number
  worktree: number
  untracked: number
}

/** The document that `gather.mjs` prints. */
export interface Facts extends Comparison {
  ok: true
  version: 1
  head: Head
  /** Null when uncommitted files were not looked at. */
  dirty: DirtyCounts | null
  /** Sorted by path. */
  symlinks: TrackedSymlink[]
  /** The configuration as it is now. Only files that differ from the base's are read. */
  headConfig: ConfigTexts
  /** Comparisons with other bases, for services whose last green commit differs. */
  since: SinceComparison[]
  warnings: string[]
  /** Number of git processes that were started. */
  processes: number
}

/** Printed instead of facts: 2 is a usage error, 3 a base that `strictBase` asked for. */
export interface GatherFailure {
  ok: false
  version: 1
  code: 2 | 3
  message: string
}

/** What `gather.mjs` prints. */
export type GatherResult = Facts | GatherFailure
