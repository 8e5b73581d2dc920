import { join } from "node:path/posix"
import type { DependencyPlan, Project } from "../language.js"
import { SOURCE_FOLDER } from "../language.js"
import { firstIn, pathIn } from "../repository-files.js"
import type { NodeSource, PackageJson } from "./manifests.js"
import { nodeSource, readPackage } from "./manifests.js"
import { publicNpmrc } from "./npmrc.js"
import { installScript } from "./script.js"

/** The keys of a package.json that decide what is installed. Its own scripts need files that aren't there yet. */
const DECIDING = [
  "name",
  "version",
  "type",
  "private",
  "bin",
  "os",
  "cpu",
  "engines",
  "workspaces",
  "packageManager",
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "peerDependenciesMeta",
  "bundleDependencies",
  "bundledDependencies",
  "dependenciesMeta",
  "overrides",
  "resolutions",
  "pnpm",
]

/** Further files of the installed folder that package managers read. */
const SETTINGS = ["pnpm-workspace.yaml", ".yarnrc.yml", ".yarnrc"]

/** Says what a Node service's manifests install. */
export async function nodeDependencies({ service, files }: Project): Promise<DependencyPlan> {
  const source = await nodeSource(service.path, files)
  if (source === undefined) return NOTHING
  const texts = new Map<string, string>()
  const problems: string[] = []
  const packages: PackageJson[] = []
  let own: PackageJson | undefined
  for (const folder of source.packages) {
    const path = pathIn(folder, "package.json") as string
    if (!files.has(path)) continue
    const read = readPackage(path, await files.read(path))
    if ("problem" in read) {
      problems.push(String(read.problem))
      continue
    }
    packages.push(read)
    if (folder === service.path) own = read
    texts.set(path, reduced(read))
  }
  const lockText = source.lock === undefined ? undefined : await files.read(source.lock)
  if (source.lock !== undefined) texts.set(source.lock, lockText as string)
  for (const name of SETTINGS) {
    const path = firstIn(files, source.root, [name])
    if (path !== undefined) texts.set(path, await files.read(path))
  }
  const npmrc = firstIn(files, source.root, [".npmrc"])
  const warnings = unlocked(source)
  if (npmrc !== undefined) {
    const { text, secrets } = publicNpmrc(await files.read(npmrc))
    texts.set(npmrc, text)
    for (const line of secrets)
      warnings.push(
        `${npmrc}:${line}: a secret in plain text; it was left out of the container. Take it out of the repository and revoke it`,
      )
  }
  return {
    manifest: source.lock ?? (pathIn(service.path, "package.json") as string),
    shipsPackages: hasPackages(own),
    files: Object.fromEntries([...texts].map(([path, text]) => [join(SOURCE_FOLDER, path), text])),
    programs: [],
    folder: join(SOURCE_FOLDER, source.root),
    script: problems.length > 0 ? "" : installScript(source, packages[0] ?? {}, lockText),
    problems,
    warnings,
  }
}

const NOTHING: DependencyPlan = {
  files: {},
  programs: [],
  folder: SOURCE_FOLDER,
  script: "",
  problems: [],
  warnings: [],
}

/** Folders of the repository are no packages that anybody else publishes. */
function hasPackages({ dependencies }: PackageJson = {}): boolean {
  return Object.values(Object(dependencies) as Record<string, unknown>).some(
    (version) => !/^(?:file|link|portal|workspace):/.test(String(version)),
  )
}

function reduced(read: PackageJson): string {
  const kept = DECIDING.filter((key) => key in read).map((key) => [key, read[key]])
  return `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`
}

function unlocked({ lock, root }: NodeSource): string[] {
  if (lock !== undefined) return []
  const path = pathIn(root, "package.json")
  return [
    `${path} has no lock file beside it, so the newest versions are installed; \`npm install\` makes one`,
  ]
}
