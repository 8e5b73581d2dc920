import { compileGlobList } from "../src/changes/globs.js"
import { formatIssues, parseConfig } from "../src/config/index.js"
import type { Language } from "../src/config/types.js"
import { dependencyCheck } from "../src/dependencies/index.js"
import { isInside } from "../src/dependencies/paths.js"
import { composeServices, type ComposeService } from "./compose.js"
import {
  type FoundDockerfile,
  findDockerfiles,
  homeOf,
  isSameName,
  needsRoot,
  readDockerfile,
} from "./dockerfiles.js"
import { codeLinks } from "./links.js"
import {
  findPackages,
  inFolder,
  liesAmongServices,
  liesAmongShared,
  type Package,
  projectNames,
  sharedFolders,
  sourceLanguage,
} from "./packages.js"
import { type Need, needsInCode, needsOf, withPage } from "./running.js"
import { asTexts, baseName, ownFiles, readJson, type Tree } from "./tree.js"
import { type Filter, readWorkflows, type WorkflowUnit } from "./workflows.js"

/** An entry of services.json, with the keys in the order in which people read them. */
export interface ServiceEntry {
  name: string
  path: string
  dockerfile?: string
  language: Language
  test_command: string
  depends_on?: string[]
  inputs?: string[]
  needs?: Need[]
  health?: { port: number; path?: string; protocol?: "tcp" }
  build?: { context?: "/"; target?: string; args?: Record<string, string> }
  test?: { allow_no_tests: true }
}

export interface LibraryEntry {
  name: string
  path: string
  depends_on?: string[]
}

export interface Proposal {
  services: ServiceEntry[]
  libraries: LibraryEntry[]
  /** Globs that concern every service. */
  global: string[]
  /** What each name was found by: places in files. */
  evidence: Record<string, string[]>
  /** What was left out, or should be looked at, each with the reason. */
  notes: string[]
}

/** One service on its way to an entry. */
interface Candidate {
  folder: string
  name: string
  language: Language
  dockerfile: FoundDockerfile | undefined
  compose: ComposeService | undefined
  pack: Package | undefined
  evidence: string[]
}

/** Proposes services.json for a repository, by looking at what is there. */
export function propose(tree: Tree): Proposal {
  const notes: string[] = []
  const packages = findPackages(tree)
  const compose = composeServices(tree)
  const { filters, units } = readWorkflows(tree)
  const candidates = findServices(tree, packages, compose, units, notes)
  const { libraries, evidence: libraryEvidence } = findLibraries(tree, packages, candidates, notes)
  giveNames(candidates, { filters, units, libraries })
  const services = candidates
    .sort((a, b) => (a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : 0))
    .map((candidate) => toEntry(tree, candidate, units, notes))
  const proposal: Proposal = {
    ...{ services, libraries, global: [], notes },
    evidence: {
      ...libraryEvidence,
      ...Object.fromEntries(candidates.map(({ name, evidence }) => [name, evidence])),
    },
  }
  linkByManifests(tree, proposal, packages)
  importFilters(tree, proposal, filters)
  linkByUse(tree, proposal)
  copyByInputs(tree, proposal, candidates)
  return tidy(proposal)
}

