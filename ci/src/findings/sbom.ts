import type { JsonObject } from "./members.js"
import { listOf, objectOf, textOf, textsOf } from "./members.js"

/** An image's bills of materials, as JSON texts. */
export interface Sbom {
  cyclonedx: string
  spdx: string
}

/** SPDX's words for "nobody says". */
const UNKNOWN = ["NOASSERTION", "NONE"]

/**
 * Bills of materials that say what they are about and who made them: the tool saw a folder, and calls
 * them after it; and built from a Go module, it does not know its own version.
 *
 * @param name of the image
 * @param maker the tool, with the version that was built
 */
export function nameSbom(
  { cyclonedx, spdx }: Sbom,
  name: string,
  maker: { tool: string; version: string },
): Sbom {
  return {
    cyclonedx: rewrite(cyclonedx, (document) => {
      const metadata = objectOf(document["metadata"])
      const component = { ...objectOf(metadata["component"]), type: "container", name }
      const tools = objectOf(metadata["tools"])
      const components = listOf(tools["components"])
        .map(objectOf)
        .map((tool) =>
          textOf(tool["name"]) === maker.tool ? { ...tool, version: maker.version } : tool,
        )
      return { ...document, metadata: { ...metadata, tools: { ...tools, components }, component } }
    }),
    spdx: rewrite(spdx, (document) => {
      const root = rootOf(document)
      const packages = listOf(document["packages"]).map((entry) =>
        textOf(objectOf(entry)["SPDXID"]) === root
          ? { ...objectOf(entry), name, primaryPackagePurpose: "CONTAINER" }
          : entry,
      )
      const namespace = textOf(document["documentNamespace"]) ?? ""
      const named = { ...document, name, packages }
      return {
        ...(withMaker(named, maker) as JsonObject),
        documentNamespace: namespaceOf(namespace, name),
      }
    }),
  }
}

/** SPDX names the tool as one text, at the document and at everything it has to say of a package. */
function withMaker(value: unknown, maker: { tool: string; version: string }): unknown {
  const start = `Tool: ${maker.tool}-`
  if (typeof value === "string") return value.startsWith(start) ? start + maker.version : value
  if (Array.isArray(value)) return value.map((one) => withMaker(one, maker))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withMaker(one, maker)] as const),
  )
}

/** A namespace is another one for each document; only its end, an id, is. */
function namespaceOf(written: string, name: string): string {
  const [, id = ""] = /-([0-9a-f-]{36})$/.exec(written) ?? []
  return id === "" ? written : `https://spdx.org/spdxdocs/${encodeURIComponent(name)}-${id}`
}

/**
 * What is missing in bills of materials that whoever reads them needs: the form that they claim to
 * have, a name and version of everything in them, and the same packages in both.
 *
 * @param packages how many the tool found
 * @returns one line each; empty when nothing is missing
 */
export function sbomProblems({ cyclonedx, spdx }: Sbom, packages: number): string[] {
  const [first, second] = [parse(cyclonedx), parse(spdx)]
  if (first === undefined) return ["its CycloneDX bill of materials is no JSON"]
  if (second === undefined) return ["its SPDX bill of materials is no JSON"]
  const problems: string[] = []
  if (first["bomFormat"] !== "CycloneDX" || !/^1\.\d+$/.test(textOf(first["specVersion"]) ?? ""))
    problems.push("its CycloneDX bill of materials does not say so, or not of which version")
  if (!/^SPDX-2\.\d+$/.test(textOf(second["spdxVersion"]) ?? "") || rootOf(second) === undefined)
    problems.push("its SPDX bill of materials has no version, or describes nothing")
  const components = listOf(first["components"]).map(objectOf)
  const unnamed = components.filter(({ name }) => (textOf(name) ?? "") === "")
  if (unnamed.length > 0) problems.push(`${unnamed.length} components of its SBOM have no name`)
  const inCyclonedx = new Set(components.flatMap(({ purl }) => textOf(purl) ?? []))
  const inSpdx = new Set(listOf(second["packages"]).flatMap((entry) => purlsOf(objectOf(entry))))
  const missing = [...inCyclonedx].filter((purl) => !inSpdx.has(purl))
  if (missing.length > 0)
    problems.push(`${missing.length} packages are missing in its SPDX, such as ${missing[0]}`)
  if (inCyclonedx.size === 0 && packages > 0)
    problems.push(`its SBOM names none of ${packages} packages`)
  return problems
}

/** How many packages a bill of materials names, and of how many it knows the licence. */
export function countLicences({ spdx }: Sbom): { packages: number; licensed: number } {
  const packages = listOf(parse(spdx)?.["packages"])
    .map(objectOf)
    .filter((entry) => purlsOf(entry).length > 0)
  const licensed = packages.filter(({ licenseDeclared, licenseConcluded }) =>
    [licenseDeclared, licenseConcluded].some((one) => {
      const text = textOf(one) ?? ""
      return text !== "" && !UNKNOWN.includes(text)
    }),
  )
  return { packages: packages.length, licensed: licensed.length }
}

function purlsOf(entry: JsonObject): string[] {
  return listOf(entry["externalRefs"])
    .map(objectOf)
    .filter(({ referenceType }) => referenceType === "purl")
    .flatMap(({ referenceLocator }) => textOf(referenceLocator) ?? [])
}

/** The id of what an SPDX document describes. */
function rootOf(document: JsonObject): string | undefined {
  const [described] = textsOf(document["documentDescribes"])
  if (described !== undefined) return described
  const relation = listOf(document["relationships"])
    .map(objectOf)
    .find(({ relationshipType }) => relationshipType === "DESCRIBES")
  return textOf(relation?.["relatedSpdxElement"])
}

function rewrite(text: string, change: (document: JsonObject) => JsonObject): string {
  const document = parse(text)
  return document === undefined ? text : JSON.stringify(change(document), null, 1) + "\n"
}

function parse(text: string): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return undefined
  }
}
