/** How much an issue weighs: an error stops the pipeline, a warning is only shown. */
export type Severity = "error" | "warning"

/** One thing wrong with a Dockerfile, with the place and the way out. */
export interface DockerfileIssue {
  /** A stable name such as `unpinned-base`, for configuration and reports. */
  rule: string
  severity: Severity
  file: string
  /** Counted from 1. */
  line: number
  message: string
  /** The next step for whoever reads the message. */
  fix: string
}

/** Collects the issues of one file, so that no check has to repeat the file. */
export class IssueList {
  readonly issues: DockerfileIssue[] = []

  constructor(private readonly file: string) {}

  error(line: number, rule: string, message: string, fix: string): void {
    this.issues.push({ rule, severity: "error", file: this.file, line, message, fix })
  }

  warning(line: number, rule: string, message: string, fix: string): void {
    this.issues.push({ rule, severity: "warning", file: this.file, line, message, fix })
  }
}

/** An issue as one line of text: `file:line: severity: message. fix [rule]`. */
export function formatIssue(issue: DockerfileIssue): string {
  return `${issue.file}:${issue.line}: ${issue.severity}: ${issue.message}. ${issue.fix} [${issue.rule}]`
}

/** Orders issues by line; those of one line keep the order in which they were found. */
export function sortIssues(issues: readonly DockerfileIssue[]): DockerfileIssue[] {
  return [...issues].sort((a, b) => a.line - b.line)
}
