import { folderOf } from "../../dependencies/paths.js"
import type { RepositoryFiles } from "../repository-files.js"
import { pathIn } from "../repository-files.js"

/** One requirements or constraints file, reduced to what decides an installation. */
export interface RequirementFile {
  path: string
  /** Without comments, empty lines and requirements of folders. */
  text: string
  /** Whether it only says which versions are wanted of what others require. */
  isConstraint: boolean
}

/** Requirement files with everything they include. */
export interface RequirementSet {
  /** In the order they are met. */
  files: RequirementFile[]
  /** Folders of the repository that are required as packages, such as `-e ../../libs/shared`. */
  folders: string[]
  /** What is wrong, each with file and line. */
  problems: string[]
}

const INCLUDE = /^(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?=[^\s-]))(\S+)\s*$/
const EDITABLE = /^(?:-e|--editable)(?:\s*=\s*|\s+)(.+)$/
const NAMED_FOLDER = /^[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*@\s*(file:\S+)/

/**
 * Reads requirement files and all that they include with `-r` and `-c`, wherever in the repository
 * that lies.
 *
 * @param paths the files to begin with
 */
export async function readRequirements(
  paths: readonly string[],
  files: RepositoryFiles,
): Promise<RequirementSet> {
  const found: RequirementSet = { files: [], folders: [], problems: [] }
  const queue: Include[] = paths.map((path) => ({ path, isConstraint: false }))
  const seen = new Set(paths)
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { path, isConstraint } = next
    const reduced = reduce(path, await files.read(path), files)
    found.files.push({ path, text: reduced.text, isConstraint })
    found.folders.push(...reduced.folders)
    found.problems.push(...reduced.problems)
    for (const include of reduced.includes) {
      if (seen.has(include.path)) continue
      seen.add(include.path)
      queue.push({ path: include.path, isConstraint: isConstraint || include.isConstraint })
    }
  }
  return { ...found, folders: [...new Set(found.folders)] }
}

type Include = Pick<RequirementFile, "path" | "isConstraint">

interface Reduced {
  text: string
  includes: Include[]
  folders: string[]
  problems: string[]
}

function reduce(path: string, text: string, files: RepositoryFiles): Reduced {
  const result: Reduced = { text: "", includes: [], folders: [], problems: [] }
  const lines = text.split(/\r?\n/).map((written, index) => {
    const line = withoutComment(written)
    const place = `${path}:${index + 1}`
    const [, option = "", include] = INCLUDE.exec(line.trim()) ?? []
    if (include !== undefined && !isRemote(include)) {
      const target = pathIn(folderOf(path), include)
      if (target !== undefined && files.has(target))
        result.includes.push({ path: target, isConstraint: /^--?c/.test(option) })
      else result.problems.push(`${place}: there is no file ${include}; correct the path or add it`)
      return line
    }
    const wanted = requiredFolder(line.trim())
    if (wanted === undefined) return line
    const folder = pathIn(folderOf(path), wanted)
    if (folder === undefined || !hasFolder(folder, files))
      result.problems.push(`${place}: there is no folder ${wanted}; correct the path`)
    else result.folders.push(folder)
    return ""
  })
  return { ...result, text: lines.filter((line) => line !== "").join("\n") }
}

/** A `#` begins a comment at the start of a line or after a space. */
function withoutComment(line: string): string {
  return line.replace(/(^|\s+)#.*$/, "").trimEnd()
}

/** The folder that a line requires, as written; undefined for anything else. */
function requiredFolder(line: string): string | undefined {
  const [, editable] = EDITABLE.exec(line) ?? []
  const [, named] = NAMED_FOLDER.exec(line) ?? []
  const target = (editable ?? named ?? line).replace(/\s*;.*$/, "").replace(/\[[^\]]*\]\s*$/, "")
  const isPath = editable !== undefined || named !== undefined || /^\.{1,2}(\/|$)/.test(target)
  if (!isPath || isRemote(target)) return undefined
  return target.replace(/^file:(\/\/)?/, "").trim()
}

function isRemote(target: string): boolean {
  return /^(?!file:)[a-z][a-z0-9+.-]*:/i.test(target)
}

function hasFolder(folder: string, { paths }: RepositoryFiles): boolean {
  return folder === "." || paths.some((path) => path.startsWith(`${folder}/`))
}

/** The requirements of fixed versions in a text: `name==version`, without markers and hashes. */
export function pins(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [, name, version] =
      /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*==\s*([^\s;,\\*]+)\s*(?:;.*|\\)?$/.exec(line) ??
      []
    return name !== undefined && version !== undefined ? [`${name}==${version}`] : []
  })
}
