import { dag } from "@dagger.io/dagger"
import { compileGlobList } from "../changes/globs.js"
import type { Config } from "../config/index.js"
import { gitleaksHistory, incompleteReport, interpret } from "../scanners/index.js"
import type { Checkout } from "./detect.js"
import { engineFailure } from "./engine-failure.js"
import { HISTORY_FILES, readHistory } from "./history-script.js"
import { IMAGES } from "./images.js"
import { runTool } from "./scan-tool.js"
import type { BesideReport } from "./scan.js"
import type { RunContext } from "./step.js"

const ABOUT = "git's history"
const REPOSITORY = "/history"
const OUTPUT = "/output"

/**
 * Looks for secrets in what any commit ever added. A shallow clone lacks some of it, so that its scan
 * is incomplete, whatever is found in the rest.
 *
 * @param servicesOf names of the services that a file concerns
 */
export async function scanHistory(
  { gitFolder }: Pick<Checkout, "gitFolder">,
  { config, run }: { config: Config; run: RunContext },
  servicesOf: (file: string) => string[],
): Promise<BesideReport> {
  try {
    if ((await gitFolder.glob(".git/HEAD")).length === 0)
      return failed("there is no git repository: the checkout has no .git, or only a link to one")
    const output = dag
      .container()
      .from(IMAGES.tools)
      .withMountedDirectory(REPOSITORY, gitFolder)
      .withExec(["sh", "-ec", readHistory(REPOSITORY, OUTPUT)])
      .directory(OUTPUT)
    const [commits = 0, cut = 0] = (await output.file(HISTORY_FILES.facts).contents())
      .split(" ")
      .map(Number)
    const job = { files: [ABOUT], commits }
    const today = run.started.toISOString().slice(0, 10)
    const { timeout, ignore } = config.scan
    const result = await runTool(gitleaksHistory, output.file(HISTORY_FILES.patch), job, {
      run,
      today,
      timeout,
    })
    const report = interpret(gitleaksHistory, result, job)
    const shallow =
      cut > 0
        ? [
            `the clone is shallow: the history before ${cut} commits is not here; fetch all of it (fetch-depth: 0)`,
          ]
        : []
    const ignored = compileGlobList(ignore)
    const problems = [...report.problems, ...shallow]
    return {
      report: {
        ...report,
        about: ABOUT,
        services: [],
        status: problems.length > 0 ? "incomplete" : "complete",
        problems,
        findings: report.findings
          .filter(({ place }) => ignored.match(place.file) === null)
          .map((finding) => ({ ...finding, services: servicesOf(finding.place.file) })),
      },
      cached: result.cached,
    }
  } catch (error) {
    const { reason, tail } = engineFailure(error)
    return failed(`could not be read: ${reason}`, tail)
  }
}

function failed(problem: string, tail: string[] = []): BesideReport {
  const report = incompleteReport(gitleaksHistory, problem, tail)
  return { report: { ...report, about: ABOUT, services: [] }, cached: false }
}
