import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { dockerignore } from "../../../ci/src/dockerfile/dockerignore.js"

describe("dockerignore", () => {
  it.each([
    ["node_modules", "node_modules/a/b.js", true],
    ["node_modules", "app/node_modules/b.js", false],
    ["**/node_modules", "app/node_modules/b.js", true],
    ["*.md", "README.md", true],
    ["*.md", "docs/README.md", false],
    ["**/*.md", "README.md", true],
    ["**.pyc", "a/b.pyc", true],
    ["/docs/", "docs/a.txt", true],
    ["docs/**", "docs/a/b.txt", true],
    ["docs/?.txt", "docs/a.txt", true],
    ["[ab].txt", "a.txt", true],
    ["[^ab].txt", "a.txt", false],
    ["# a", "# a", false],
    ["*\n!keep", "keep/file", false],
    ["*\n!keep\nkeep/not", "keep/not", true],
    ["\uFEFFdocs\r\n", "docs/a", true],
    ["", "a", false],
  ])("%j with %s", (rules, path, expected) => {
    expect(dockerignore(rules)(path)).toBe(expected)
  })

  it("never throws", () => {
    const unit = fc.constantFrom(..."* ? [ ] ^ ! - \\ / a b .".split(" "), "\n")
    fc.assert(fc.property(fc.string({ unit }), (rules) => void dockerignore(rules)("a/b")))
  })
})
