import {
  decideSeverity,
  numberOf,
  objectOf,
  positionOf,
  ruleIds,
  textOf,
} from "../findings/index.js"
import type { JsonObject, Rule } from "../findings/index.js"
import type { Scanner } from "./scanner.js"
import { emptyReading, OUTPUT, repositoryPath } from "./scanner.js"

const REPORT = "trufflehog.json"
/** Its last line, which the command writes: with nothing found there is no other. */
const END = "{}"

/** Empties the members that hold what was found. */
const WITHOUT_SECRETS = [
  's/"(Raw|RawV2|Redacted)":"([^"\\\\]|\\\\.)*"/"\\1":""/g',
  's/"(SecretParts|ExtraData|StructuredData)":\\{("([^"\\\\]|\\\\.)*"|[^"}])*\\}/"\\1":null/g',
].join(";")

/**
 * Trufflehog: secrets in the files of the checkout. It never verifies them: for that it would send
 * what it found to whoever issued it. Its report holds the secrets themselves, so only places and
 * names are kept of it.
 */
export const trufflehog: Scanner = {
  name: "trufflehog",
  needs: [],
  source: {
    kind: "go",
    module: "github.com/trufflesecurity/trufflehog/v3",
    package: "",
    env: { GOEXPERIMENT: "jsonv2" },
    goMod: [
      "replace github.com/jpillora/overseer => github.com/trufflesecurity/overseer v1.2.8",
      "replace github.com/coinbase/waas-client-library-go => github.com/trufflesecurity/waas-client-library-go v1.0.9",
    ],
  },
  looksAt: () => true,
  command: () =>
    [
      `trufflehog filesystem . --json --no-verification --no-update --fail --fail-on-scan-errors --results=unverified,unknown,verified > /tmp/raw 2> ${OUTPUT}/trufflehog.log`,
      `code=$?; cat ${OUTPUT}/trufflehog.log >&2`,
      // /tmp is memory: the secrets themselves are stored nowhere.
      `sed -E '${WITHOUT_SECRETS}' /tmp/raw > ${OUTPUT}/${REPORT} && echo '${END}' >> ${OUTPUT}/${REPORT} || exit 1`,
      "exit $code",
    ].join("\n"),
  ran: [0, 183],
  found: 183,
  read(files, job) {
    const reading = emptyReading()
    const rules = new Map<string, Rule>()
    const lines = (files[REPORT] ?? "").trimEnd().split("\n")
    if (lines.at(-1) !== END) throw new SyntaxError(`${REPORT} does not end with ${END}`)
    for (const line of lines) {
      if (line.trim() === "") continue
      const entry = objectOf(JSON.parse(line))
      if (entry["SourceMetadata"] === undefined) continue
      const data = objectOf(objectOf(entry["SourceMetadata"])["Data"])
      const place = objectOf(data["Filesystem"] ?? data["Git"])
      const rule = textOf(entry["DetectorName"]) ?? "unknown"
      const at = positionOf(place["line"])
      const commit = textOf(place["commit"])
      reading.findings.push({
        category: "secret",
        ids: ruleIds("trufflehog", rule),
        detections: [{ tool: "trufflehog", rule }],
        ...decideSeverity("trufflehog", rule, undefined),
        message: `A secret (${rule})`,
        place: {
          file: repositoryPath(textOf(place["file"]) ?? ""),
          ...(at !== undefined && { line: at }),
          ...(commit !== undefined && { commit }),
        },
        services: [],
        subject: "",
      })
      rules.set(rule, {
        tool: "trufflehog",
        rule,
        name: rule,
        summary: `A secret (${rule})`,
        help: "Revoke the secret where it was issued, then take it out of the source.",
        tags: ["external/cwe/cwe-798"],
      })
    }
    const log = (files["trufflehog.log"] ?? "").split("\n").map(logEntry)
    const end = log.find((entry) => entry["msg"] === "finished scanning")
    if (end === undefined) reading.problems.push("did not say that it finished")
    else if (!((numberOf(end["chunks"]) ?? 0) > 0))
      reading.problems.push(`looked at nothing in the ${job.files.length} files that it was given`)
    for (const entry of log)
      if (entry["level"] === "error")
        reading.problems.push(
          [textOf(entry["msg"]), textOf(entry["error"])].filter(Boolean).join(": "),
        )
    reading.coverage.files = job.files.length
    return { ...reading, rules: [...rules.values()] }
  },
}

/** A line of its log; of one that is no JSON, only whether it is an error can be known. */
function logEntry(line: string): JsonObject {
  try {
    return objectOf(JSON.parse(line))
  } catch {
    return line.includes('"level":"error"') ? { level: "error", msg: line.slice(0, 200) } : {}
  }
}
