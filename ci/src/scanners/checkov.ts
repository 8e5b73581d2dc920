import type { Rule } from "../findings/index.js"
import {
  decideSeverity,
  listOf,
  numberOf,
  objectOf,
  positionOf,
  readSeverity,
  ruleIds,
  textOf,
} from "../findings/index.js"
import { isDockerfile } from "./hadolint.js"
import type { Scanner } from "./scanner.js"
import { emptyReading, OUTPUT, readJson, repositoryPath } from "./scanner.js"

const FRAMEWORKS = "dockerfile,github_actions,kubernetes,terraform,cloudformation,secrets"

/**
 * Checkov: Dockerfiles, workflows and infrastructure. Offline it grades nothing, so our table does.
 * It says how many resources it looked at, not which files; a file that it can't parse is counted.
 */
export const checkov: Scanner = {
  name: "checkov",
  needs: [],
  source: { kind: "python" },
  looksAt: (file) =>
    isDockerfile(file) ||
    /^\.github\/workflows\/[^/]+\.ya?ml$/.test(file) ||
    /\.tf$/.test(file) ||
    /(?:^|\/)(?:k8s|kubernetes|manifests|deploy|cloudformation)\/.*\.(?:ya?ml|json)$/.test(file),
  command: () =>
    [
      "BC_API_KEY= LOG_LEVEL=WARNING",
      `checkov --directory . --framework ${FRAMEWORKS.replaceAll(",", " ")}`,
      "--skip-download --quiet --compact --soft-fail --output json",
      `> ${OUTPUT}/checkov.json`,
    ].join(" "),
  ran: [0],
  read(files) {
    const value = readJson(files, "checkov.json")
    // One framework gives an object, several a list; and none at all an object of another shape.
    const parts = (Array.isArray(value) ? value : [value]).map(objectOf)
    const reading = emptyReading()
    const rules = new Map<string, Rule>()
    let resources = 0
    for (const part of parts) {
      const results = objectOf(part["results"])
      const summary = objectOf(part["summary"] ?? part)
      resources += numberOf(summary["resource_count"]) ?? 0
      // A skip is a comment in the file, which is for us to read.
      for (const name of ["failed_checks", "skipped_checks"])
        for (const entry of listOf(results[name]).map(objectOf)) {
          const rule = textOf(entry["check_id"]) ?? "unknown"
          const message = textOf(entry["check_name"]) ?? rule
          const [first, last] = listOf(entry["file_line_range"]).map(positionOf)
          const url = textOf(entry["guideline"])
          reading.findings.push({
            category: rule.startsWith("CKV_SECRET") ? "secret" : "misconfiguration",
            ids: ruleIds("checkov", rule),
            detections: [{ tool: "checkov", rule }],
            ...decideSeverity("checkov", rule, readSeverity(entry["severity"])),
            message,
            place: {
              file: filePath(
                textOf(entry["file_abs_path"]) ?? textOf(entry["repo_file_path"]) ?? "",
              ),
              ...(first !== undefined && { line: first }),
              ...(first !== undefined && last !== undefined && last > first && { endLine: last }),
            },
            services: [],
            subject: "",
          })
          rules.set(rule, {
            tool: "checkov",
            rule,
            name: textOf(entry["check_class"])?.split(".").at(-1) ?? rule,
            summary: message,
            help: message,
            ...(url !== undefined && { url }),
            tags: [],
          })
        }
      const errors = listOf(results["parsing_errors"])
      for (const path of errors)
        reading.coverage.skipped.push({
          path: filePath(textOf(path) ?? ""),
          reason: "could not be parsed",
        })
      const counted = numberOf(summary["parsing_errors"]) ?? 0
      if (counted > errors.length) reading.problems.push(`could not parse ${counted} files`)
    }
    if (resources === 0) reading.problems.push("looked at nothing in the files that it was given")
    reading.coverage.files = resources
    return { ...reading, rules: [...rules.values()] }
  },
}

function filePath(path: string): string {
  return repositoryPath(path).replace(/^\/+/, "")
}
