import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { certificates, extraCertificates } from "../../../engine/lib/certificates.mjs"

const SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
const bundle = readFileSync(SYSTEM_BUNDLE, "utf8")
const all = [...certificates(bundle).values()]

describe("extraCertificates", () => {
  it("finds what the host trusts beyond the distribution", () => {
    const distribution = all.slice(2).join("\n")
    expect(extraCertificates(bundle, distribution)).toEqual(all.slice(0, 2))
  })

  it("finds nothing where both are the same, in any order and spacing", () => {
    expect(extraCertificates(bundle, all.toReversed().join("\n\n# comment\n"))).toEqual([])
  })

  it("skips what is no certificate", () => {
    const broken = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydA==\n-----END CERTIFICATE-----\n"
    expect(extraCertificates(broken, "")).toEqual([])
  })
})
