import type { Rule } from "../findings/index.js"
import { listOf, normaliseId, objectOf, sortedUnique, textOf, textsOf } from "../findings/index.js"
import type { Scanner } from "./scanner.js"
import { emptyReading, FILES, OUTPUT, readJson } from "./scanner.js"

/**
 * pip-audit: known vulnerabilities of Python packages. It reports exit code 1 both for what it
 * found and for its own errors; but only an audit that went to its end leaves a file. So each
 * requirements file is audited on its own, and one without a report is a problem.
 */
export const pipAudit: Scanner = {
  name: "pip-audit",
  needs: ["network"],
  missingOffline: ({ osvUrl }) =>
    osvUrl === undefined
      ? "asks the OSV service: name one of your own in scan.osv_url, or leave it out of scan.tools"
      : undefined,
  source: { kind: "python" },
  looksAt: isRequirements,
  command: ({ osvUrl }) =>
    [
      "index=0",
      `while IFS= read -r file; do`,
      // Lines that include another file or set an option are audited where they are written.
      `  grep -vE '^[[:space:]]*(-|#|$)' "$file" > /tmp/requirements.txt || echo "# $file names no package" > /tmp/requirements.txt`,
      [
        `  pip-audit --requirement /tmp/requirements.txt --no-deps --disable-pip --strict --vulnerability-service osv`,
        ...(osvUrl === undefined ? [] : [`--osv-url '${osvUrl}'`]),
        `--format json --output ${OUTPUT}/$index.json --progress-spinner off --aliases on --desc on --cache-dir /tmp/cache`,
      ].join(" "),
      "  index=$((index + 1))",
      `done < ${FILES}`,
      "exit 0",
    ].join("\n"),
  ran: [0],
  read(files, job) {
    const reading = emptyReading()
    const rules = new Map<string, Rule>()
    const seen: string[] = []
    for (const [index, file] of job.files.entries()) {
      const name = `${index}.json`
      if (files[name] === undefined) {
        reading.coverage.skipped.push({
          path: file,
          reason: "the audit did not end; see its output",
        })
        continue
      }
      seen.push(file)
      for (const entry of listOf(objectOf(readJson(files, name))["dependencies"]).map(objectOf)) {
        const about = textOf(entry["name"]) ?? ""
        const version = textOf(entry["version"]) ?? ""
        const skipped = textOf(entry["skip_reason"])
        if (skipped !== undefined)
          reading.coverage.skipped.push({ path: file, reason: `${about}: ${skipped}` })
        else reading.coverage.packages += 1
        for (const found of listOf(entry["vulns"]).map(objectOf)) {
          const rule = normaliseId(textOf(found["id"]) ?? "")
          const text = (textOf(found["description"]) ?? "").trim()
          const summary = text.split("\n")[0]?.slice(0, 300) || `${about} ${version} is vulnerable`
          const fixed = textsOf(found["fix_versions"])
          reading.findings.push({
            category: "vulnerability",
            ids: sortedUnique([rule, ...textsOf(found["aliases"]).map(normaliseId)]),
            detections: [{ tool: "pip-audit", rule }],
            severity: "unknown",
            severitySource: "none",
            message: `${about} ${version}: ${summary}`,
            place: { file },
            package: { ecosystem: "pypi", name: about.toLowerCase(), version, fixed },
            services: [],
            subject: "",
          })
          rules.set(rule, {
            tool: "pip-audit",
            rule,
            name: rule,
            summary,
            help: text || summary,
            url: `https://osv.dev/vulnerability/${rule}`,
            tags: [],
          })
        }
      }
    }
    reading.coverage.files = seen.length
    reading.databases.push({ name: "OSV (asked live)" })
    return { ...reading, rules: [...rules.values()], seen }
  },
}

/** Whether a file lists Python packages with their versions. */
export function isRequirements(file: string): boolean {
  return /^(?:.*-)?requirements(?:[.-].*)?\.txt$/.test(file.split("/").at(-1) ?? "")
}
