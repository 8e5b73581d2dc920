import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { KitError } from "../lib/errors.mjs"
import { which } from "../lib/process.mjs"

/**
 * Finds the repository of a folder, and checks what every run needs, before any engine is touched.
 *
 * @param {string} folder
 * @param {{which?: (command: string) => Promise<string | undefined>}} [seams]
 * @returns {Promise<{root: string, notes: string[]}>} root: the folder of dagger.json
 * @throws {KitError} NO_GIT, NO_MODULE, NO_SERVICES
 */
export async function findRepository(folder, seams = {}) {
  if (!(await (seams.which ?? which)("git"))) {
    throw new KitError("NO_GIT", "there is no `git` command", {
      next: "install git (on Debian and Ubuntu: apt-get install -y git)",
    })
  }
  const root = findUp(folder, "dagger.json")
  if (root === undefined) throw noModule(folder)
  if (!existsSync(join(root, "services.json"))) throw noServices(root)
  const notes =
    findUp(root, ".git") === undefined
      ? [`${root} is not a git repository: every service counts as changed`]
      : []
  return { root, notes }
}

/**
 * @param {string} folder
 * @param {string} name
 * @returns {string | undefined} the nearest folder that has the file, upwards
 */
export function findUp(folder, name) {
  if (existsSync(join(folder, name))) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : findUp(parent, name)
}

/** @param {string} folder */
function noModule(folder) {
  if (["HEAD", "objects", "refs"].every((name) => existsSync(join(folder, name)))) {
    return new KitError(
      "BARE_REPOSITORY",
      `${folder} is a bare repository: it has no files to run`,
      {
        next: `make a clone with files: git clone ${folder} FOLDER`,
      },
    )
  }
  const repository = findUp(folder, ".git")
  const where =
    repository === undefined
      ? `${folder} is not inside a git repository, and no folder above it`
      : `no folder from ${folder} to ${repository}`
  return new KitError("NO_MODULE", `${where} has a dagger.json: there is no pipeline to run`, {
    next: "change to a repository that has one; `pipeline init`, typed here by the path of the pipeline, makes one (docs/adopt.md)",
  })
}

/** @param {string} root */
function noServices(root) {
  return new KitError(
    "NO_SERVICES",
    `${join(root, "services.json")} is missing: it lists the services of the repository`,
    {
      next: `let \`pipeline init\` propose it, or write it like this, one entry a service (every field: docs/configuration.md):
    {"services": [
      {"name": "api", "path": "services/api", "dockerfile": "Dockerfile", "language": "python", "test_command": "pytest tests"}
    ]}`,
    },
  )
}
