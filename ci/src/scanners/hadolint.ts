import type { Rule } from "../findings/index.js"
import {
  decideSeverity,
  objectOf,
  positionOf,
  readSeverity,
  ruleIds,
  textOf,
} from "../findings/index.js"
import type { Scanner } from "./scanner.js"
import { emptyReading, FILES, OUTPUT, readJsonList, repositoryPath } from "./scanner.js"

const SETTINGS = "/scan/hadolint.yaml"

/** Hadolint: Dockerfiles. A file that it can't parse is a finding to it (DL1000). */
export const hadolint: Scanner = {
  name: "hadolint",
  needs: [],
  source: { kind: "python" },
  looksAt: isDockerfile,
  // Comments are read by us; a configuration of the repository could silence it for ever.
  command: () =>
    `xargs -d '\\n' -a ${FILES} hadolint --config ${SETTINGS} --format json --no-fail --disable-ignore-pragma > ${OUTPUT}/hadolint.json`,
  settings: { [SETTINGS]: "ignored: []\n" },
  ran: [0],
  read(files, job) {
    const reading = emptyReading()
    const rules = new Map<string, Rule>()
    for (const entry of readJsonList(files, "hadolint.json").map(objectOf)) {
      const rule = textOf(entry["code"]) ?? "unknown"
      const message = textOf(entry["message"]) ?? rule
      const file = repositoryPath(textOf(entry["file"]) ?? "")
      if (rule === "DL1000") {
        reading.coverage.skipped.push({ path: file, reason: message.split("\n")[0] ?? message })
        continue
      }
      const [line, column] = [positionOf(entry["line"]), positionOf(entry["column"])]
      reading.findings.push({
        category: "misconfiguration",
        ids: ruleIds("hadolint", rule),
        detections: [{ tool: "hadolint", rule }],
        ...decideSeverity("hadolint", rule, hadolintSeverity(entry["level"])),
        message,
        place: {
          file,
          ...(line !== undefined && { line }),
          ...(column !== undefined && { column }),
        },
        services: [],
        subject: "",
      })
      rules.set(rule, {
        tool: "hadolint",
        rule,
        name: rule,
        summary: message,
        help: message,
        url: rule.startsWith("SC")
          ? `https://www.shellcheck.net/wiki/${rule}`
          : `https://github.com/hadolint/hadolint/wiki/${rule}`,
        tags: [],
      })
    }
    reading.coverage.files = job.files.length
    return { ...reading, rules: [...rules.values()] }
  },
}

/** Its levels say how much it dislikes a style; none of them is about an attack. */
function hadolintSeverity(level: unknown): ReturnType<typeof readSeverity> {
  const severity = readSeverity(level)
  if (severity === "high") return "medium"
  return severity === "medium" ? "low" : severity === undefined ? undefined : "info"
}

/** `Dockerfile`, `Dockerfile.nats`, `python.Dockerfile`, `Containerfile`. */
export function isDockerfile(file: string): boolean {
  const name = file.split("/").at(-1) ?? ""
  if (name.endsWith(".dockerignore")) return false
  return /^(?:Docker|Container)file(?:\.[\w.-]+)?$|\.(?:Docker|docker)file$/.test(name)
}
