import { describe, expect, it } from "vitest"
import { lookupFailure, pushFailure } from "../../../ci/src/images/registry-failure.js"

const TRACE = " [traceparent:e8d70369e8a087cf5ee0c4f1a0fc5eaf-464a51c6a7e44d7a]"
const LOOKED_UP = 'failed to resolve image "r.example.com/a:1" (platform: "linux/amd64"): '

describe("a tag that was looked up", () => {
  it.each([
    `${LOOKED_UP}failed to resolve source metadata for r.example.com/a:1: r.example.com/a:1: not found${TRACE}`,
    `${LOOKED_UP}failed to resolve source metadata for 127.0.0.1:4010/a:1: 127.0.0.1:4010/a:1: not found`,
  ])("is not there: %s", (message) => expect(lookupFailure(message).kind).toBe("absent"))

  it.each([
    [
      `${LOOKED_UP}failed to do request: Head "http://127.0.0.1:9/v2/a/manifests/1": dial tcp 127.0.0.1:9: connect: connection refused${TRACE}`,
      "unavailable",
    ],
    [
      `${LOOKED_UP}unexpected status from HEAD request to http://r.example.com/v2/a/manifests/404: 503 Service Unavailable`,
      "unavailable",
    ],
    [
      `${LOOKED_UP}failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://r.example.com/token: 401 Unauthorized`,
      "denied",
    ],
    // It must not be overwritten.
    [
      `${LOOKED_UP}failed to resolve source metadata for r.example.com/a:1: no match for platform in manifest: not found${TRACE}`,
      "denied",
    ],
  ])("is not known to be there or not: %s", (message, kind) =>
    expect(lookupFailure(message).kind).toBe(kind),
  )
})

describe("a push that failed", () => {
  it.each([
    ["unexpected status from PUT request to http://r/v2/a/manifests/1: 403 Forbidden", "denied"],
    ["server message: insufficient_scope: authorization failed", "denied"],
    [
      "unexpected status from POST request to http://r/v2/a/blobs/uploads/: 404 Not Found",
      "denied",
    ],
    ["unexpected status from PUT request to http://r/v2/a/manifests/1: 400 Bad Request", "denied"],
    [
      "unexpected status from PUT request to http://r/v2/a/blobs/403: 500 Internal Server Error",
      "unavailable",
    ],
    ["failed to copy: unexpected EOF", "unavailable"],
    ["write tcp 127.0.0.1:4010->127.0.0.1:401: connection reset by peer", "unavailable"],
  ])("%s", (message, kind) =>
    expect(pushFailure(`failed to export: failed to push r/a:1: ${message}${TRACE}`).kind).toBe(
      kind,
    ),
  )

  it.each([
    "unexpected status from PUT request to http://r/v2/a/blobs/uploads/7: 507 Insufficient Storage",
    "server message: UNKNOWN: write /var/lib/registry/7: no space left on device",
    "unexpected status from POST request to http://r/v2/a/blobs/uploads/: 403 Forbidden: quota exceeded",
  ])("names a full registry: %s", (message) => {
    const { kind, reason } = pushFailure(`failed to push r/a:1: ${message}`)
    expect(kind).toBe("unavailable")
    expect(reason).toMatch(/; the registry has no space left$/)
  })

  it("knows a registry that loses an upload from one that has no such repository", () => {
    const status = (method: string, path: string) =>
      pushFailure(
        `failed to push r/a:1: unexpected status from ${method} request to ${path}: 404 Not Found`,
      )
    const { kind, reason } = status(
      "PUT",
      "http://r/v2/a/blobs/uploads/7f?_state=Zm9v&digest=sha256%3A7",
    )
    expect(kind).toBe("unavailable")
    expect(reason).toContain(
      "http://r/v2/a/blobs/uploads/7f: 404 Not Found; the registry lost the upload",
    )
    expect(status("POST", "http://r/v2/a/blobs/uploads/").reason).toMatch(
      /create the repository first$/,
    )
  })

  it("leads to the log of a registry that failed", () => {
    const { kind, reason } = pushFailure(
      "failed to push r/a:1: unexpected status from POST request to http://r/v2/a/blobs/uploads/: 500 Internal Server Error",
    )
    expect(kind).toBe("unavailable")
    expect(reason).toMatch(/: 500 Internal Server Error; the registry's own log says why/)
  })

  it("keeps the cause, and neither traces nor whole digests", () => {
    const { reason } = pushFailure(
      `failed to export: failed to push r/a:1: Head "http://r/v2/a/blobs/sha256:${"7".repeat(64)}": refused${TRACE}`,
    )
    expect(reason).toBe(
      'failed to push r/a:1: Head "http://r/v2/a/blobs/sha256:777777777777": refused',
    )
  })

  it("says what to do about a login", () => {
    expect(pushFailure("failed to push r/a:1: 401 Unauthorized").reason).toContain(
      "--registry-user and --registry-password",
    )
  })
})
