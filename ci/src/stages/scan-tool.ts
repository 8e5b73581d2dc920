import { join } from "node:path/posix"
import { dag, Container, Directory, File } from "@dagger.io/dagger"
import { REDACTIONS } from "../findings/index.js"
import { REPORT_FOLDER } from "../languages/index.js"
import type { ScanJob, Scanner, ToolOutput } from "../scanners/index.js"
import {
  DATABASE,
  DATABASE_FILES,
  fetchDatabase,
  FILES,
  HISTORY,
  IMAGE,
  IMAGE_FILES,
  OUTPUT,
  RULES,
  SCANNERS,
  VERSIONS,
} from "../scanners/index.js"
import { unpack } from "./content.js"
import { goProgram } from "./go-program.js"
import { moduleFile, moduleFolder } from "./module-folder.js"
import type { RunContext } from "./step.js"
import { beforeStep, runStep } from "./step.js"

const PYTHON = "docker.io/library/python:3.11-slim"
const SOURCE = "/src"
const ARCHIVE = "/scan/files.tar"
const SETTINGS = "/scan/run.json"
const PROGRAM = "/scan/run.py"
const REPORT = "report.json"

/** A container with a tool in it, made once for each version. */
export function toolContainer({ name, source }: Scanner): Container {
  const base = dag.container().from(PYTHON)
  if (source.kind === "python") {
    return base
      .withExec(["python", "-m", "venv", "/opt/tool"])
      .withFile("/opt/requirements.txt", moduleFile(`scanners/${name}.txt`))
      .withMountedCache("/root/.cache/pip", dag.cacheVolume("pip-v1"))
      .withExec([
        ...["/opt/tool/bin/pip", "install", "--quiet", "--disable-pip-version-check"],
        ...["--require-hashes", "--no-deps", "--requirement", "/opt/requirements.txt"],
      ])
      .withoutMount("/root/.cache/pip")
      .withEnvVariable("PATH", "/opt/tool/bin:${PATH}", { expand: true })
  }
  const program = goProgram({ name, version: VERSIONS[name], ...source })
  return base.withFile(`/usr/local/bin/${name}`, program)
}

/**
 * Runs a tool on files. What it found of the same files is reused; for a tool that asks a live
 * service, only on the same day.
 *
 * The tool runs as nobody, on files that only root can write. One that needs no network has none:
 * for that alone the program around it (`ci/scanners/run.py`) gets more rights than other steps.
 *
 * @param input tar file of the files of the job, at their paths; or what the scanner says of its input
 * @param today YYYY-MM-DD
 * @param timeout seconds
 */
export async function runTool(
  scanner: Scanner,
  input: File | Directory,
  job: ScanJob,
  { run, today, timeout }: { run: RunContext; today: string; timeout: number },
): Promise<ToolOutput & { cached: boolean }> {
  const { container, command, privileged } = toolPlace(scanner, input, job, today)
  const result = await runStep(container, { command, timeout, privileged }, run)
  const left = result.reportFiles.includes(REPORT)
    ? (JSON.parse(await result.reports.file(REPORT).contents()) as Pick<
        ToolOutput,
        "exitCode" | "files"
      >)
    : { exitCode: result.exitCode, files: {} }
  return {
    ...left,
    timedOut: result.stopped?.by === "timeout",
    cached: result.cached,
    tail: [...result.tail, ...result.remarks],
  }
}

/** Prints the files that a tool reported, as the program around it left them; JSON on many lines. */
const SHOW_REPORT = `import json, sys
for name, text in json.load(open(sys.argv[1]))["files"].items():
    try: text = json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    except ValueError: pass
    print(f"== {name}", text, sep="\\n")`

/**
 * The container just before a tool runs, with the files that it looks at unpacked. `PIPELINE_STEP` runs the
 * tool as a scan does, and then prints its report.
 *
 * @param input as for `runTool`
 * @param today YYYY-MM-DD
 */
export function beforeTool(
  scanner: Scanner,
  input: File | Directory,
  job: ScanJob,
  today: string,
): Container {
  const { container, command } = toolPlace(scanner, input, job, today)
  const step = [
    // A second time in the same terminal.
    `rm -rf ${OUTPUT}; ${command}; code=$?`,
    `python3 -c '${SHOW_REPORT}' ${join(REPORT_FOLDER, REPORT)}`,
    "exit $code",
  ]
  const place = beforeStep(container).withEnvVariable("PIPELINE_STEP", step.join("\n"))
  if (input instanceof Directory || scanner.input !== undefined) return place
  return place.withMountedDirectory(SOURCE, unpack([input])).withWorkdir(SOURCE)
}

function toolPlace(scanner: Scanner, input: File | Directory, job: ScanJob, today: string) {
  const network = scanner.needs.includes("network")
  const settings = {
    command: scanner.command(job),
    network,
    // Files of an image can be root's alone, and so can what the engine makes.
    reads_all: scanner.input !== undefined,
    archive: scanner.input === undefined ? ARCHIVE : null,
    source: SOURCE,
    output: OUTPUT,
    report: join(REPORT_FOLDER, REPORT),
    ran: scanner.ran,
    redactions: REDACTIONS.map(([{ source, flags }, replacement]) => [source, flags, replacement]),
  }
  let container = toolContainer(scanner)
    .withMountedTemp("/tmp")
    .withNewFile(FILES, job.files.join("\n") + "\n")
    .withNewFile(SETTINGS, JSON.stringify(settings))
    .withFile(PROGRAM, moduleFile("scanners/run.py"))
  container = withInput(container, scanner, input)
  for (const [path, text] of Object.entries(scanner.settings ?? {}))
    container = container.withNewFile(path, text)
  for (const [path, text] of Object.entries(scanner.programs ?? {}))
    container = container.withNewFile(path, text, { permissions: 0o755 })
  if (scanner.rules)
    container = container.withMountedDirectory(
      RULES,
      moduleFolder("rules", (file) => file.endsWith(".yaml")),
    )
  if (job.database !== undefined)
    container = withDatabase(container, databaseFolder(job.database, today))
  if (network) container = container.withEnvVariable("PIPELINE_SCAN_DAY", today)
  return { container, command: `python3 ${PROGRAM} ${SETTINGS}`, privileged: !network }
}

const PLACES = { image: IMAGE, "image-files": IMAGE_FILES, history: HISTORY } as const

function withInput(container: Container, { input: kind }: Scanner, input: File | Directory) {
  const place = kind === undefined ? ARCHIVE : PLACES[kind]
  return input instanceof Directory
    ? container.withMountedDirectory(place, input)
    : container.withMountedFile(place, input)
}

/**
 * Trivy's database, fetched once a day; one that is named by its digest, once. As files, because the
 * engine knows files by their content: what was found with the same database is reused.
 */
function databaseFolder(image: string, today: string): Directory {
  const tool = toolContainer(SCANNERS.trivy)
  return (image.includes("@") ? tool : tool.withEnvVariable("PIPELINE_SCAN_DAY", today))
    .withExec(["sh", "-ec", fetchDatabase(image, "/cache")])
    .directory("/cache/db")
}

function withDatabase(container: Container, folder: Directory): Container {
  return DATABASE_FILES.reduce<Container>(
    (before, name) => before.withMountedFile(join(DATABASE, name), folder.file(name)),
    container,
  )
}
