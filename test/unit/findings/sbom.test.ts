import { describe, expect, it } from "vitest"
import { countLicences, nameSbom, sbomProblems } from "../../../ci/src/findings/sbom.js"

const PURLS = ["pkg:pypi/flask@3.0.0", "pkg:deb/debian/bash@5.2"]

/** Bills of materials as trivy writes them of a folder. */
function sbom({ cyclonedx = {}, spdx = {} }: { cyclonedx?: object; spdx?: object } = {}) {
  const packages = PURLS.map((purl, index) => ({
    SPDXID: `SPDXRef-Package-${index}`,
    name: purl,
    licenseDeclared: index === 0 ? "BSD-3-Clause" : "NOASSERTION",
    externalRefs: [{ referenceType: "purl", referenceLocator: purl }],
  }))
  return {
    cyclonedx: JSON.stringify({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { "bom-ref": "root", type: "application", name: "/scan/image" } },
      components: PURLS.map((purl) => ({ name: purl, version: "1", purl })),
      ...cyclonedx,
    }),
    spdx: JSON.stringify({
      spdxVersion: "SPDX-2.3",
      name: "/scan/image",
      packages: [...packages, { SPDXID: "SPDXRef-Root", name: "/scan/image" }],
      relationships: [
        { relationshipType: "DESCRIBES", relatedSpdxElement: "SPDXRef-Root", spdxElementId: "D" },
      ],
      ...spdx,
    }),
  }
}

describe("bills of materials", () => {
  it("are called after the image, not after the folder that the tool saw", () => {
    const { cyclonedx, spdx } = nameSbom(sbom(), "api")
    expect(JSON.parse(cyclonedx).metadata.component).toEqual({
      "bom-ref": "root",
      type: "container",
      name: "api",
    })
    expect(JSON.parse(spdx)).toMatchObject({
      name: "api",
      packages: [{}, {}, { name: "api", primaryPackagePurpose: "CONTAINER" }],
    })
    expect(cyclonedx + spdx).not.toContain("/scan/image")
  })

  it("say of how many packages they know the licence", () => {
    expect(countLicences(sbom())).toEqual({ packages: 2, licensed: 1 })
  })

  it("are fine when both name the same packages", () => {
    expect(sbomProblems(sbom(), 2)).toEqual([])
  })

  it.each<[string, Parameters<typeof sbom>[0], RegExp]>([
    ["no version", { cyclonedx: { specVersion: "" } }, /CycloneDX .* not of which version/],
    ["no subject", { spdx: { relationships: [] } }, /describes nothing/],
    ["no packages", { cyclonedx: { components: [] } }, /names none of 2 packages/],
    ["a nameless component", { cyclonedx: { components: [{ purl: PURLS[0] }] } }, /have no name/],
    ["different packages", { spdx: { packages: [] } }, /2 packages are missing in its SPDX/],
  ])("with %s are refused", (_, changes, problem) => {
    expect(sbomProblems(sbom(changes), 2).join("\n")).toMatch(problem)
  })

  it("are fine without any package, of an image that has none", () => {
    expect(
      sbomProblems(
        sbom({ cyclonedx: { components: [] }, spdx: { packages: [{ SPDXID: "SPDXRef-Root" }] } }),
        0,
      ),
    ).toEqual([])
  })

  it("that are half written are refused", () => {
    const { cyclonedx, spdx } = sbom()
    expect(sbomProblems({ cyclonedx: cyclonedx.slice(0, 99), spdx }, 2)).toHaveLength(1)
    expect(sbomProblems({ cyclonedx, spdx: spdx.slice(0, 99) }, 2)).toHaveLength(1)
  })
})
