import { describe, expect, it } from "vitest"
import { installerFailure, networkFailure } from "../../../ci/src/languages/installer-failure.js"

describe("why an installation failed", () => {
  it.each([
    [
      "uv, a package that does not exist",
      [
        "Using Python 3.11.2 environment at: /opt/shipped",
        "  × No solution found when resolving dependencies:",
        "  ╰─▶ Because nothing-here was not found in the package",
        "      registry and you require nothing-here==1.0, we can",
        "      conclude that your requirements are unsatisfiable.",
      ],
      "Because nothing-here was not found in the package registry and you require nothing-here==1.0, we can conclude that your requirements are unsatisfiable.",
    ],
    [
      "uv, a lock that is out of date",
      ["error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided."],
      "The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
    ],
    [
      "poetry, a lock that is out of date",
      [
        "",
        "pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.",
      ],
      "pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.",
    ],
    [
      "npm, a lock that is out of date",
      [
        "npm error code EUSAGE",
        "npm error `npm ci` can only install packages when they are in sync.",
        "npm error Missing: ms@2.1.3 from lock file",
        "npm error Clean install a project",
        "npm error Usage:",
      ],
      "package.json asks for what the lock file does not have (ms@2.1.3); run `npm install` and commit the lock file",
    ],
    [
      "npm, a package that does not exist",
      [
        "npm error code E404",
        "npm error 404 Not Found - GET https://npm.example.com/nothing-here",
        "npm error 404",
        "npm error 404  'nothing-here@1' is not in this registry.",
        "npm error A complete log of this run can be found in: /root/.npm/x.log",
      ],
      "'nothing-here@1' is not in this registry.",
    ],
    [
      "pnpm, a lock that is out of date",
      [
        ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date',
      ],
      'Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date',
    ],
    [
      "go, a module that does not exist",
      [
        "go: downloading example.com/a v1.0.0",
        "go: example.com/b@v1.0.0: unrecognized import path",
      ],
      "example.com/b@v1.0.0: unrecognized import path",
    ],
    ["anything else: its last line", ["first", "last"], "last"],
    ["silence", [], "the installer said nothing"],
  ])("%s", (_, lines, cause) => {
    const failure = installerFailure(lines.join("\n"))
    expect(failure.cause).toBe(cause)
    expect(failure.isUnreachable).toBe(false)
    expect(failure.tail.join()).not.toContain("Usage")
  })

  it.each([
    "error: Failed to fetch: `https://x/simple/a/`\n  Caused by: dns error: failed to lookup address",
    "npm error code ENOTFOUND\nnpm error network request to https://x failed",
    'go: a@v1: Get "https://x": dial tcp: lookup x: no such host',
  ])("is unknown when the registry can't be reached: %s", (output) => {
    expect(installerFailure(output).isUnreachable).toBe(true)
  })
})

describe("a command without a network", () => {
  it.each([
    "curl: (6) Could not resolve host: example.com",
    "wget: unable to resolve host address 'example.com'",
    "  Temporary failure resolving 'deb.example.com'",
    "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>",
    "urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>",
    "npm error request to https://registry.example.com/a failed, reason: getaddrinfo EAI_AGAIN registry.example.com",
    "go: example.com/a@v1: dial tcp: lookup proxy.example.com: no such host",
    "connect: network is unreachable",
  ])("says so: %s", (line) =>
    expect(networkFailure(`Collecting a\n${line}\nfailed`)).toBe(line.trim()),
  )

  it.each(["ConnectionRefusedError: [Errno 111] Connection refused", "1 test failed"])(
    "is not meant by: %s",
    (line) => expect(networkFailure(line)).toBeUndefined(),
  )
})