/** What a Dockerfile copies that belongs to nobody: a build sees what services.json names, and no more. */
function copyByInputs(
  tree: Tree,
  { services, libraries }: Proposal,
  candidates: readonly Candidate[],
): void {
  const owners = [...services, ...libraries]
  for (const { name, dockerfile } of candidates) {
    const service = services.find((each) => each.name === name)
    if (service?.build?.context !== "/" || dockerfile === undefined) continue
    for (const copied of dockerfile.copies) {
      if (owners.some(({ path }) => path !== "." && isInside(copied, path))) continue
      if (tree.files.includes(copied)) add(service, "inputs", copied)
      else if (/[*?[]/.test(copied)) add(service, "inputs", copied)
      else if (tree.files.some((file) => isInside(file, copied))) {
        // A folder that holds units is theirs; what lies between them is named here.
        add(service, "inputs", `${copied}/**`)
      }
    }
  }
}

function findServices(
  tree: Tree,
  packages: Package[],
  compose: ComposeService[],
  units: WorkflowUnit[],
  notes: string[],
): Candidate[] {
  const found = new Map<string, Candidate>()
  const members = packages.filter((each) => !each.isWorkspace)
  const folders = [
    ...new Set([
      ...members.map(({ folder }) => folder),
      ...units.flatMap(({ folder }) => folder ?? []),
      ...ownFiles(tree).flatMap(
        (file) => /^((?:[^/]+\/)*cmd\/[^/]+)\/main\.go$/.exec(file)?.[1] ?? [],
      ),
      ...plainServiceFolders(tree),
    ]),
  ]
  const isUsed = new Set<string>()
  for (const each of compose) {
    const dockerfile = readDockerfile(tree, each.dockerfile, each.args, each.target)
    const fromContext =
      folders.includes(each.context) && each.context !== "." ? each.context : undefined
    const folder = fromContext ?? homeOf(dockerfile, tree, folders) ?? named(folders, each.name)
    isUsed.add(each.dockerfile)
    if (folder === undefined) {
      notes.push(
        `${each.place}: ${each.name} is left out: its folder can't be told from ${each.dockerfile}`,
      )
      continue
    }
    if (each.context !== "." && each.context !== folder) {
      notes.push(
        `${each.place}: ${each.name} is built in ${each.context}: a build sees the service's folder or the whole repository, so its COPY lines have to be written from one of them`,
      )
    }
    addCandidate(folder, each.name, dockerfile, each, each.place)
  }
  for (const dockerfile of findDockerfiles(tree)) {
    if (isUsed.has(dockerfile.path)) continue
    const folder = homeOf(dockerfile, tree, folders)
    if (folder === undefined) {
      notes.push(`${dockerfile.path} is left out: it can't be told which folder it is for`)
      continue
    }
    if ([...found.values()].some((other) => other.folder === folder)) {
      notes.push(
        `${dockerfile.path} is left out: ${folder} has a service already; add one for it if it is deployed`,
      )
      continue
    }
    addCandidate(folder, baseName(folder), dockerfile, undefined, dockerfile.path)
  }
  const hasDockerfiles = found.size > 0
  const required = new Set(members.flatMap(({ needs }) => needs.folders))
  const requiredNames = new Set(members.flatMap(({ needs }) => needs.names))
  for (const each of members) {
    if (found.has(each.folder) || [...found.values()].some(({ folder }) => folder === each.folder))
      continue
    if (each.kind === "end-to-end tests") {
      notes.push(
        `${each.folder} is left out: end-to-end tests need what they test; see "integration" in docs/configuration.md`,
      )
      continue
    }
    const isRequired =
      required.has(each.folder) || projectNames(tree, each).some((name) => requiredNames.has(name))
    const isService =
      each.kind === "service" ||
      (each.kind === undefined &&
        !isRequired &&
        (liesAmongServices(each.folder) ||
          (!hasDockerfiles &&
            !liesAmongShared(each.folder) &&
            (each.folder !== "." || members.length === 1))))
    if (isService)
      addCandidate(each.folder, baseName(each.folder), undefined, undefined, each.evidence)
  }
  for (const folder of plainServiceFolders(tree))
    if (![...found.values()].some((other) => other.folder === folder))
      addCandidate(folder, baseName(folder), undefined, undefined, `${folder}/`)
  return [...found.values()]

  function addCandidate(
    folder: string,
    name: string,
    dockerfile: FoundDockerfile | undefined,
    composed: ComposeService | undefined,
    place: string,
  ): void {
    const pack = packages.find((each) => each.folder === folder)
    const language = languageFor(tree, folder, pack, dockerfile)
    if (language === undefined) {
      notes.push(`${place}: ${name} is left out: nothing in ${folder} is Python, Node.js or Go`)
      return
    }
    const key = composed === undefined ? folder : `${folder} ${composed.name}`
    const twin = [...found.values()].find((other) => other.folder === folder)
    if (twin !== undefined) {
      notes.push(
        `${place}: ${name} has the folder of ${twin.name} (${folder}): a service has a folder of its own, so only ${twin.name} is proposed`,
      )
      return
    }
    const evidence = [
      ...new Set([
        place,
        ...(dockerfile ? [dockerfile.path] : []),
        ...(pack ? [pack.evidence] : []),
      ]),
    ]
    found.set(key, { folder, name, language, dockerfile, compose: composed, pack, evidence })
  }
}

/** Folders of code without any manifest that stand among services. */
function plainServiceFolders(tree: Tree): string[] {
  const folders = ownFiles(tree).flatMap(
    (file) =>
      /^((?:[^/]+\/)?(?:services?|microservices)\/[^/]+)\/.*\.(?:py|go|[cm]?[jt]s)$/.exec(
        file,
      )?.[1] ?? [],
  )
  return [...new Set(folders)].filter((folder) => !liesAmongShared(folder))
}

function named(folders: readonly string[], name: string): string | undefined {
  const found = folders.filter((folder) => isSameName(baseName(folder), name))
  return found.length === 1 ? found[0] : undefined
}

function languageFor(
  tree: Tree,
  folder: string,
  pack: Package | undefined,
  dockerfile: FoundDockerfile | undefined,
): Language | undefined {
  const bySources = sourceLanguage(tree, folder)
  // A frontend's package.json beside a Python service: the image says which of them is deployed.
  const byImage = dockerfile?.language
  if (byImage !== undefined && (byImage === pack?.language || byImage === bySources)) return byImage
  return pack?.language ?? bySources
}

function findLibraries(
  tree: Tree,
  packages: Package[],
  candidates: Candidate[],
  notes: string[],
): { libraries: LibraryEntry[]; evidence: Record<string, string[]> } {
  const taken = candidates.map(({ folder }) => folder)
  const members = packages.filter(
    ({ folder, isWorkspace, kind }) =>
      !isWorkspace &&
      kind !== "end-to-end tests" &&
      folder !== "." &&
      !taken.some((other) => isInside(folder, other)),
  )
  const folders = members.map(({ folder }) => folder)
  const shared = sharedFolders(tree, [...taken, ...folders])
  const evidence: Record<string, string[]> = {}
  const names = new Set(candidates.map(({ name }) => name))
  const libraries = [...folders, ...shared].sort().map((folder) => {
    const name = freeName(baseName(folder), folder, names)
    names.add(name)
    evidence[name] = [members.find((each) => each.folder === folder)?.evidence ?? `${folder}/`]
    return { name, path: folder }
  })
  if (
    candidates.length > 0 &&
    packages.some(({ folder, isWorkspace }) => folder === "." && !isWorkspace) &&
    !taken.includes(".") &&
    packages.find(({ folder }) => folder === ".")?.language !== "go"
  )
    notes.push(
      "the manifest at the root belongs to no service: what it concerns runs every service",
    )
  return { libraries, evidence }
}

/** Names that workflows know a service by come first: people have them in their fingers. */
function giveNames(
  candidates: Candidate[],
  known: { filters: Filter[]; units: WorkflowUnit[]; libraries: LibraryEntry[] },
): void {
  const used = new Set(known.libraries.map(({ name }) => name))
  for (const candidate of candidates) {
    const { folder, compose } = candidate
    const unit = known.units.find(
      (each) =>
        each.name !== undefined &&
        (each.folder === folder ||
          (each.folder === undefined && isSameName(each.name, baseName(folder)))),
    )
    const filter = known.filters.find(({ globs }) =>
      globs.some((glob) => folderOfGlob(glob) === folder),
    )
    const isAlone =
      filter !== undefined &&
      !candidates.some(
        (other) =>
          other !== candidate && filter.globs.some((glob) => folderOfGlob(glob) === other.folder),
      )
    if (unit) candidate.evidence.push(unit.place)
    if (isAlone) candidate.evidence.push(filter.place)
    const wanted =
      unit?.name ?? (isAlone ? filter.name : undefined) ?? compose?.name ?? baseName(folder)
    candidate.name = freeName(folder === "." && wanted === "." ? "app" : wanted, folder, used)
    used.add(candidate.name)
  }
}

function freeName(wanted: string, folder: string, used: ReadonlySet<string>): string {
  const clean = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, "-")
      .replace(/^[^a-z0-9]+|-+$/g, "") || "app"
  const short = clean(wanted)
  return used.has(short) ? clean(folder.replaceAll("/", "-")) : short
}

