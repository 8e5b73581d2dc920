import { PROGRAM_FOLDER } from "../language.js"
import { quote } from "../shell.js"
import { SHIPPED_ENVIRONMENT, TEST_ENVIRONMENT } from "./tools.js"

/** How to declare a package that is missing, for people: `{}` stands for its name. */
export interface Declaration {
  /** Such as "add {} to services/api/requirements.txt". */
  advice: string
  /** The service's folder, from the repository's root. */
  folder: string
}

/** How a manifest gets a package more. */
export function declarationIn(manifest: string | undefined, folder: string): Declaration {
  const tool = /(?:^|\/)(uv|poetry|pdm)\.lock$/.exec(manifest ?? "")?.[1]
  if (tool !== undefined) return { advice: `run \`${tool} add {}\` in ${folder}`, folder }
  if (manifest?.endsWith("pyproject.toml"))
    return { advice: `add {} to dependencies in ${manifest}`, folder }
  if (manifest?.endsWith("setup.cfg"))
    return { advice: `add {} to install_requires in ${manifest}`, folder }
  return { advice: `add {} to ${manifest ?? `${folder}/requirements.txt`}`, folder }
}

/** Shell command that imports every module of a service in the environment that is shipped. */
export function importCheckCommand(declaration: Declaration): string {
  const settings = JSON.stringify({ ...declaration, tests: TEST_ENVIRONMENT })
  return `${SHIPPED_ENVIRONMENT}/bin/python ${PROGRAM_FOLDER}/check_imports.py ${quote(settings)}`
}

/** Lines of the program's output that name a problem. */
export const IMPORT_PROBLEM = String.raw`^[^ ]+\.py:[0-9]+: `

/** The program, beside this file. */
export const IMPORT_PROGRAM = "python/check_imports.py"
