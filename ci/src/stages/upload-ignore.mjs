/**
 * What is never uploaded from a checkout unless git tracks it: dependencies, caches and build output
 * that tools write beside the sources. The launcher reads this list too.
 *
 * The same list stands as text in the constructor of index.ts, because the SDK
 * evaluates decorator arguments apart from the program; a test compares the two.
 */
export const UPLOAD_IGNORE = [
  "**/.git/config",
  "**/node_modules",
  "**/.venv",
  "**/__pycache__",
  "**/.pytest_cache",
  "**/.ruff_cache",
  "**/.mypy_cache",
  "**/.hypothesis",
  "**/.ipynb_checkpoints",
  "**/.tox",
  "**/.nox",
  "**/.eggs",
  "**/.next",
  "**/.turbo",
  "**/.gradle",
  "**/.terraform",
  "**/.direnv",
  ".pipeline",
  "ci-report",
]