function folderOfGlob(glob: string): string {
  return glob.replace(/^\.\//, "").replace(/\/(?:\*\*?(?:\/\*)?)?$/, "")
}

function toEntry(
  tree: Tree,
  candidate: Candidate,
  units: WorkflowUnit[],
  notes: string[],
): ServiceEntry {
  const { folder, name, language, dockerfile, compose } = candidate
  const tested = testOf(tree, candidate, units)
  if (!tested.hasTests)
    notes.push(
      `${name}: no tests were found in ${folder}: \`allow_no_tests\` lets it pass until there are some`,
    )
  const build = {
    ...(dockerfile && needsRoot(dockerfile, tree, folder) && { context: "/" as const }),
    ...(compose?.target !== undefined && { target: compose.target }),
    ...(compose && Object.keys(compose.args).length > 0 && { args: compose.args }),
  }
  const composed = compose ? needsOf(compose, name, notes) : []
  const needs = composed.length > 0 ? composed : needsInCode(tree, folder)
  const health = compose?.health ?? withPage(tree, folder, dockerfile?.health)
  return {
    name,
    path: folder,
    ...(dockerfile && { dockerfile: writtenDockerfile(dockerfile.path, folder) }),
    language,
    test_command: tested.command,
    ...(language === "go" && moduleFiles(tree, folder)),
    ...(needs.length > 0 && { needs }),
    ...(health && { health }),
    ...(Object.keys(build).length > 0 && { build }),
    ...(!tested.hasTests && { test: { allow_no_tests: true } as const }),
  }
}

function writtenDockerfile(path: string, folder: string): string {
  if (folder === ".") return path
  return isInside(path, folder) ? path.slice(folder.length + 1) : `/${path}`
}

/** The files of the Go module that a folder is part of, where they are above it. */
function moduleFiles(tree: Tree, folder: string): { inputs?: string[] } {
  for (
    let above = folder;
    ;
    above = above.includes("/") ? above.slice(0, above.lastIndexOf("/")) : "."
  ) {
    if (tree.files.includes(inFolder(above, "go.mod"))) {
      const inputs = ["go.mod", "go.sum"]
        .map((name) => inFolder(above, name))
        .filter((file) => tree.files.includes(file))
      return above === folder ? {} : { inputs }
    }
    if (above === ".") return {}
  }
}

function testOf(tree: Tree, { folder, language, name, pack }: Candidate, units: WorkflowUnit[]) {
  const files = ownFiles(tree).filter((file) => isInside(file, folder))
  const unit = units.find(
    (each) =>
      each.test !== undefined &&
      (each.folder === folder ||
        (each.folder === undefined && each.name !== undefined && isSameName(each.name, name))),
  )
  if (language === "go")
    return {
      hasTests: files.some((file) => file.endsWith("_test.go")),
      command: unit?.test ?? "go test ./...",
    }
  if (language === "node") {
    const script =
      pack?.testScript ??
      asTexts(
        (
          readJson(tree.read(inFolder(folder, "package.json")))?.["scripts"] as Record<
            string,
            unknown
          >
        )?.["test"],
      )[0]
    const hasTests = script !== undefined && !script.includes("no test specified")
    return {
      hasTests,
      command: unit?.test ?? (hasTests ? "npm test" : "node --test"),
    }
  }
  const tests = files.filter((file) => /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/.test(file))
  const own = tests.map((file) => file.slice(folder === "." ? 0 : folder.length + 1))
  const [top = ""] = [...new Set(own.map((file) => file.split("/")[0] ?? ""))]
  const isOneFolder =
    own.length > 0 && own.every((file) => file.startsWith(`${top}/`)) && /^tests?$/.test(top)
  return {
    hasTests: tests.length > 0,
    command: unit?.test ?? `${pytestIn(tree, folder)}${isOneFolder ? ` ${top}` : ""}`,
  }
}

/**
 * What starts pytest so that tests find the code beside them: by itself it puts a test's own folder on the path, and
 * the service's only where something says so.
 */
function pytestIn(tree: Tree, folder: string): string {
  const settings = ["pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini"]
  const isTold =
    tree.files.includes(inFolder(folder, "conftest.py")) ||
    settings.some((name) => /^\s*pythonpath\b/m.test(tree.read(inFolder(folder, name)) ?? ""))
  return isTold ? "pytest" : "python -m pytest"
}

/** What manifests say they need of each other. */
function linkByManifests(tree: Tree, { services, libraries }: Proposal, packages: Package[]): void {
  const owners = [...services, ...libraries]
  const byName = new Map<string, string>()
  for (const pack of packages)
    for (const name of projectNames(tree, pack)) byName.set(name, pack.folder)
  for (const owner of owners) {
    const pack = packages.find(({ folder }) => folder === owner.path)
    if (pack === undefined) continue
    const folders = [
      ...pack.needs.folders,
      ...pack.needs.names.flatMap((name) => byName.get(name) ?? []),
    ]
    for (const folder of folders) {
      const other = owners.find(({ path }) => path === folder)
      if (other && other !== owner) add(owner, "depends_on", other.name)
    }
  }
}

/** Takes over what path filters say about services that are proposed anyway. */
function importFilters(tree: Tree, proposal: Proposal, filters: Filter[]): void {
  const { services, libraries, notes } = proposal
  const owners = [...services, ...libraries]
  const ofService = filters.flatMap((filter) => {
    const service = services.find(
      ({ name, path }) =>
        isSameName(name, filter.name) ||
        filter.globs.some(
          (glob) => folderOfGlob(glob) === path && isSameName(baseName(path), filter.name),
        ),
    )
    return service === undefined ? [] : [{ ...filter, service }]
  })
  const counts = new Map<string, number>()
  for (const { globs } of ofService)
    for (const glob of new Set(globs)) counts.set(glob, (counts.get(glob) ?? 0) + 1)
  for (const { service, globs, place } of ofService) {
    for (const glob of globs) {
      const folder = folderOfGlob(glob)
      // The workflow itself, which is replaced, and what the service owns anyway.
      if (glob.startsWith(".github/") || isInside(folder, service.path)) continue
      const owner = owners.find(({ path }) => path === folder)
      if (owner) add(service, "depends_on", owner.name)
      else if (!matchesAnything(tree, glob))
        notes.push(`${place}: ${JSON.stringify(glob)} is left out: no file matches it`)
      else if (
        ofService.length > 1 &&
        counts.get(glob) === ofService.length &&
        ofService.length === services.length
      ) {
        if (!proposal.global.includes(glob)) proposal.global.push(glob)
      } else if (!owners.some((other) => isInside(folder, other.path))) add(service, "inputs", glob)
      else
        add(
          service,
          "depends_on",
          owners
            .filter((other) => isInside(folder, other.path))
            .map(({ name }) => name)
            .filter((name) => name !== service.name)[0],
        )
    }
  }
}

function matchesAnything(tree: Tree, glob: string): boolean {
  const list = compileGlobList([glob.replace(/^!/, "")])
  return tree.files.some((file) => list.match(file) !== null)
}

const ROUNDS = 10

/** What code, Dockerfiles and symbolic links use of each other: the check of a run, asked beforehand. */
function linkByUse(tree: Tree, proposal: Proposal): void {
  const { services, libraries } = proposal
  for (const [owner, other] of codeLinks(tree, [...services, ...libraries]))
    add(owner, "depends_on", other.name)
  // A declaration can show another one that is missing.
  for (let round = 0; round < ROUNDS; round++) {
    const { config } = parseConfig({
      services: { path: "services.json", text: JSON.stringify({ services, libraries }) },
    })
    if (!config) return
    const check = dependencyCheck(config, {
      files: tree.files,
      symlinks: tree.symlinks,
      read: (path) => tree.read(path),
    })
    const missing = [...config.services, ...config.libraries].flatMap((owner) =>
      check.undeclared(owner),
    )
    if (missing.length === 0) return
    for (const { owner, declaration } of missing) {
      const entry = [...services, ...libraries].find(({ name }) => name === owner)
      const lists = JSON.parse(`{${declaration}}`) as { depends_on?: string[]; inputs?: string[] }
      if (entry === undefined) continue
      for (const name of lists.depends_on ?? []) add(entry, "depends_on", name)
      for (const glob of lists.inputs ?? []) add(entry, "inputs", glob)
    }
  }
}

function add(
  entry: ServiceEntry | LibraryEntry,
  field: "depends_on" | "inputs",
  value: string | undefined,
): void {
  if (value === undefined || value === entry.name) return
  const lists = entry as { depends_on?: string[]; inputs?: string[] }
  const list = (lists[field] ??= [])
  if (!list.includes(value)) list.push(value)
}

/** Whether a service depends on a library, directly or through others. */
function isUsed({ services, libraries }: Proposal, name: string): boolean {
  const reached = new Set<string>()
  const waiting = services.flatMap((service) => service.depends_on ?? [])
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    const unit = [...services, ...libraries].find((each) => each.name === next)
    waiting.push(...(unit?.depends_on ?? []))
  }
  return reached.has(name)
}

