import fc from "fast-check"
import { expect, it } from "vitest"
import { ignoreMatcher } from "../../../ci/src/changes/gather/ignore.mjs"

it.each<[globs: string[], path: string, ignored: boolean]>([
  [["**/node_modules"], "node_modules", true],
  [["**/node_modules"], "web/node_modules/a/b.js", true],
  [["**/node_modules"], "web/node_modules.js", false],
  [["**/node_modules"], "web/my-node_modules/a", false],
  [["**/.git/config"], "a/.git/config", true],
  [["**/.git/config"], "a/.git/other", false],
  [["ci-report"], "ci-report/x", true],
  [["ci-report"], "a/ci-report", false],
  [["**/a b"], "x/a b/\nc", true],
  [["**/node_modules", "!web/node_modules"], "web/node_modules/a", false],
  [[], "anything", false],
  [[" "], "anything", false],
])("%j ignores %j: %s", (globs, path, ignored) => {
  expect(ignoreMatcher(globs)(path)).toBe(ignored)
})

it("asks a set of names what the expressions would say", () => {
  const part = fc.constantFrom("a", "b", ".venv", "a.b", "*", "a*", "**", "c d")
  const glob = fc.oneof(
    part.map((name) => `**/${name}`),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
  )
  const segment = fc.constantFrom("a", "b", ".venv", "a.b", "ab", "c d", "\n")
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"))
  fc.assert(
    fc.property(fc.array(glob, { maxLength: 4 }), path, (globs, asked) => {
      // With one that takes back, each is asked on its own.
      const oneByOne = ignoreMatcher([...globs, "!no/such/path"])
      expect(ignoreMatcher(globs)(asked)).toBe(oneByOne(asked))
    }),
  )
})
