import type { Licences } from "../config/index.js"
import type { Finding } from "./finding.js"
import type { PackageLicence } from "./tool-report.js"

/**
 * Licences of packages against what the repository allows.
 *
 * Packages write licences as they like; what the common spellings mean is one table. An SPDX
 * expression passes when one side of an OR passes, and both sides of an AND.
 */

const SPELLINGS: Readonly<Record<string, string>> = {
  "apache 2.0": "Apache-2.0",
  "apache license 2.0": "Apache-2.0",
  "apache license, version 2.0": "Apache-2.0",
  "apache license version 2.0": "Apache-2.0",
  "apache software license": "Apache-2.0",
  "apache-2": "Apache-2.0",
  bsd: "BSD-3-Clause",
  "bsd license": "BSD-3-Clause",
  "3-clause bsd license": "BSD-3-Clause",
  "bsd 3-clause": "BSD-3-Clause",
  "new bsd": "BSD-3-Clause",
  "modified bsd license": "BSD-3-Clause",
  "bsd 2-clause": "BSD-2-Clause",
  "gnu affero general public license v3": "AGPL-3.0-only",
  "gnu affero general public license v3 or later (agplv3+)": "AGPL-3.0-or-later",
  "gnu general public license (gpl)": "GPL-2.0-or-later",
  "gnu general public license v2 (gplv2)": "GPL-2.0-only",
  "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
  "gnu general public license v3 (gplv3)": "GPL-3.0-only",
  "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
  gplv2: "GPL-2.0-only",
  gplv3: "GPL-3.0-only",
  "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.1-or-later",
  "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0-only",
  "gnu lesser general public license v3 or later (lgplv3+)": "LGPL-3.0-or-later",
  "gnu library or lesser general public license (lgpl)": "LGPL-2.1-or-later",
  lgpl: "LGPL-2.1-or-later",
  "isc license": "ISC",
  "isc license (iscl)": "ISC",
  "mit license": "MIT",
  "the mit license": "MIT",
  "the mit license (mit)": "MIT",
  "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
  "mpl 2.0": "MPL-2.0",
  "python software foundation license": "PSF-2.0",
  psf: "PSF-2.0",
  psfl: "PSF-2.0",
  "python-2.0": "PSF-2.0",
  "the unlicense (unlicense)": "Unlicense",
  "zope public license": "ZPL-2.1",
}

/** The GNU family, which everybody writes differently; a version alone means that version only. */
const GNU =
  /^(?:gnu\s+)?([al]?gpl)[\s-]*v?(\d)(?:\.(\d))?(?:\.0)?\s*(\+|-?\s*or[\s-]+later|-only)?$/i

/** One licence name as SPDX writes it, where it is known. */
export function spdxName(text: string): string {
  const name = text.trim()
  const known = SPELLINGS[name.toLowerCase()]
  if (known !== undefined) return known
  const [, family, major, minor = "0", later] = GNU.exec(name) ?? []
  if (family === undefined) return name
  const range = later === undefined || later === "-only" ? "only" : "or-later"
  return `${family.toUpperCase()}-${major}.${minor}-${range}`
}

/** Whether a licence text, which can be an SPDX expression, is one that may be used. */
export function isAllowed(licence: string, { allow, deny }: Licences): boolean {
  const denied = new Set(deny.map((name) => name.toLowerCase()))
  const allowed = new Set(allow.map((name) => name.toLowerCase()))
  const passes = (name: string) => {
    const spdx = spdxName(name).toLowerCase()
    if (denied.has(spdx)) return false
    return allowed.size === 0 || allowed.has(spdx)
  }
  // A spelling such as "Apache Software License" is no expression; "GPL v3 or later" is none either.
  if (spdxName(licence) !== licence.trim()) return passes(licence)
  return evaluate(tokens(licence), passes)
}

/** Whether a repository says anything about licences. */
export function hasLicencePolicy({ allow, deny }: Licences): boolean {
  return allow.length + deny.length > 0
}