/** Keys in their order, lists sorted, libraries that nobody uses left out. */
function tidy(proposal: Proposal): Proposal {
  const ordered = <T extends object>(entry: T): T => {
    const keys = [
      "name",
      "path",
      "dockerfile",
      "language",
      "test_command",
      "depends_on",
      "inputs",
      "needs",
      "health",
      "build",
      "test",
    ]
    const known = entry as Record<string, unknown>
    for (const list of ["depends_on", "inputs"])
      if (Array.isArray(known[list])) (known[list] as string[]).sort()
    return Object.fromEntries(
      keys.filter((key) => key in known).map((key) => [key, known[key]]),
    ) as T
  }
  const libraries = proposal.libraries.filter(({ name }) => isUsed(proposal, name))
  const unused = proposal.libraries.filter((library) => !libraries.includes(library))
  if (unused.length > 0)
    proposal.notes.push(
      `no service was seen to use ${unused.map(({ path }) => path).join(", ")}: a change there runs every service, until "ignore" in pipeline.yaml names it, or services.json has it as a library that services depend on`,
    )
  const { issues } = parseConfig({
    services: {
      path: "services.json",
      text: JSON.stringify({ services: proposal.services, libraries }),
    },
  })
  if (issues.length > 0) proposal.notes.push(`look at: ${formatIssues(issues)}`)
  return {
    ...proposal,
    services: proposal.services.map(ordered),
    libraries: libraries.map(ordered),
    notes: [...new Set(proposal.notes)],
  }
}
