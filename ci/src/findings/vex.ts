import { z } from "zod"

import { normaliseId } from "./aliases.js"
import type { Finding } from "./finding.js"

/**
 * OpenVEX: statements of whoever knows a product about which vulnerabilities do not affect it.
 *
 * Only `not_affected` and `fixed` keep a finding quiet. A later statement about the same thing
 * replaces an earlier one.
 */

const Product = z.looseObject({
  "@id": z.string().optional(),
  identifiers: z.looseObject({ purl: z.string().optional() }).optional(),
  subcomponents: z.array(z.looseObject({ "@id": z.string().optional() })).optional(),
})

const Statement = z
  .looseObject({
    vulnerability: z.union([
      z.string().min(1),
      z.looseObject({ name: z.string().min(1), aliases: z.array(z.string()).optional() }),
    ]),
    products: z.array(Product).min(1),
    status: z.enum(["not_affected", "affected", "fixed", "under_investigation"]),
    justification: z.string().optional(),
    impact_statement: z.string().optional(),
    timestamp: z.string().optional(),
  })
  .refine(
    ({ status, justification, impact_statement: impact }) =>
      status !== "not_affected" || justification !== undefined || impact !== undefined,
    "not_affected needs a justification or an impact_statement",
  )

const VexFile = z.looseObject({
  "@context": z.string().startsWith("https://openvex.dev/ns"),
  timestamp: z.string().optional(),
  statements: z.array(z.unknown()),
})

/** One statement that can be applied. */
export interface VexStatement {
  file: string
  ids: string[]
  /** Package URLs, image references or service names; a package of one of them if not empty. */
  products: { name: string; components: string[] }[]
  status: string
  justification: string
  timestamp: string
}

/**
 * Reads an OpenVEX file. A statement that is wrong is left out and named; the others hold.
 *
 * @param file its path, for the errors
 */
export function readVex(
  text: string,
  file: string,
): { statements: VexStatement[]; errors: string[] } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { statements: [], errors: [`${file} is no JSON: ${(error as Error).message}`] }
  }
  const document = VexFile.safeParse(value)
  if (!document.success) {
    const issue = document.error.issues[0]
    const where = issue?.path.join(".") ?? ""
    return {
      statements: [],
      errors: [`${file} is no OpenVEX document: ${where}: ${issue?.message}`],
    }
  }
  const errors: string[] = []
  const statements = document.data.statements.flatMap((entry, index) => {
    const result = Statement.safeParse(entry)
    if (!result.success) {
      const issue = result.error.issues[0]
      const where = ["statements", index, ...(issue?.path ?? [])].join(".")
      errors.push(`${file}: ${where}: ${issue?.message}`)
      return []
    }
    const { vulnerability, products, status, justification, timestamp } = result.data
    const { impact_statement: impact } = result.data
    const names =
      typeof vulnerability === "string"
        ? [vulnerability]
        : [vulnerability.name, ...(vulnerability.aliases ?? [])]
    return [
      {
        file,
        ids: names.map(normaliseId),
        products: products.map((product) => ({
          name: product.identifiers?.purl ?? product["@id"] ?? "",
          components: (product.subcomponents ?? []).flatMap((part) => part["@id"] ?? []),
        })),
        status,
        justification: justification ?? impact ?? "",
        timestamp: timestamp ?? document.data.timestamp ?? "",
      },
    ]
  })
  return { statements, errors }
}

/** The statement that holds for a finding: the latest one about it; undefined when there is none. */
export function vexList(
  statements: readonly VexStatement[],
): (finding: Finding) => VexStatement | undefined {
  const byId = new Map<string, VexStatement[]>()
  for (const statement of statements)
    for (const id of statement.ids) byId.set(id, [...(byId.get(id) ?? []), statement])
  return (finding) => {
    if (finding.category !== "vulnerability") return undefined
    const about = [...new Set(finding.ids.flatMap((id) => byId.get(id) ?? []))].filter(
      ({ products }) => products.some((product) => concerns(product, finding)),
    )
    const latest = about.reduce<VexStatement | undefined>(
      (best, one) => (!best || one.timestamp >= best.timestamp ? one : best),
      undefined,
    )
    return latest?.status === "not_affected" || latest?.status === "fixed" ? latest : undefined
  }
}

/** A product is the package itself, or a service whose parts are named. */
function concerns(
  { name, components }: VexStatement["products"][number],
  finding: Finding,
): boolean {
  if (components.length === 0 && isPackage(name, finding)) return true
  if (!finding.services.some((service) => productName(name) === service)) return false
  return components.length === 0 || components.some((part) => isPackage(part, finding))
}

/** Whether a package URL means the finding's package; without a version, every version. */
function isPackage(purl: string, { package: about }: Finding): boolean {
  const match = /^pkg:([^/]+)\/([^@?#]+)(?:@([^?#]+))?/.exec(purl)
  if (!match || !about) return false
  const [, type, path = "", version] = match
  const name = decodeURIComponent(path)
  const sameName = type === "pypi" ? pypiName(name) === pypiName(about.name) : name === about.name
  if (type !== about.ecosystem || !sameName) return false
  return version === undefined || decodeURIComponent(version) === about.version
}

function pypiName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-")
}

/** `registry/game/api:1.0`, `pkg:oci/api@sha256...` and `api` all mean `api`. */
function productName(product: string): string {
  const path = product.replace(/[?#].*$/, "").replace(/@.*$/, "")
  return (path.split("/").at(-1) ?? "").replace(/:[^:]*$/, "")
}
