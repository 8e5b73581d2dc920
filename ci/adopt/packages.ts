import { parse as parseToml } from "smol-toml"
import { parse as parseYaml } from "yaml"
import { compileGlobList } from "../src/changes/globs.js"
import type { Language } from "../src/config/types.js"
import { folderOf, foldersUpTo, joinPath } from "../src/dependencies/paths.js"
import { asObject, asTexts, baseName, ownFiles, readJson, type Tree } from "./tree.js"

/** A folder with code of its own, as its manifest or a tool's graph describes it. */
export interface Package {
  folder: string
  language: Language
  /** The name by which others require it. */
  name: string | undefined
  /** What a tool says it is. */
  kind: "service" | "library" | "end-to-end tests" | undefined
  /** Why it is one, such as "package.json". */
  evidence: string
  /** Folders and names that it says it needs. */
  needs: { folders: string[]; names: string[] }
  /** The script that tests it, where it has one. */
  testScript: string | undefined
  /** It only holds a workspace together. */
  isWorkspace: boolean
}

/** Finds every folder that has a manifest, or that Nx or a workspace knows. */
export function findPackages(tree: Tree): Package[] {
  const found = new Map<string, Package>()
  const files = ownFiles(tree)
  const add = (made: Package | undefined) => {
    if (made !== undefined && !found.has(made.folder)) found.set(made.folder, made)
  }
  // The order decides in a folder with several: tools for the frontend lie beside a Go or Python service.
  for (const file of files) if (baseName(file) === "go.mod") add(goModule(tree, file))
  for (const file of files) if (baseName(file) === "pyproject.toml") add(pythonProject(tree, file))
  for (const file of files) if (isPythonManifest(file)) add(plainPython(tree, file))
  for (const file of files) if (baseName(file) === "package.json") add(nodePackage(tree, file))
  for (const file of files) if (baseName(file) === "project.json") nxProject(tree, file, found)
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1))
}

function goModule(tree: Tree, file: string): Package {
  const text = tree.read(file) ?? ""
  const folder = folderOf(file)
  const folders = [...text.matchAll(/=>\s*(\.\.?\/\S*)/g)].map(([, path = ""]) => path)
  const names = [...text.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v/gm)]
  return {
    ...blank(folder, "go", file),
    name: /^module\s+(\S+)/m.exec(text)?.[1],
    needs: { folders: inside(folder, folders), names: names.map(([, name = ""]) => name) },
  }
}

function pythonProject(tree: Tree, file: string): Package | undefined {
  const toml = toTable(tree.read(file))
  if (toml === undefined) return undefined
  const folder = folderOf(file)
  const project = asObject(toml["project"])
  const tool = asObject(toml["tool"])
  const poetry = asObject(tool?.["poetry"])
  const uv = asObject(tool?.["uv"])
  // With nothing but settings of a linter, it says nothing about the folder.
  if (!project && !poetry && !hasPythonRequirements(tree, folder)) return undefined
  const poetryNeeds = Object.entries(asObject(poetry?.["dependencies"]) ?? {})
  const sources = Object.entries(asObject(uv?.["sources"]) ?? {})
  const folders = [...poetryNeeds, ...sources].flatMap(([, value]) =>
    asTexts(asObject(value)?.["path"]),
  )
  const names = [
    ...asTexts(project?.["dependencies"]).map(requirementName),
    ...poetryNeeds.map(([name]) => name),
  ]
  const listed = requirementFiles(tree, folder)
  return {
    ...blank(folder, "python", file),
    name: asTexts(project?.["name"] ?? poetry?.["name"])[0],
    needs: {
      folders: inside(folder, [...folders, ...listed.folders]),
      names: [...names, ...listed.names],
    },
    isWorkspace: asObject(uv?.["workspace"]) !== undefined,
  }
}

function toTable(text: string | undefined): Record<string, unknown> | undefined {
  try {
    return text === undefined ? undefined : parseToml(text)
  } catch {
    return undefined
  }
}

const REQUIREMENTS = /(?:^|\/)(?:requirements[\w.-]*\.(?:txt|in)|requirements\/[\w.-]+\.txt)$/

function isPythonManifest(file: string): boolean {
  return (
    /(?:^|\/)(?:requirements\.txt|setup\.py|setup\.cfg|Pipfile)$/.test(file) || isListFolder(file)
  )
}

function isListFolder(file: string): boolean {
  return /(?:^|\/)requirements\/[\w.-]+\.txt$/.test(file)
}

