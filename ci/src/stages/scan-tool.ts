import { dag, Container, Directory } from "@dagger.io/dagger"
import { quote, REPORT_FOLDER } from "../languages/index.js"
import type { ScanJob, Scanner, ToolOutput } from "../scanners/index.js"
import { FILES, OUTPUT, RULES, VERSIONS } from "../scanners/index.js"
import type { RunContext } from "./step.js"
import { runStep } from "./step.js"

const PYTHON = "docker.io/library/python:3.11-slim"
const GO = "docker.io/library/golang:1.26-bookworm"
const SOURCE = "/src"
const EXIT_CODE = "exit-code"
const TIMEOUT_SECONDS = 900

/** Whoever runs a tool: nobody, so that the source can be read and not written. */
const NOBODY = 65534

/** A container with a tool in it, made once for each version. */
export function toolContainer({ name, source }: Scanner): Container {
  const base = dag.container().from(PYTHON)
  if (source.kind === "python") {
    return base
      .withExec(["python", "-m", "venv", "/opt/tool"])
      .withFile("/opt/requirements.txt", moduleFolder("scanners").file(`${name}.txt`))
      .withMountedCache("/root/.cache/pip", dag.cacheVolume("pip-v1"))
      .withExec([
        ...["/opt/tool/bin/pip", "install", "--quiet", "--disable-pip-version-check"],
        ...["--require-hashes", "--no-deps", "--requirement", "/opt/requirements.txt"],
      ])
      .withoutMount("/root/.cache/pip")
      .withEnvVariable("PATH", "/opt/tool/bin:${PATH}", { expand: true })
  }
  const module = `${source.module}@v${VERSIONS[name]}`
  const main = [source.module, source.package].filter((part) => part !== "").join("/")
  const goMod = ["module tool", "", "go 1.26", "", ...(source.goMod ?? []), ""].join("\n")
  let build = dag
    .container()
    .from(GO)
    .withMountedCache("/go/pkg/mod", dag.cacheVolume("go-mod-v1"))
    .withMountedCache("/root/.cache/go-build", dag.cacheVolume("go-build-v1"))
    .withWorkdir("/build")
    .withNewFile("go.mod", goMod)
    .withNewFile("tool.go", "package tool\n")
    .withEnvVariable("CGO_ENABLED", "0")
    .withEnvVariable("GOFLAGS", "-mod=mod -trimpath")
  for (const [variable, value] of Object.entries(source.env ?? {}))
    build = build.withEnvVariable(variable, value)
  const program = build
    .withExec(["go", "get", module])
    .withExec(["go", "build", "-ldflags=-s -w", "-o", `/built/${name}`, main])
    .file(`/built/${name}`)
  return base.withFile(`/usr/local/bin/${name}`, program)
}

/**
 * Runs a tool on files. What it found of the same files is reused; for a tool that asks a live
 * service, only on the same day.
 *
 * @param files the files of the job, at their paths
 * @param today YYYY-MM-DD
 */
export async function runTool(
  scanner: Scanner,
  files: Directory,
  job: ScanJob,
  { run, today }: { run: RunContext; today: string },
): Promise<ToolOutput & { cached: boolean }> {
  let container = toolContainer(scanner)
    .withMountedTemp("/tmp")
    .withNewFile(FILES, job.files.join("\n") + "\n")
    .withMountedDirectory(SOURCE, files)
    .withWorkdir(SOURCE)
  for (const [path, text] of Object.entries(scanner.settings ?? {}))
    container = container.withNewFile(path, text)
  if (scanner.rules) container = container.withMountedDirectory(RULES, moduleFolder("rules"))
  if (scanner.needs.includes("network"))
    container = container.withEnvVariable("PIPELINE_SCAN_DAY", today)
  const command = wrap(scanner, scanner.command(job))
  const result = await runStep(container, { command, timeout: TIMEOUT_SECONDS }, run)
  const names = await result.reports.entries()
  const texts = await Promise.all(names.map((name) => result.reports.file(name).contents()))
  const { [EXIT_CODE]: exitCode, ...reports } = Object.fromEntries(
    names.map((name, index) => [name, texts[index] ?? ""]),
  )
  return {
    exitCode: Number(exitCode ?? result.exitCode),
    timedOut: result.stopped?.by === "timeout",
    cached: result.cached,
    tail: result.tail,
    files: reports,
  }
}

/** The step ends with 0 when the tool went to its end, so that its findings are reused. */
function wrap({ ran }: Scanner, command: string): string {
  return `
install -d -o ${NOBODY} -g ${NOBODY} ${OUTPUT}
export PIPELINE_COMMAND=${quote(command)}
setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups env HOME=/tmp sh -c "$PIPELINE_COMMAND"
code=$?
for file in ${OUTPUT}/*; do [ ! -e "$file" ] || cp "$file" ${REPORT_FOLDER}/; done
echo "$code" > ${REPORT_FOLDER}/${EXIT_CODE}
case "$code" in ${ran.join("|")}) exit 0;; esac
exit "$code"
`
}

/** A folder of the module itself, such as its rules. */
function moduleFolder(name: string): Directory {
  return dag.currentModule().source().directory(name)
}
