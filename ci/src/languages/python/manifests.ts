import { folderOf } from "../../dependencies/paths.js"
import { compileGlobList } from "../../changes/globs.js"
import type { Project } from "../language.js"
import { isPoetryProject, readToml, strings, tableAt } from "./pyproject.js"
import { firstIn, foldersAbove, nearest, pathIn } from "../repository-files.js"
import type { RepositoryFiles } from "../repository-files.js"

/** A lock file, from the repository's root. */
export interface LockSource {
  kind: "uv" | "poetry" | "pdm"
  lock: string
}

/** A requirements file, a pyproject.toml or a setup.cfg, from the repository's root. */
export interface PlainSource {
  path: string
}

const REQUIREMENTS = [
  "requirements.txt",
  "requirements/requirements.txt",
  "requirements/production.txt",
  "requirements/prod.txt",
  "requirements/main.txt",
  "requirements/base.txt",
]

/** Files that name what only the tests need. Of a folder's several, all are taken. */
const DEVELOPMENT = [
  "requirements-dev.txt",
  "requirements-test.txt",
  "requirements_dev.txt",
  "requirements_test.txt",
  "dev-requirements.txt",
  "test-requirements.txt",
  "requirements/dev.txt",
  "requirements/test.txt",
  "requirements/tests.txt",
]

/**
 * Finds what decides a service's packages: its lock file, else its requirements, else its project
 * file. A service that has none of its own may share the requirements of a folder above it.
 */
export async function pythonSource({
  service,
  files,
}: Project): Promise<LockSource | PlainSource | undefined> {
  const uv = await uvLock(service.path, files)
  if (uv !== undefined) return { kind: "uv", lock: uv }
  for (const kind of ["poetry", "pdm"] as const) {
    const lock = firstIn(files, service.path, [`${kind}.lock`])
    if (lock !== undefined) return { kind, lock }
  }
  const path =
    firstIn(files, service.path, REQUIREMENTS) ??
    (await projectFile(service.path, files)) ??
    nearest(files, service.path, REQUIREMENTS)
  return path === undefined ? undefined : { path }
}

/** The nearest folder's requirement files for tests and development; empty when there are none. */
export function developmentFiles({ service, files }: Project): string[] {
  for (const folder of foldersAbove(service.path)) {
    const found = DEVELOPMENT.flatMap((name) => firstIn(files, folder, [name]) ?? [])
    if (found.length > 0) return found
  }
  return []
}

/** The project file of a folder, if it names dependencies. */
async function projectFile(folder: string, files: RepositoryFiles): Promise<string | undefined> {
  const pyproject = firstIn(files, folder, ["pyproject.toml"])
  if (pyproject !== undefined) {
    const read = readToml(pyproject, await files.read(pyproject))
    // One that can't be read decides too: reading it again will say what is wrong with it.
    if ("problem" in read || isPoetryProject(read.table)) return pyproject
    const project = tableAt(read.table, "project")
    if ("dependencies" in project || strings(project["dynamic"]).includes("dependencies"))
      return pyproject
  }
  const setup = firstIn(files, folder, ["setup.cfg"])
  if (setup === undefined) return undefined
  return (await files.read(setup)).includes("install_requires") ? setup : undefined
}

/** The service's own uv.lock, or that of the workspace above that it is a member of. */
async function uvLock(path: string, files: RepositoryFiles): Promise<string | undefined> {
  if (firstIn(files, path, ["pyproject.toml"]) === undefined) return undefined
  for (const folder of foldersAbove(path)) {
    const lock = firstIn(files, folder, ["uv.lock"])
    if (lock === undefined) continue
    if (folder === path) return lock
    const members = await workspaceMembers(folder, files)
    return members.includes(path) ? lock : undefined
  }
  return undefined
}

/** Folders of the members of a uv workspace, from the repository's root. */
export async function workspaceMembers(root: string, files: RepositoryFiles): Promise<string[]> {
  const path = firstIn(files, root, ["pyproject.toml"])
  if (path === undefined) return []
  const read = readToml(path, await files.read(path))
  if ("problem" in read) return []
  const workspace = tableAt(tableAt(tableAt(read.table, "tool"), "uv"), "workspace")
  const rooted = (globs: string[]) => globs.flatMap((glob) => pathIn(root, glob) ?? [])
  const members = compileGlobList(rooted(strings(workspace["members"])))
  const excluded = compileGlobList(rooted(strings(workspace["exclude"])))
  return files.paths
    .filter((file) => file.endsWith("/pyproject.toml"))
    .map(folderOf)
    .filter((folder) => members.match(folder) !== null && excluded.match(folder) === null)
}
