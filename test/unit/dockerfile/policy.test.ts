import { describe, expect, it } from "vitest"
import { formatIssue } from "../../../ci/src/dockerfile/issues.js"
import { parse } from "../../../ci/src/dockerfile/parse.js"
import type { PolicyOptions } from "../../../ci/src/dockerfile/policy.js"
import { checkDockerfile } from "../../../ci/src/dockerfile/policy.js"
import { isSecretName } from "../../../ci/src/dockerfile/secret-names.js"

function check(lines: string[], options: PolicyOptions = {}) {
  return checkDockerfile(parse(lines.join("\n"), "api/Dockerfile"), { images: ["a:1"], ...options })
}

function found(lines: string[], options: PolicyOptions = {}) {
  return check(lines, options).map(({ severity, rule, line }) => `${severity} ${rule} ${line}`)
}

const digest = `sha256:${"0".repeat(64)}`

describe("checkDockerfile", () => {
  it("has nothing to say about a good file", () => {
    expect(
      found(["FROM a:1 AS build", "RUN x", "FROM a:1", "COPY --from=build /x /x", "USER 1"]),
    ).toEqual([])
  })

  it.each<[string, string[], string[]]>([
    ["a tag that is not mapped", ["FROM b:1", "USER 1"], ["warning unpinned-base 1"]],
    ["no tag", ["FROM b", "USER 1"], ["warning unpinned-base 1"]],
    ["a digest", [`FROM b@${digest}`, "USER 1"], []],
    ["one image twice", ["FROM b AS x", "FROM b", "USER 1"], ["warning unpinned-base 2"]],
    [
      "an image in COPY",
      ["FROM a:1", "COPY --from=c:1 x y", "USER 1"],
      ["warning unpinned-base 2"],
    ],
    ["root", ["FROM a:1", "USER root"], ["warning root-user 2"]],
    ["no user", ["FROM a:1"], ["warning root-user 1"]],
    ["a user of the base image", [`FROM a:nonroot@${digest}`], []],
    ["a download", ["FROM a:1", "ADD https://x/y /y", "USER 1"], ["warning add-url 2"]],
    ["a checked one", ["FROM a:1", `ADD --checksum=${digest} https://x/y /y`, "USER 1"], []],
    ["a secret ARG", ["FROM a:1", "ARG NPM_TOKEN", "USER 1"], ["warning secret-name 2"]],
    ["a secret ENV", ["FROM a:1", "ENV DB_PASSWORD=x", "USER 1"], ["warning secret-name 2"]],
    ["an empty ENV", ["FROM a:1", "ENV DB_PASSWORD=", "USER 1"], []],
    ["a way out", ["FROM a:1", "COPY ../x /x", "USER 1"], ["warning outside-context 2"]],
    [
      "a later stage",
      ["FROM a:1 AS x", "COPY --from=y z z", "FROM a:1 AS y", "COPY --from=x z z", "USER 1"],
      ["error unknown-stage 2"],
    ],
    ["an unknown number", ["FROM a:1", "COPY --from=3 x y", "USER 1"], ["error unknown-stage 2"]],
    ["FROM with a number", ["FROM a:1", "FROM 0", "USER 1"], ["error unknown-stage 2"]],
    ["an unset tag", ["ARG V", "FROM a:$V", "USER 1"], ["error image-name 2"]],
    ["a bad name", ["FROM A:1", "USER 1"], ["error image-name 1"]],
    [
      "a misspelt stage",
      ["FROM a:1 AS build", "FROM a:1", "COPY --from=biuld x y", "USER 1"],
      ["warning image-name 3", "warning unpinned-base 3"],
    ],
    ["a blank base", ["FROM $NONE", "USER 1"], ["error blank-base 1"]],
  ])("%s", (_, lines, expected) => {
    expect(found(lines)).toEqual(expected)
  })

  it("reports a target that does not exist, with the one that was meant", () => {
    const [issue] = check(["FROM a:1 AS runtime", "USER 1"], { target: "runtme" })
    expect(issue).toMatchObject({ rule: "unknown-target", fix: "Did you mean runtime?" })
  })

  it("names file, line and the next step", () => {
    const [issue] = check(["FROM b:1", "USER 1"])
    expect(issue && formatIssue(issue)).toBe(
      "api/Dockerfile:1: warning: b:1 can change, because a tag can be moved. " +
        'Map b:1 to a digest under "images" in pipeline.yaml, or write b:1@sha256:<digest> here. ' +
        "[unpinned-base]",
    )
  })
})

describe("isSecretName", () => {
  it.each(["PASSWORD", "DB_PASSWORD", "githubToken", "API_KEY", "AWS_SECRET_ACCESS_KEY", "apikey"])(
    "%s is one",
    (name) => expect(isSecretName(name)).toBe(true),
  )
  it.each([
    "AUTHOR",
    "TOKENIZERS_PARALLELISM",
    "PUBLIC_KEY",
    "TOKEN_URL",
    "KEYBOARD",
    "PASSWORD_FILE",
  ])("%s is none", (name) => expect(isSecretName(name)).toBe(false))
})