function hasPythonRequirements(tree: Tree, folder: string): boolean {
  return tree.files.some((file) => folderOf(file) === folder && isPythonManifest(file))
}

function plainPython(tree: Tree, file: string): Package {
  const folder = isListFolder(file) ? folderOf(folderOf(file)) : folderOf(file)
  const { folders, names } = requirementFiles(tree, folder)
  return { ...blank(folder, "python", file), needs: { folders: inside(folder, folders), names } }
}

/** What the requirement files of a folder name: folders of the repository, and packages. */
function requirementFiles(tree: Tree, folder: string): { folders: string[]; names: string[] } {
  const prefix = folder === "." ? "" : `${folder}/`
  const lines = tree.files
    .filter((file) => file.startsWith(prefix) && REQUIREMENTS.test(file))
    .filter((file) => [folder, `${prefix}requirements`].includes(folderOf(file)))
    .flatMap((file) => (tree.read(file) ?? "").split("\n"))
    .map((line) => line.replace(/(^|\s)#.*/, "").trim())
    .filter(Boolean)
  const folders = lines.flatMap((line) => {
    const [, path] =
      /^(?:-e\s*|--editable[ =])?(?:file:(?:\/\/)?)?(\.\.?\/[^\s;[]*)/.exec(line) ??
      /@\s*file:(?:\/\/)?(\.\.?\/[^\s;[]*)/.exec(line) ??
      []
    return path === undefined ? [] : [path]
  })
  return { folders, names: lines.filter((line) => !line.startsWith("-")).map(requirementName) }
}

function requirementName(line: string): string {
  return /^[A-Za-z0-9][\w.-]*/.exec(line)?.[0] ?? ""
}

function nodePackage(tree: Tree, file: string): Package | undefined {
  const manifest = readJson(tree.read(file))
  if (manifest === undefined) return undefined
  const folder = folderOf(file)
  const tables = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]
  const needed = tables.flatMap((table) => Object.entries(asObject(manifest[table]) ?? {}))
  const folders = needed.flatMap(([, version]) => {
    const [, path] = /^(?:file|link|portal|workspace):(\.\.?\/.*)$/.exec(String(version)) ?? []
    return path === undefined ? [] : [path]
  })
  const scripts = asObject(manifest["scripts"])
  const test = asTexts(scripts?.["test"])[0]
  return {
    ...blank(folder, "node", file),
    name: asTexts(manifest["name"])[0],
    needs: { folders: inside(folder, folders), names: needed.map(([name]) => name) },
    testScript: test === undefined || test.includes("no test specified") ? undefined : test,
    isWorkspace:
      manifest["workspaces"] !== undefined ||
      tree.files.includes(inFolder(folder, "pnpm-workspace.yaml")) ||
      tree.files.includes(inFolder(folder, "nx.json")) ||
      (tree.files.includes(inFolder(folder, "turbo.json")) && folder === "."),
  }
}

/** Nx's own word for a folder: what it is, what it is called, and what it needs beyond its imports. */
function nxProject(tree: Tree, file: string, found: Map<string, Package>): void {
  const project = readJson(tree.read(file))
  if (project === undefined || !tree.files.some((path) => baseName(path) === "nx.json")) return
  const folder = folderOf(file)
  const known = found.get(folder) ?? blank(folder, languageOf(tree, folder), file)
  const type = asTexts(project["projectType"])[0]
  const name = asTexts(project["name"])[0]
  const isEndToEnd = /-e2e$/.test(name ?? folder)
  const kind = type === "application" ? "service" : type === "library" ? "library" : known.kind
  found.set(folder, {
    ...known,
    kind: isEndToEnd ? "end-to-end tests" : kind,
    name: known.name ?? name,
    evidence: known.evidence === file ? file : `${known.evidence}, ${file}`,
    needs: {
      folders: known.needs.folders,
      names: [
        ...known.needs.names,
        ...asTexts(project["implicitDependencies"]).filter((each) => !each.startsWith("!")),
      ],
    },
  })
}

/** The names by which Nx and `package.json` both know a folder. */
export function projectNames(tree: Tree, { folder, name }: Package): string[] {
  const nx = asTexts(readJson(tree.read(inFolder(folder, "project.json")))?.["name"])
  return [...new Set([...(name === undefined ? [] : [name]), ...nx])]
}

const ENDINGS: [RegExp, Language][] = [
  [/\.go$/, "go"],
  [/\.py$/, "python"],
  [/\.(?:[cm]?js|[cm]?ts|jsx|tsx)$/, "node"],
]

/** The language that most files of a folder are written in. */
export function languageOf(tree: Tree, folder: string): Language {
  return sourceLanguage(tree, folder) ?? "node"
}

/** As `languageOf`; undefined for a folder without source files. */
export function sourceLanguage(tree: Tree, folder: string): Language | undefined {
  const prefix = folder === "." ? "" : `${folder}/`
  const files = ownFiles(tree).filter((file) => file.startsWith(prefix))
  const counts = ENDINGS.map(([ending, language]) => ({
    language,
    count: files.filter((file) => ending.test(file)).length,
  })).sort((a, b) => b.count - a.count)
  return counts[0]?.count ? counts[0].language : undefined
}

/** Folders that hold shared code by their name. */
const SHARED = /^(?:libs?|libraries|packages|shared|common|pkg|internal|core)$/

/** Shared code without a manifest: each folder with code in `libs/`, or `shared/` itself. */
export function sharedFolders(tree: Tree, taken: readonly string[]): string[] {
  const isTaken = (folder: string) =>
    folder !== "." && taken.some((other) => other === folder || folder.startsWith(`${other}/`))
  const holdsTaken = (folder: string) => taken.some((other) => other.startsWith(`${folder}/`))
  const code = ownFiles(tree).filter((file) => ENDINGS.some(([ending]) => ending.test(file)))
  const found = new Set<string>()
  for (const file of code) {
    const folders = foldersUpTo(file, ".")
      .filter((folder) => folder !== ".")
      .reverse()
    const at = folders.findIndex((folder) => SHARED.test(baseName(folder)))
    const shared = folders[at]
    if (shared === undefined || isTaken(shared)) continue
    // `internal/` of a Go module is shared as a whole, `libs/` holds several.
    const isWhole = /^(?:internal|pkg|shared|common|core)$/.test(baseName(shared))
    const folder = isWhole && !holdsTaken(shared) ? shared : (folders[at + 1] ?? shared)
    if (!isTaken(folder) && !holdsTaken(folder)) found.add(folder)
  }
  // One inside another is part of it.
  return [...found].filter((one) => ![...found].some((other) => one.startsWith(`${other}/`))).sort()
}

/** Whether a folder's place says that it holds shared code. */
export function liesAmongShared(folder: string): boolean {
  return folder.split("/").some((part) => SHARED.test(part))
}

/** Whether a folder's place says that it holds something that is deployed. */
export function liesAmongServices(folder: string): boolean {
  return /(?:^|\/)(?:services?|apps?|svc|cmd|functions|workers?|jobs|backend|microservices)\/[^/]+$/.test(
    folder,
  )
}

/** The members of workspaces: npm, yarn, pnpm, uv; what they call applications is none of our business. */
export function workspaceFolders(tree: Tree): string[] {
  const globs = ownFiles(tree).flatMap((file) => {
    const folder = folderOf(file)
    const rooted = (list: string[]) => list.flatMap((glob) => joinPath(folder, glob) ?? [])
    if (baseName(file) === "pnpm-workspace.yaml")
      return rooted(asTexts(toYaml(tree.read(file))?.["packages"]))
    if (baseName(file) !== "package.json") return []
    const workspaces = readJson(tree.read(file))?.["workspaces"]
    return rooted(asTexts(asObject(workspaces)?.["packages"] ?? workspaces))
  })
  const list = compileGlobList(globs)
  const folders = ownFiles(tree)
    .filter((file) => baseName(file) === "package.json")
    .map(folderOf)
  return globs.length === 0 ? [] : folders.filter((folder) => list.match(folder) !== null)
}

/** YAML as an object; undefined when it is none. */
export function toYaml(text: string | undefined): Record<string, unknown> | undefined {
  try {
    return text === undefined ? undefined : asObject(parseYaml(text, { merge: true }))
  } catch {
    return undefined
  }
}

export function inFolder(folder: string, name: string): string {
  return folder === "." ? name : `${folder}/${name}`
}

function inside(folder: string, paths: string[]): string[] {
  return paths.flatMap((path) => joinPath(folder, path) ?? [])
}

function blank(folder: string, language: Language, evidence: string): Package {
  return {
    ...{ folder, language, evidence },
    ...{ name: undefined, kind: undefined, testScript: undefined, isWorkspace: false },
    needs: { folders: [], names: [] },
  }
}
