import { describe, expect, it } from "vitest"
import { countLicences, nameSbom, sbomProblems } from "../../../ci/src/findings/sbom.js"
import { SBOMS } from "../../../ci/src/scanners/index.js"
import { CASES } from "../../fixtures/scanners/cases.js"
import { recorded } from "../scanners/recorded.js"
import { sbomErrors } from "./sbom-oracle.js"

const MAKER = { tool: "trivy", version: "0.74.0" }
const ID = "00000000-0000-4000-8000-000000000001"
const PURLS = ["pkg:pypi/flask@3.0.0", "pkg:deb/debian/bash@5.2"]

/** Bills of materials as trivy writes them of a folder. */
function sbom({ cyclonedx = {}, spdx = {} }: { cyclonedx?: object; spdx?: object } = {}) {
  const packages = PURLS.map((purl, index) => ({
    SPDXID: `SPDXRef-Package-${index}`,
    name: purl,
    licenseDeclared: index === 0 ? "BSD-3-Clause" : "NOASSERTION",
    externalRefs: [{ referenceType: "purl", referenceLocator: purl }],
    annotations: [{ annotator: "Tool: trivy-dev", comment: "PkgType: python-pkg" }],
  }))
  return {
    cyclonedx: JSON.stringify({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: {
        tools: { components: [{ type: "application", name: "trivy", version: "dev" }] },
        component: { "bom-ref": "root", type: "application", name: "/scan/image" },
      },
      components: PURLS.map((purl) => ({ name: purl, version: "1", purl })),
      ...cyclonedx,
    }),
    spdx: JSON.stringify({
      spdxVersion: "SPDX-2.3",
      name: "/scan/image",
      creationInfo: { creators: ["Organization: aquasecurity", "Tool: trivy-dev"] },
      documentNamespace: `http://trivy.dev/filesystem//scan/image-${ID}`,
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
    const { cyclonedx, spdx } = nameSbom(sbom(), "api", MAKER)
    expect(JSON.parse(cyclonedx).metadata.component).toEqual({
      "bom-ref": "root",
      type: "container",
      name: "api",
    })
    expect(JSON.parse(spdx)).toMatchObject({
      name: "api",
      packages: [{}, {}, { name: "api", primaryPackagePurpose: "CONTAINER" }],
    })
    expect(JSON.parse(spdx).documentNamespace).toBe(`https://spdx.org/spdxdocs/api-${ID}`)
    expect(cyclonedx + spdx).not.toContain("/scan/image")
  })

  it("name the version of the tool that was built, which does not know it", () => {
    const { cyclonedx, spdx } = nameSbom(sbom(), "api", MAKER)
    expect(JSON.parse(cyclonedx).metadata.tools.components).toEqual([
      { type: "application", name: "trivy", version: "0.74.0" },
    ])
    expect(JSON.parse(spdx).creationInfo.creators).toContain("Tool: trivy-0.74.0")
    expect(cyclonedx + spdx).not.toMatch(/trivy-dev|"dev"/)
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

describe("bills of materials of an image", () => {
  const cases = CASES.filter(({ tool }) => tool.startsWith("trivy-image"))

  it.each(cases)(
    "satisfy the official schemas, and name no folder of the tool: $tool $name",
    // The first time, the validator is installed.
    { timeout: 300_000 },
    async ({ tool, name }) => {
      const { [SBOMS.cyclonedx]: cyclonedx = "", [SBOMS["spdx-json"]]: spdx = "" } = recorded(
        tool,
        name,
      ).files
      const sbom = nameSbom({ cyclonedx, spdx }, "api", MAKER)
      expect(await sbomErrors(sbom)).toEqual([])
      expect(sbom.cyclonedx + sbom.spdx).not.toMatch(/\/scan\/|\/tmp\/|trivy-dev|"dev"/)
    },
  )

  it("that break the schemas are told from those that do not", { timeout: 300_000 }, async () => {
    const { files } = recorded("trivy-image", "clean")
    const wrong = {
      cyclonedx: (files[SBOMS.cyclonedx] ?? "").replace('"components"', '"component"'),
      spdx: (files[SBOMS["spdx-json"]] ?? "").replace('"dataLicense"', '"licence"'),
    }
    expect((await sbomErrors(wrong)).join("\n")).toMatch(
      /CycloneDX 1\.7: [^]*SPDX: .*data_license/s,
    )
  })
})
