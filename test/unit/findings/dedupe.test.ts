import fc from "fast-check"
import { describe, expect, it } from "vitest"

import { normaliseId } from "../../../ci/src/findings/aliases.js"
import { dedupe } from "../../../ci/src/findings/dedupe.js"
import { mainId } from "../../../ci/src/findings/finding.js"
import { groupFindings } from "../../../ci/src/findings/groups.js"
import { anyFinding, code, judge, report, vulnerability } from "./builders.js"

describe("dedupe", () => {
  it("joins what tools call by different names", () => {
    const found = dedupe([
      vulnerability("pip-audit", ["PYSEC-2024-1", "CVE-2024-1"], "requests@2.31.0", {
        package: { ecosystem: "pypi", name: "requests", version: "2.31.0", fixed: ["2.32.0"] },
      }),
      vulnerability("trivy", ["CVE-2024-1", "GHSA-aaaa-bbbb-cccc"], "requests@2.31.0", {
        severity: "medium",
        severitySource: "tool",
        score: 5.6,
        place: { file: "services/api/requirements.txt", line: 4 },
      }),
      vulnerability("sarif", ["GHSA-aaaa-bbbb-cccc"], "requests@2.31.0"),
    ])
    expect(found).toEqual([
      expect.objectContaining({
        ids: ["CVE-2024-1", "GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1"],
        severity: "medium",
        score: 5.6,
        place: { file: "services/api/requirements.txt", line: 4 },
        package: { ecosystem: "pypi", name: "requests", version: "2.31.0", fixed: ["2.32.0"] },
      }),
    ])
    expect(found[0]?.detections.map(({ tool }) => tool)).toEqual(["pip-audit", "sarif", "trivy"])
  })

  it.each([
    [
      "another package with a shared alias",
      vulnerability("trivy", ["CVE-1"], "a@1"),
      vulnerability("trivy", ["CVE-1"], "b@1"),
    ],
    [
      "another version",
      vulnerability("trivy", ["CVE-1"], "a@1"),
      vulnerability("trivy", ["CVE-1"], "a@2"),
    ],
    [
      "another manifest",
      vulnerability("trivy", ["CVE-1"], "a@1"),
      vulnerability("trivy", ["CVE-1"], "a@1", { place: { file: "b.txt" } }),
    ],
    [
      "another line",
      code("bandit", "B602", "a.py:1"),
      code("semgrep", "python-injection-shell", "a.py:2"),
    ],
    [
      "another mistake in the line",
      code("bandit", "B602", "a.py:1"),
      code("bandit", "B101", "a.py:1"),
    ],
  ])("keeps apart %s", (_, one, other) => {
    expect(dedupe([one, other])).toHaveLength(2)
  })

  it.each([
    [
      "rules that mean the same",
      code("bandit", "B602", "a.py:1"),
      code("semgrep", "python-injection-shell", "a.py:1"),
    ],
    [
      "a root user, wherever tools point",
      code("policy", "root-user", "Dockerfile:3"),
      code("checkov", "CKV_DOCKER_3", "Dockerfile:1"),
    ],
    [
      "a secret in one line",
      code("gitleaks", "generic-api-key", "a.py:1", { category: "secret" }),
      code("trufflehog", "AWS", "a.py:1", { category: "secret" }),
    ],
  ])("joins %s", (_, one, other) => {
    expect(dedupe([one, other])).toHaveLength(1)
  })

  it("takes a severity from wherever the vulnerability is graded", () => {
    const graded = vulnerability("trivy", ["CVE-1"], "a@1", {
      severity: "critical",
      place: { file: "image" },
    })
    const found = dedupe([vulnerability("pip-audit", ["PYSEC-1", "CVE-1"], "a@1"), graded])
    expect(found.map(({ severity, severitySource }) => [severity, severitySource])).toEqual([
      ["critical", "none"],
      ["critical", "alias"],
    ])
  })

  it("gives the same for any order, and again for its own result", () => {
    fc.assert(
      fc.property(
        fc.array(anyFinding, { maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        (all, keys) => {
          const once = dedupe(all)
          const shuffled = all
            .map((finding) => ({ finding, key: keys.next().value as number }))
            .sort((one, other) => one.key - other.key)
            .map(({ finding }) => finding)
          expect(dedupe(shuffled)).toEqual(once)
          expect(dedupe(once)).toEqual(once)
        },
      ),
    )
  })

  it("loses no detection, no id and no severity", () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 30 }), (all) => {
        const found = dedupe(all)
        for (const finding of all) {
          const holder = found.filter(
            (one) =>
              one.place.file === finding.place.file &&
              finding.ids.every((id) => one.ids.includes(id)) &&
              finding.detections.every((detection) =>
                one.detections.some((other) => JSON.stringify(other) === JSON.stringify(detection)),
              ),
          )
          expect(holder).not.toHaveLength(0)
        }
      }),
    )
  })
})

describe("normaliseId", () => {
  it.each([
    ["cve-2024-1", "CVE-2024-1"],
    ["ghsa-AAAA-bbbb-CCCC", "GHSA-aaaa-bbbb-cccc"],
    [" pysec-2024-1 ", "PYSEC-2024-1"],
    ["bandit:B602", "bandit:B602"],
  ])("writes %s as %s", (written, expected) => {
    expect(normaliseId(written)).toBe(expected)
  })
})

describe("groups", () => {
  it("say how many services one vulnerability concerns", () => {
    const places = ["a", "b", "c"]
    const found = judge([
      report(
        "pip-audit",
        places.map((name) =>
          vulnerability("pip-audit", ["PYSEC-1", "CVE-1"], "requests@2.31.0", {
            place: { file: `${name}/requirements.txt` },
            services: [name],
          }),
        ),
      ),
      report("trivy", [
        vulnerability("trivy", ["CVE-1"], "requests@2.31.0", {
          place: { file: "a/requirements.txt", line: 3 },
          severity: "high",
        }),
      ]),
    ])
    expect(found.findings).toHaveLength(3)
    expect(groupFindings(found.findings)).toEqual([
      expect.objectContaining({
        id: "CVE-1",
        severity: "high",
        tools: ["pip-audit", "trivy"],
        services: ["a", "api", "b", "c"],
        about: "requests 2.31.0, no fix yet",
      }),
    ])
  })

  it("name the best known id", () => {
    const finding = vulnerability("pip-audit", ["GHSA-aaaa-bbbb-cccc", "PYSEC-1"], "a@1")
    expect(mainId(finding)).toBe("GHSA-aaaa-bbbb-cccc")
  })
})
