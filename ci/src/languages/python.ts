import type { LanguageSupport } from "./language.js"
import { REPORT_FOLDER, SOURCE_FOLDER } from "./language.js"
import { pythonDependencies } from "./python/dependencies.js"
import {
  declarationIn,
  IMPORT_PROBLEM,
  IMPORT_PROGRAM,
  importCheckCommand,
} from "./python/imports.js"
import { inheritedRuffFiles } from "./python/lint.js"
import { BYTECODE_CACHE, MAKE_TOOLS } from "./python/script.js"
import { withPytestShard } from "./python/shard.js"
import { SHIPPED_ENVIRONMENT, TEST_ENVIRONMENT, TOOLS } from "./python/tools.js"

const DEFAULT_VERSION = "3.11"

/** Python: uv as installer, virtual environments in a layer of their own, ruff, pytest's JUnit report. */
export const python: LanguageSupport = {
  name: "python",
  image: (version = DEFAULT_VERSION) => `docker.io/library/python:${version}-slim`,
  caches: [
    { path: "/root/.cache/uv", key: "uv-v1" },
    { path: BYTECODE_CACHE, key: "python-bytecode-v1" },
  ],

  withTools(container) {
    return (
      container
        .withExec(["sh", "-c", MAKE_TOOLS])
        .withEnvVariable("UV_NATIVE_TLS", "1")
        // The cache is a volume, from which no hard link can lead.
        .withEnvVariable("UV_LINK_MODE", "copy")
        .withEnvVariable("PYTHONDONTWRITEBYTECODE", "1")
    )
  },

  dependencies: pythonDependencies,

  withEnvironment(container, libraries) {
    const folders = importFolders(libraries)
    const active = container
      .withEnvVariable("VIRTUAL_ENV", TEST_ENVIRONMENT)
      .withEnvVariable("PATH", `${TEST_ENVIRONMENT}/bin:\${PATH}`, { expand: true })
    return folders.length === 0 ? active : active.withEnvVariable("PYTHONPATH", folders.join(":"))
  },

  async preflight(project, { manifest }) {
    // A ruff that the service names itself wins, so that both say the same.
    const ruff = `$([ -x ${TEST_ENVIRONMENT}/bin/ruff ] && echo ${TEST_ENVIRONMENT}/bin/ruff || echo ${TOOLS}/bin/ruff)`
    return {
      programs: [IMPORT_PROGRAM],
      checks: [
        {
          name: "lint",
          command: `${ruff} check --no-cache --output-format=concise .`,
          problem: "^[^ ]+:[0-9]+:[0-9]+: ",
        },
        {
          name: "imports",
          command: importCheckCommand(declarationIn(manifest, project.service.path)),
          problem: IMPORT_PROBLEM,
        },
      ],
      files: await inheritedRuffFiles(project),
    }
  },

  testReport: {
    env: {
      PYTEST_ADDOPTS: `--junit-xml=${REPORT_FOLDER}/junit.xml -o cache_dir=/tmp/pytest-cache`,
    },
    // pytest shows the stack of every thread.
    signal: "ABRT",
    noise: /^  File "[^"]*\/(?:_pytest|pluggy)\/[^"]*", line \d+ in |^-+ generated xml file: /,
    withShard: withPytestShard,
  },

  standardImage: {
    base: (version = DEFAULT_VERSION) => `docker.io/library/python:${version}-slim`,
    script: [
      `mkdir -p $out/opt $out${SOURCE_FOLDER}`,
      `[ ! -e ${SHIPPED_ENVIRONMENT} ] || cp -a ${SHIPPED_ENVIRONMENT} $out/opt/`,
      `cp -a ${SOURCE_FOLDER}/. $out${SOURCE_FOLDER}/`,
    ].join("\n"),
    path: `${SHIPPED_ENVIRONMENT}/bin`,
    withEnvironment(container, libraries) {
      const shown = container
        .withEnvVariable("PYTHONUNBUFFERED", "1")
        .withEnvVariable("PYTHONDONTWRITEBYTECODE", "1")
      const folders = importFolders(libraries)
      return folders.length === 0 ? shown : shown.withEnvVariable("PYTHONPATH", folders.join(":"))
    },
  },
}

/** Where modules of libraries are looked for. */
function importFolders(libraries: readonly string[]): string[] {
  return libraries.flatMap((path) => [`${SOURCE_FOLDER}/${path}`, `${SOURCE_FOLDER}/${path}/src`])
}
