import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import { describe, expect, it } from "vitest"

import { redact, REDACTIONS } from "../../../ci/src/findings/redact.js"

const RUN = fileURLToPath(new URL("../../../ci/scanners/run.py", import.meta.url))

/* Put together here, so that no scanner of this repository finds them. */
const SECRETS = [
  ["an AWS key", `AKIA${"ABCD2345".repeat(2)}`],
  ["a GitHub token", `ghp_${"a1B2c3D4".repeat(5)}`],
  ["a Slack token", `xoxb-${"1234567890-".repeat(3)}abc`],
  ["a Stripe key", `sk_live_${"a1B2c3D4".repeat(3)}`],
  ["a JSON web token", `eyJ${"a1B2".repeat(5)}.eyJ${"c3D4".repeat(5)}.${"e5F6".repeat(5)}`],
] as const

const EXAMPLES = [
  ["postgres://me:hunter2@db/x", "postgres://[hidden]@db/x"],
  ["Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"],
  [`password = "correct horse"`, 'password = "[hidden]"'],
  ["DB_PASSWORD=correcthorse x", "DB_PASSWORD=[hidden] x"],
  [
    `-----BEGIN RSA PRIVATE ${"KEY"}-----\nMIIE\n-----END RSA PRIVATE ${"KEY"}-----\nx`,
    "-----BEGIN RSA PRIVATE KEY----- [hidden]\nx",
  ],
  ["https://example.com/a:b", "https://example.com/a:b"],
  ["the password was weak", "the password was weak"],
  ["tokens: 3", "tokens: 3"],
]

/** What the program around the tools makes of a text. */
function redactInPython(text: string): string {
  const redactions = REDACTIONS.map(([{ source, flags }, by]) => [source, flags, by])
  const program = `import json, runpy, sys
run = runpy.run_path(sys.argv[1])
text, redactions = json.load(sys.stdin)
json.dump(run["redact"](text, run["compile_redactions"](redactions)), sys.stdout)`
  const output = execFileSync("python3", ["-c", program, RUN], {
    input: JSON.stringify([text, redactions]),
    encoding: "utf8",
  })
  return JSON.parse(output) as string
}

describe("redact", () => {
  it("hides the same in the container of a tool", () => {
    const all = [...SECRETS.map(([, secret]) => `near '${secret}' x`), ...EXAMPLES.flat()].join(
      "\n",
    )
    expect(redactInPython(all)).toBe(redact(all))
    expect(redactInPython(all)).not.toBe(all)
  })

  it.each(SECRETS)("hides %s wherever it stands", (_, secret) => {
    for (const text of [secret, `error near '${secret}'`, `x=${secret}\ny`, `{"a":"${secret}"}`])
      expect(redact(text)).not.toContain(secret)
  })

  it.each(EXAMPLES)("makes of %j", (text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  it("hides secrets that are known by value, the longer one whole", () => {
    expect(redact("abcdefgh abcd", ["abcd", "abcdefgh"])).toBe("[hidden] [hidden]")
  })
})
