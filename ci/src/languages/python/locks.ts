import { folderOf } from "../../dependencies/paths.js"
import type { Project } from "../language.js"
import type { RepositoryFiles } from "../repository-files.js"
import { pathIn } from "../repository-files.js"
import type { PythonInputs } from "./inputs.js"
import type { LockSource } from "./manifests.js"
import { workspaceMembers } from "./manifests.js"
import type { Table } from "./pyproject.js"
import { hasDynamicMetadata, readToml, reducePyproject, tableAt, TEST_GROUPS } from "./pyproject.js"
import { UV } from "./tools.js"

/** A program as it was on one day, with everything it needs: newer parts may not fit it. */
const RUN = `${UV} tool run --quiet --python python --exclude-newer 2025-12-01T00:00:00Z`
const POETRY = `${RUN} --from poetry==2.2.1 --with poetry-plugin-export==1.9.0 poetry`
const PDM = `PDM_CHECK_UPDATE=0 PDM_USE_VENV=0 ${RUN} --from pdm==2.26.1 pdm`

/**
 * A lock file: the program that made it checks that it is current and turns it into requirements,
 * which uv then installs like all others.
 */
export async function lockInputs(source: LockSource, project: Project): Promise<PythonInputs> {
  const { kind, lock } = source
  const { service, files } = project
  const root = folderOf(lock)
  const folders = kind === "uv" ? [root, ...(await workspaceMembers(root, files))] : [root]
  const projects = await reducedProjects([...new Set([...folders, service.path])], files)
  const own = projects.tables.get(service.path) ?? {}
  const commands = COMMANDS[kind](own, [...projects.tables.values()])
  return {
    files: projects.texts.set(lock, await files.read(lock)),
    shipped: { export: commands.shipped },
    tests: { export: commands.tests },
    problems: projects.problems,
    warnings: [],
  }
}

/** Shell commands that print requirements. */
interface Exports {
  shipped: string
  tests: string
}

const COMMANDS: Record<LockSource["kind"], (own: Table, all: Table[]) => Exports> = {
  uv(own, all) {
    // Metadata that only a build can tell can't be compared with the lock here.
    const check = all.some(hasDynamicMetadata) ? "--frozen" : "--locked"
    const command = `${UV} export --quiet ${check} --python python --no-header --no-annotate --no-emit-project --no-emit-workspace --no-emit-local`
    const has = (table: Table, name: string) => name in table
    const extra = TEST_GROUPS.flatMap((name) => [
      ...(has(tableAt(own, "dependency-groups"), name) ? [`--group ${name}`] : []),
      ...(has(tableAt(tableAt(own, "project"), "optional-dependencies"), name)
        ? [`--extra ${name}`]
        : []),
    ])
    return { shipped: `${command} --no-dev`, tests: [command, ...extra].join(" ") }
  },

  poetry() {
    const command = `${POETRY} export --no-interaction --no-ansi`
    return {
      shipped: `${command} --only=main`,
      tests: `${command} --all-groups --all-extras`,
    }
  },

  pdm() {
    return {
      shipped: `{ ${PDM} lock --check >&2 && ${PDM} export --prod; }`,
      tests: `${PDM} export -G :all`,
    }
  },
}

async function reducedProjects(
  folders: string[],
  files: RepositoryFiles,
): Promise<{ texts: Map<string, string>; tables: Map<string, Table>; problems: string[] }> {
  const texts = new Map<string, string>()
  const tables = new Map<string, Table>()
  const problems: string[] = []
  for (const folder of folders) {
    const path = pathIn(folder, "pyproject.toml") as string
    if (!files.has(path)) continue
    const read = readToml(path, await files.read(path))
    if ("problem" in read) {
      problems.push(read.problem)
      continue
    }
    texts.set(path, reducePyproject(read.table))
    tables.set(folder, read.table)
  }
  return { texts, tables, problems }
}
