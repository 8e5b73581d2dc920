import type { Container } from "@dagger.io/dagger"
import type { Service } from "../config/index.js"
import { IMPORT_CHECK } from "./python-imports.js"
import { type LanguageSupport, REPORT_FOLDER } from "./language.js"

const DEFAULT_VERSION = "3.11"
const UV = "uv==0.9.11"
const RUFF = "ruff==0.14.6"
const ENVIRONMENT = "/opt/venv"
const TOOLS = "/opt/tools"

/** Files that name development dependencies, besides requirements.txt. */
const DEVELOPMENT = [
  "requirements-dev.txt",
  "requirements-test.txt",
  "dev-requirements.txt",
  "test-requirements.txt",
]

/** Python: uv as installer, a virtual environment of its own layer, ruff, pytest's JUnit report. */
export const python: LanguageSupport = {
  name: "python",
  image: (version = DEFAULT_VERSION) => `docker.io/library/python:${version}-slim`,
  manifests: [
    "requirements*.txt",
    "*-requirements.txt",
    "constraints*.txt",
    "pyproject.toml",
    "setup.cfg",
    "uv.lock",
  ],
  caches: [{ path: "/root/.cache/uv", key: "uv-v1" }],

  withTools(container) {
    return container
      .withExec(["python", "-m", "venv", TOOLS])
      .withExec([
        `${TOOLS}/bin/pip`,
        "install",
        "--quiet",
        "--no-cache-dir",
        "--disable-pip-version-check",
        UV,
        RUFF,
      ])
      .withEnvVariable("UV_NATIVE_TLS", "1")
      .withEnvVariable("UV_LINK_MODE", "copy")
      .withEnvVariable("PYTHONDONTWRITEBYTECODE", "1")
  },

  withDependencies(container: Container, _service: Service, manifests: string[]) {
    const files = ["requirements.txt", ...DEVELOPMENT].filter((name) => manifests.includes(name))
    const created = container.withExec([
      `${TOOLS}/bin/uv`,
      "venv",
      "--quiet",
      "--python",
      "python",
      ENVIRONMENT,
    ])
    const sources = files.length > 0 ? files : manifests.filter((name) => name === "pyproject.toml")
    const installed =
      sources.length === 0
        ? created
        : created.withExec([
            `${TOOLS}/bin/uv`,
            "pip",
            "install",
            "--quiet",
            "--python",
            `${ENVIRONMENT}/bin/python`,
            ...sources.flatMap((name) => ["-r", name]),
          ])
    return installed
      .withEnvVariable("VIRTUAL_ENV", ENVIRONMENT)
      .withEnvVariable("PATH", `${ENVIRONMENT}/bin:\${PATH}`, { expand: true })
  },

  withLibraries(container, libraries) {
    if (libraries.length === 0) return container
    const folders = libraries.flatMap((path) => [`/src/${path}`, `/src/${path}/src`])
    return container.withEnvVariable("PYTHONPATH", folders.join(":"))
  },

  checks: () => [
    // Only what breaks at run time, unless the service has a configuration of its own.
    { name: "lint", command: `${TOOLS}/bin/ruff check --no-cache --output-format=concise .` },
    { name: "imports", command: `python - <<'EOF'\n${IMPORT_CHECK}\nEOF` },
  ],

  testReport: {
    env: {
      PYTEST_ADDOPTS: `--junit-xml=${REPORT_FOLDER}/junit.xml -o cache_dir=/tmp/pytest-cache`,
    },
    junit: "junit.xml",
  },
}
