import type { Config } from "../config/index.js"
import { checkDockerfile, parse } from "../dockerfile/index.js"
import type { ToolReport } from "../findings/index.js"
import { decideSeverity, emptyReport, ruleIds } from "../findings/index.js"

/** The texts of Dockerfiles, by path. */
export type Dockerfiles = ReadonlyMap<string, string>

/**
 * Our own checks of Dockerfiles, for what no tool gets right: the user of the final stage through
 * every stage and ARG, secrets in ENV and ARG, bases that can change.
 *
 * A file that two services build with other options is checked for each.
 */
export function policyReport(
  config: Pick<Config, "services" | "images">,
  dockerfiles: Dockerfiles,
): ToolReport {
  const report = emptyReport("policy", "1")
  const images = Object.keys(config.images)
  const checked = new Set<string>()
  for (const { name, dockerfile, build } of config.services) {
    const text = dockerfile === undefined ? undefined : dockerfiles.get(dockerfile)
    if (dockerfile === undefined || text === undefined) continue
    checked.add(dockerfile)
    const options = {
      args: build.args,
      ...(build.target !== undefined && { target: build.target }),
    }
    for (const issue of checkDockerfile(parse(text, dockerfile), { ...options, images })) {
      const { rule, line, message, fix } = issue
      const graded = decideSeverity("policy", rule, issue.severity === "error" ? "medium" : "low")
      report.findings.push({
        category: "misconfiguration",
        ids: ruleIds("policy", rule),
        detections: [{ tool: "policy", rule }],
        ...graded,
        message: `${message}. ${fix}`,
        place: { file: dockerfile, line },
        services: [name],
        subject: "",
      })
      if (!report.rules.some((known) => known.rule === rule))
        report.rules.push({
          tool: "policy",
          rule,
          name: rule,
          summary: message,
          help: fix,
          tags: [],
        })
    }
  }
  report.coverage.files = checked.size
  return report
}
