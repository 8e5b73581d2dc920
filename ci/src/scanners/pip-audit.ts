import { basename, dirname } from "node:path/posix"
import type { Rule } from "../findings/index.js"
import { listOf, normaliseId, objectOf, sortedUnique, textOf, textsOf } from "../findings/index.js"
import type { RepositoryShape, Scanner } from "./scanner.js"
import { emptyReading, FILES, OUTPUT, readJson } from "./scanner.js"

const PROGRAM = "/scan/packages.py"

/**
 * Prints what a requirements file, a lock or a pyproject.toml pins. Of a requirements file the lines that
 * name a package: what is included is audited where it is written. Of a lock what is not a folder of the
 * repository itself. A pyproject.toml that leaves a version open can't be audited: a report in the place of
 * pip-audit's says so, and the program ends with 1.
 */
export const LIST_PACKAGES = `import json, re, sys, tomllib

LOCAL = {"editable", "virtual", "directory", "path"}


def is_local(package):
    source = package.get("source", {})
    return bool(LOCAL & {*source, *package, source.get("type")})


def declared(document):
    project = document.get("project", {})
    poetry = document.get("tool", {}).get("poetry", {}).get("dependencies", {})
    lines = [*project.get("dependencies", []), *(["dependencies = dynamic"] if "dependencies" in project.get("dynamic", []) else [])]
    for name, value in poetry.items():
        if name != "python" and not (isinstance(value, dict) and LOCAL & {*value}):
            lines.append(name + (value if isinstance(value, str) and value[:2] == "==" else " " + str(value)))
    return {re.sub(r"\\s*==\\s*", "==", line.strip()) for line in lines if " @ file:" not in line}


def refuse_open(lines, report):
    left = sorted(line for line in lines if not re.match(r"^[\\w.-]+(\\[[^]]*\\])?==[\\w.!+-]+(\\s*;.*)?$", line))
    if not left:
        return
    reason = "its version is open, and there is no lock: add uv.lock, poetry.lock, pdm.lock or requirements.txt"
    with open(report, "w") as file:
        json.dump({"dependencies": [{"name": line, "skip_reason": reason} for line in left]}, file)
    sys.exit(1)


path = sys.argv[1]
with open(path, "rb") as file:
    text = file.read().decode()
if path.endswith(".toml"):
    lines = declared(tomllib.loads(text))
    refuse_open(lines, sys.argv[2])
elif path.endswith(".lock"):
    packages = tomllib.loads(text).get("package", [])
    lines = {f"{one['name']}=={one['version']}" for one in packages if not is_local(one)}
else:
    # A line that goes on goes on with hashes.
    named = (line.strip().removesuffix("\\\\").rstrip() for line in text.splitlines())
    lines = {line for line in named if line[:1] not in ("", "-", "#")}
print("\\n".join([f"# {path}", *sorted(lines)]))
`

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
  looksAt: (file, repository) =>
    isRequirements(file) || isLock(file) || isUnlocked(file, repository),
  command: ({ osvUrl }) =>
    [
      "index=0",
      `while IFS= read -r file; do`,
      `  python3 ${PROGRAM} "$file" ${OUTPUT}/$index.json > /tmp/requirements.txt || { index=$((index + 1)); continue; }`,
      [
        `  pip-audit --requirement /tmp/requirements.txt --no-deps --disable-pip --strict --vulnerability-service osv`,
        ...(osvUrl === undefined ? [] : [`--osv-url '${osvUrl}'`]),
        `--format json --output ${OUTPUT}/$index.json --progress-spinner off --aliases on --desc on --cache-dir /tmp/cache`,
      ].join(" "),
      "  index=$((index + 1))",
      `done < ${FILES}`,
      "exit 0",
    ].join("\n"),
  settings: { [PROGRAM]: LIST_PACKAGES },
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
      const { dependencies } = objectOf(readJson(files, name))
      if (!Array.isArray(dependencies)) {
        reading.coverage.skipped.push({ path: file, reason: "its report has no list of packages" })
        continue
      }
      seen.push(file)
      for (const entry of dependencies.map(objectOf)) {
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

/**
 * Whether a file is a service's pyproject.toml beside which nothing pins what it names: no requirements
 * file, and no lock, which a workspace has in a folder above.
 */
function isUnlocked(file: string, { files, services }: RepositoryShape): boolean {
  const folder = dirname(file)
  if (basename(file) !== "pyproject.toml" || !services.has(folder)) return false
  const above = folder.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"))
  const folders = new Set([".", ...above])
  const locks = [...files].filter((one) =>
    isRequirements(one)
      ? dirname(one) === folder && !isForTests(one)
      : isLock(one) && folders.has(dirname(one)),
  )
  return locks.length === 0
}

/** Whether a requirements file is for tests or tools, and not for the service itself. */
function isForTests(file: string): boolean {
  return /\b(?:dev|develop|development|tests?|testing|lint|docs)\b/.test(basename(file))
}

/** Whether a file is the lock of a Python project: uv, Poetry and PDM write the same tables. */
export function isLock(file: string): boolean {
  return /^(?:uv|poetry|pdm)\.lock$/.test(file.split("/").at(-1) ?? "")
}

/** Whether a file lists Python packages with their versions. */
export function isRequirements(file: string): boolean {
  return /^(?:.*-)?requirements(?:[.-].*)?\.txt$/.test(file.split("/").at(-1) ?? "")
}
