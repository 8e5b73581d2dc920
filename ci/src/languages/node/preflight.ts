import { folderOf } from "../../dependencies/paths.js"
import type { CheckCommand } from "../../run/checks.js"
import type { Preflight, Project } from "../language.js"
import { firstIn, nearest, pathIn } from "../repository-files.js"
import { importCheckCommand, IMPORT_PROBLEM, IMPORT_PROGRAM } from "./imports.js"
import type { PackageJson } from "./manifests.js"
import { nodeSource, readPackage } from "./manifests.js"

const ESLINT_CONFIGURATIONS = [
  "eslint.config.js",
  "eslint.config.mjs",
  "eslint.config.cjs",
  "eslint.config.ts",
  ".eslintrc.js",
  ".eslintrc.cjs",
  ".eslintrc.json",
  ".eslintrc.yml",
  ".eslintrc.yaml",
]

/** The service's own lint script, else eslint where it is configured; then syntax and imports. */
export async function nodePreflight(project: Project): Promise<Preflight> {
  const { service, files } = project
  const path = firstIn(files, service.path, ["package.json"])
  const read: PackageJson = path === undefined ? {} : readPackage(path, await files.read(path))
  const manager = (await nodeSource(service.path, files))?.manager ?? "npm"
  const configuration = nearest(files, service.path, ESLINT_CONFIGURATIONS)
  const checks: CheckCommand[] = []
  if (read.scripts?.["lint"] !== undefined)
    checks.push({ ...LINT, command: `${manager} run${manager === "npm" ? " --silent" : ""} lint` })
  else if (configuration !== undefined || "eslintConfig" in read)
    checks.push({ ...LINT, command: ESLINT })
  checks.push({
    name: "imports",
    command: importCheckCommand(service.path),
    problem: IMPORT_PROBLEM,
  })
  const inherited = configuration !== undefined && folderOf(configuration) !== service.path
  return {
    programs: [IMPORT_PROGRAM],
    checks,
    files: inherited ? { [configuration]: await files.read(configuration) } : {},
  }
}

/** eslint's stylish format has lines of place, severity and words. */
const LINT = {
  name: "lint",
  problem: String.raw`^ +[0-9]+:[0-9]+ +error |: error |^.*\([0-9]+,[0-9]+\): error `,
}

const ESLINT = `eslint=$(PATH="$PWD/node_modules/.bin:$PATH" command -v eslint) || { echo "eslint is configured but not installed: add eslint to devDependencies in package.json"; exit 1; }
"$eslint" .`
