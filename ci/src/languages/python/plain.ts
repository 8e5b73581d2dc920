import { folderOf } from "../../dependencies/paths.js"
import type { Project } from "../language.js"
import type { RepositoryFiles } from "../repository-files.js"
import { firstIn, pathIn } from "../repository-files.js"
import type { PythonInputs } from "./inputs.js"
import type { PlainSource } from "./manifests.js"
import { developmentFiles } from "./manifests.js"
import { isPoetryProject, pyprojectRequirements, readToml } from "./pyproject.js"
import { pins, readRequirements } from "./requirements.js"
import { setupCfgRequirements } from "./setup-cfg.js"

/** Requirement lines that were read out of other files; they lie beside the service's manifests. */
const OWN_LINES = "requirements-of-project.txt"
const TEST_LINES = "requirements-of-tests.txt"
const LIBRARY_LINES = "requirements-of-libraries.txt"
const PINNED = "versions-of-service.txt"

/** Requirement files, or the requirements that a project file names, with those of libraries. */
export async function plainInputs(
  source: PlainSource | undefined,
  project: Project,
): Promise<PythonInputs> {
  const { files, service, libraries } = project
  const own = source === undefined ? NOTHING : await namedBy(source.path, files)
  const set = await readRequirements(own.includes, files)
  const shared = await libraryRequirements([...set.folders, ...libraries], service.path, files)
  const tests = await testRequirements(project)
  const result: PythonInputs = {
    files: new Map([...set.files, ...tests.files].map(({ path, text }) => [path, text])),
    shipped: { requirements: [...own.includes], overrides: [] },
    shippedTexts: [
      own.lines.join("\n"),
      ...set.files.filter((file) => !file.isConstraint).map((file) => file.text),
    ],
    problems: [...own.problems, ...set.problems, ...shared.problems, ...tests.problems],
    warnings: source === undefined ? [] : unlocked(source, own.lines),
  }
  const add = (list: string[], name: string, lines: string[]) => {
    if (lines.length === 0) return
    const path = pathIn(service.path, name) as string
    result.files.set(path, `${lines.join("\n")}\n`)
    list.push(path)
  }
  const { requirements, overrides } = result.shipped as {
    requirements: string[]
    overrides: string[]
  }
  add(requirements, OWN_LINES, own.lines)
  const text = [...own.lines, ...set.files.map((file) => file.text)].join("\n")
  // A list with hashes is complete by definition, and lines without one would be refused.
  if (shared.lines.length > 0 && !/--hash[= ]/.test(text)) {
    add(requirements, LIBRARY_LINES, shared.lines)
    add(overrides, PINNED, pins(text))
  }
  const testFiles = tests.paths
  add(testFiles, TEST_LINES, tests.lines)
  if (testFiles.length > 0)
    result.tests = { requirements: [...requirements, ...testFiles], overrides }
  return result
}

/** What a manifest names: requirement lines of its own, and requirement files. */
interface Named {
  lines: string[]
  includes: string[]
  problems: string[]
}

const NOTHING: Named = { lines: [], includes: [], problems: [] }

async function namedBy(path: string, files: RepositoryFiles): Promise<Named> {
  if (path.endsWith(".txt")) return { ...NOTHING, includes: [path] }
  const text = await files.read(path)
  const folder = folderOf(path)
  const existing = (names: string[]) =>
    names.flatMap((name) => firstIn(files, folder, [name.trim()]) ?? [])
  if (path.endsWith(".cfg")) {
    const { runtime, includes } = setupCfgRequirements(text)
    return { ...NOTHING, lines: runtime, includes: existing(includes) }
  }
  const read = readToml(path, text)
  if ("problem" in read) return { ...NOTHING, problems: [read.problem] }
  if (isPoetryProject(read.table)) {
    const problem = `${path}:1: a Poetry project without poetry.lock; run \`poetry lock\` in ${folder}`
    return { ...NOTHING, problems: [problem] }
  }
  const { runtime, includes } = pyprojectRequirements(read.table)
  return { ...NOTHING, lines: runtime, includes: existing(includes) }
}

function unlocked({ path }: PlainSource, lines: string[]): string[] {
  if (lines.every((line) => pins(line).length > 0)) return []
  return [
    `${path} has no lock file beside it, so the newest versions are installed; \`uv lock\` makes one`,
  ]
}

/** What the folders that a service requires or depends on require themselves, deep. */
async function libraryRequirements(
  folders: readonly string[],
  servicePath: string,
  files: RepositoryFiles,
): Promise<{ lines: string[]; problems: string[] }> {
  const lines = new Set<string>()
  const problems: string[] = []
  const queue = folders.filter((folder) => folder !== servicePath)
  const seen = new Set(queue)
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    const manifest = firstIn(files, folder, ["pyproject.toml", "setup.cfg", "requirements.txt"])
    if (manifest === undefined) continue
    const named = await namedBy(manifest, files)
    const set = await readRequirements(named.includes, files)
    const written = set.files.flatMap(({ text }) => text.split("\n").map((line) => line.trim()))
    for (const line of [...named.lines, ...written])
      if (line !== "" && !line.startsWith("-")) lines.add(line)
    problems.push(...named.problems, ...set.problems)
    for (const next of set.folders) {
      if (seen.has(next)) continue
      seen.add(next)
      queue.push(next)
    }
  }
  return { lines: [...lines], problems }
}

/** What only the tests need: requirement files for development, and groups of the project file. */
async function testRequirements(project: Project) {
  const { files, service } = project
  const paths = developmentFiles(project)
  const set = await readRequirements(paths, files)
  const pyproject = firstIn(files, service.path, ["pyproject.toml"])
  const setup = firstIn(files, service.path, ["setup.cfg"])
  const read =
    pyproject === undefined ? { table: {} } : readToml(pyproject, await files.read(pyproject))
  const groups = "problem" in read ? [] : pyprojectRequirements(read.table).development
  const extras =
    setup === undefined ? [] : setupCfgRequirements(await files.read(setup)).development
  return {
    paths: [...paths],
    files: set.files,
    lines: [...groups, ...extras],
    problems: [...set.problems, ...("problem" in read ? [read.problem] : [])],
  }
}
