import { join, relative } from "node:path/posix"
import type { DependencyStep } from "../language.js"
import { PROGRAM_FOLDER } from "../language.js"
import { quote } from "../shell.js"
import type { Installation, PythonInputs } from "./inputs.js"
import { FOLLOW_PYPI, mayNameIndex, WRITE_PYPI_SETTINGS } from "./pypi.js"
import { SHIPPED_ENVIRONMENT, TEST_ENVIRONMENT, TOOLS, UV } from "./tools.js"

const FOLDER = "/opt/dependencies"

/** Requirements of folders of the repository: they are there anyway, and needn't be built. */
const FOLDERS = String.raw`^(-e +)?(\.|/|file:)|@ +file:`

/** For a service whose test command is pytest, but that names pytest nowhere. */
const PYTEST = "pytest==9.2.0"

/** The program that compiles packages, beside this file. */
export const COMPILE_PROGRAM = "python/compile_packages.py"
/** The program that links one environment's files into another, beside this file. */
export const LINK_PROGRAM = "python/link_environment.py"
/** What packages compile to, by their content: a volume that all services share. */
export const BYTECODE_CACHE = "/root/.cache/pipeline-bytecode"

const LARGE_LIST = "requirements.txt"
/** Installers replace files instead of changing them, so links do. */
const LINK = `python ${PROGRAM_FOLDER}/link_environment.py ${SHIPPED_ENVIRONMENT} ${TEST_ENVIRONMENT}`
/** Here and once, because the steps that import the modules can't keep what they compile. */
const COMPILE = `python ${PROGRAM_FOLDER}/compile_packages.py ${BYTECODE_CACHE} ${SHIPPED_ENVIRONMENT} ${TEST_ENVIRONMENT}`

/**
 * Where manifests lie while they are installed: as in the repository, seen from the service. The
 * service's own path is left out, so that services with equal manifests share one layer.
 */
function containerPaths(paths: readonly string[], servicePath: string): (path: string) => string {
  const seen = paths.map((path) => relative(servicePath, path).split("/"))
  const up = Math.max(0, ...seen.map((parts) => parts.filter((part) => part === "..").length))
  const folder = join(FOLDER, ...Array<string>(up).fill("up"), "service")
  return (path) => join(folder, relative(servicePath, path))
}

/** What the pipeline installs for every Python service. */
const TOOL_PACKAGES = ["uv==0.9.11", "ruff==0.14.6"]

/**
 * The shell script that installs the tools, and makes the environment that is shipped, with nothing in it yet: the same
 * for every service. The image's own pip installs: with one of their own the tools have 1,707 files instead of 51, and
 * take twice as long.
 */
export const MAKE_TOOLS = [
  `python -m venv --without-pip ${TOOLS}`,
  `pip --python ${TOOLS}/bin/python install --quiet --no-cache-dir --disable-pip-version-check ${TOOL_PACKAGES.join(" ")}`,
  `${UV} venv --quiet --relocatable --python python ${SHIPPED_ENVIRONMENT}`,
  WRITE_PYPI_SETTINGS,
].join(" && ")

/**
 * The step that fills both environments: the one that is shipped, and a copy of it that the tests'
 * packages are added to.
 */
export function installStep(
  { shipped, tests, files }: Pick<PythonInputs, "shipped" | "tests" | "files">,
  servicePath: string,
  testCommand: string,
): DependencyStep {
  const place = containerPaths([...files.keys()], servicePath)
  const texts = Object.fromEntries([...files].map(([file, text]) => [place(file), text]))
  const script = [
    ...install(shipped, SHIPPED_ENVIRONMENT, servicePath),
    LINK,
    ...(tests ? install(tests, TEST_ENVIRONMENT, servicePath) : []),
    ...(/\bpytest\b/.test(testCommand)
      ? [`[ -x ${TEST_ENVIRONMENT}/bin/pytest ] || ${installInto(TEST_ENVIRONMENT)} ${PYTEST}`]
      : []),
    COMPILE,
  ]
  return step(texts, place(servicePath), script)
}

/**
 * The step that installs large packages into both environments, before all others.
 *
 * @param lines of a requirement file
 */
export function largeStep(lines: readonly string[]): DependencyStep {
  const folder = join(FOLDER, "large")
  return step({ [join(folder, LARGE_LIST)]: `${lines.join("\n")}\n` }, folder, [
    `${installInto(SHIPPED_ENVIRONMENT)} --no-deps -r ${LARGE_LIST}`,
    LINK,
    COMPILE,
  ])
}

/** A step of uv's, which follows PyPI's settings where that is what it installs from. */
function step(files: Record<string, string>, folder: string, script: string[]): DependencyStep {
  const settings = mayNameIndex(Object.values(files)) ? [] : [FOLLOW_PYPI]
  return { files, folder, script: [...settings, ...script].join("\n") }
}

function install(installation: Installation, environment: string, servicePath: string): string[] {
  if ("export" in installation) {
    const list = `${environment}.txt`
    return [
      `${installation.export} > ${list}.all`,
      `grep -v -E '${FOLDERS}' ${list}.all > ${list} || [ $? = 1 ]`,
      `${installInto(environment)} -r ${list}`,
    ]
  }
  const { requirements, overrides } = installation
  if (requirements.length === 0) return []
  const name = (path: string) => quote(relative(servicePath, path))
  const options = [
    ...overrides.map((path) => `--overrides ${name(path)}`),
    ...requirements.map((path) => `-r ${name(path)}`),
  ]
  return [`${installInto(environment)} ${options.join(" ")}`]
}

function installInto(environment: string): string {
  return `${UV} pip install --no-progress --python ${environment}/bin/python`
}