/** Findings for packages whose licence may not be used, or isn't known where it has to be. */
export function licenceFindings(
  packages: readonly PackageLicence[],
  tool: string,
  policy: Licences,
): Finding[] {
  if (!hasLicencePolicy(policy)) return []
  return packages.flatMap((entry) => {
    const { licence, place, services } = entry
    const known = licence !== ""
    if (known && isAllowed(licence, policy)) return []
    // Without a list of what is allowed, not knowing a licence breaks no rule.
    if (!known && policy.allow.length === 0) return []
    const about = `${entry.package.name} ${entry.package.version}`
    const rule = known ? "licence-refused" : "licence-unknown"
    const message = known
      ? `${about} has the licence ${licence}, which scan.licences does not allow`
      : `${about} names no licence, and scan.licences allows only some`
    return [
      {
        category: "licence" as const,
        ids: [`licence:${rule}`],
        detections: [{ tool, rule }],
        severity: "high" as const,
        severitySource: "map" as const,
        message,
        place,
        package: entry.package,
        services,
        subject: "",
      },
    ]
  })
}

/** Where the packages of an operating system come from. */
const SYSTEMS = ["deb", "apk", "rpm"]

/** Python's own installers, which its images bring along. */
const INSTALLERS = ["pip", "setuptools", "wheel"]

/**
 * Packages, and not one licence: the tool did not look, whatever it says. Neither those of the operating
 * system nor those that a language's image brings along say anything about those of the service.
 *
 * @param expected whether the service's manifests name packages that it ships
 */
export function unlicensedProblems(
  packages: readonly PackageLicence[],
  expected = false,
): string[] {
  const ofSystem = packages.filter(({ package: { ecosystem } }) => SYSTEMS.includes(ecosystem))
  const ofService = packages.filter(isDependency)
  // A program of Go names its modules, and of none the licence.
  const isSilent = packages.some(({ package: { ecosystem } }) => ecosystem === "golang")
  return [
    ...unlicensed(ofSystem, "of the operating system"),
    ...unlicensed(ofService, "of the service"),
    ...(expected && ofService.length === 0 && !isSilent
      ? ["found no package of the service, whose manifest names some, and so no licence"]
      : []),
  ]
}

function unlicensed(entries: readonly PackageLicence[], whose: string): string[] {
  if (entries.length === 0 || entries.some(({ licence }) => licence !== "")) return []
  return [`found ${entries.length} packages ${whose}, and a licence of none`]
}

/** Whether a package is one that the service needs. */
function isDependency({ package: { ecosystem, name }, place }: PackageLicence): boolean {
  if (ecosystem === "pypi") return !INSTALLERS.includes(name)
  // The service's own package.json is in no such folder; npm, which the image brings along, is in one of its own.
  if (ecosystem === "npm")
    return (
      /(?:^|\/)node_modules\//.test(place.file) &&
      !/(?:^|\/)node_modules\/(?:npm|corepack)\//.test(place.file)
    )
  return ecosystem !== "golang" && !SYSTEMS.includes(ecosystem)
}

/** Splits an SPDX expression; names of several words stay together. */
function tokens(text: string): string[] {
  return text
    .split(/(\(|\)|\s+(?:AND|OR|WITH|and|or|with)\s+|\s*[;/]\s*)/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (part === ";" || part === "/" ? "AND" : part))
    .map((part) => (/^(?:and|or|with)$/i.test(part) ? part.toUpperCase() : part))
}

/** Evaluates `a OR b AND (c)`, where AND binds closer; an unclosed bracket ends with the text. */
function evaluate(parts: string[], passes: (name: string) => boolean): boolean {
  let position = 0
  const either = (): boolean => {
    let result = both()
    while (parts[position] === "OR") {
      position++
      const other = both()
      result = result || other
    }
    return result
  }
  const both = (): boolean => {
    let result = one()
    while (parts[position] === "AND") {
      position++
      const other = one()
      result = result && other
    }
    return result
  }
  const one = (): boolean => {
    const part = parts[position++]
    if (part === undefined) return false
    if (part === "(") {
      const result = either()
      if (parts[position] === ")") position++
      return result
    }
    // An exception only gives further rights.
    if (parts[position] === "WITH") position += 2
    return passes(part)
  }
  return either()
}
