/** What the caller can mend: shown as one line, exit code 2. */
export class ReportError extends Error {}
