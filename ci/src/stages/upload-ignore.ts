/**
 * What is never uploaded from a checkout: dependencies, caches and build output
 * that tools write beside the sources.
 *
 * The same list stands as text in the constructor of index.ts, because the SDK
 * evaluates decorator arguments apart from the program; a test compares the two.
 */
export const UPLOAD_IGNORE = [
  "**/node_modules",
  "**/.venv",
  "**/__pycache__",
  "**/.pytest_cache",
  "**/.ruff_cache",
  "**/.mypy_cache",
  "**/.tox",
  ".pipeline",
  "ci-report",
] as const
