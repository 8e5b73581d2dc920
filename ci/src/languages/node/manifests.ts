import { compileGlobList } from "../../changes/globs.js"
import { folderOf } from "../../dependencies/paths.js"
import { parse } from "yaml"
import type { RepositoryFiles } from "../repository-files.js"
import { firstIn, foldersAbove, pathIn } from "../repository-files.js"

/** A package.json, as far as the pipeline reads it. */
export interface PackageJson {
  [key: string]: unknown
  packageManager?: unknown
  scripts?: Record<string, string>
  workspaces?: unknown
}

/** Who installs, by which lock file. */
export interface NodeSource {
  /** The folder that is installed: the service's own, or that of the workspace it belongs to. */
  root: string
  manager: "npm" | "pnpm" | "yarn"
  /** From the repository's root; undefined without a lock file. */
  lock?: string
  /** Folders of all packages that the lock covers, the root first. */
  packages: string[]
}

const LOCKS = {
  "package-lock.json": "npm",
  "npm-shrinkwrap.json": "npm",
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
} as const

/** Finds what decides a service's packages; undefined without a package.json. */
export async function nodeSource(
  path: string,
  files: RepositoryFiles,
): Promise<NodeSource | undefined> {
  if (firstIn(files, path, ["package.json"]) === undefined) return undefined
  for (const root of foldersAbove(path)) {
    const lock = firstIn(files, root, Object.keys(LOCKS))
    if (lock === undefined) continue
    const name = lock.slice(lock.lastIndexOf("/") + 1) as keyof typeof LOCKS
    const members = await workspaceMembers(root, files)
    if (root !== path && !members.includes(path)) continue
    const packages = [root, ...members.filter((folder) => folder !== root)]
    return { root, manager: LOCKS[name], lock, packages }
  }
  return { root: path, manager: "npm", packages: [path] }
}

/** Reads a package.json, or says what is wrong with it. */
export function readPackage(path: string, text: string): PackageJson | { problem: string } {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value }
    return { problem: `${path}:1: must be an object` }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { problem: `${path}:1: not valid JSON: ${message.split("\n")[0]}` }
  }
}

/** Folders of the members of a workspace, from the repository's root. */
async function workspaceMembers(root: string, files: RepositoryFiles): Promise<string[]> {
  const globs = await workspaceGlobs(root, files)
  if (globs.length === 0) return []
  const rooted = globs.flatMap((glob) => {
    const [, not = "", pattern = ""] = /^(!?)(.*?)\/?$/.exec(glob) ?? []
    const path = pathIn(root, pattern)
    return path === undefined ? [] : [`${not}${path}`]
  })
  const members = compileGlobList(rooted)
  return files.paths
    .filter((file) => file.endsWith("/package.json"))
    .map(folderOf)
    .filter((folder) => members.match(folder) !== null)
}

async function workspaceGlobs(root: string, files: RepositoryFiles): Promise<string[]> {
  const yaml = firstIn(files, root, ["pnpm-workspace.yaml"])
  if (yaml !== undefined) return texts((parse(await files.read(yaml)) as PackageJson)?.["packages"])
  const path = firstIn(files, root, ["package.json"])
  if (path === undefined) return []
  const { workspaces } = readPackage(path, await files.read(path)) as PackageJson
  return Array.isArray(workspaces)
    ? texts(workspaces)
    : texts((workspaces as PackageJson | undefined)?.["packages"])
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : []
}
