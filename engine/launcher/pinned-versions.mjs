/** Where a version of the pipeline says which packages its own programs are made of. */
const MANIFESTS = ["ci/package.json", "ci/deploy/package.json", "ci/report/package.json"]
/** Python tools outside the table of scanners, by the file that locks them. */
const LOCKED = { schemathesis: "ci/tools/schemathesis.txt" }
const SCANNERS = "ci/src/scanners/versions.ts"

/**
 * What a version of the pipeline runs with: the engine's version, its scanners and tools, the packages of its programs.
 *
 * @param {(path: string) => string | Promise<string>} read a file of that version; empty where there is none
 * @returns {Promise<Map<string, string>>} version by name
 */
export async function pinnedVersions(read) {
  /** @type {Map<string, string>} */
  const versions = new Map()
  const { engineVersion } = json(await read("dagger.json"))
  if (typeof engineVersion === "string") versions.set("engine dagger", engineVersion)
  const [, table = ""] = /VERSIONS = \{([^}]*)\}/.exec(await read(SCANNERS)) ?? []
  for (const [, name = "", version = ""] of table.matchAll(/^\s*"?([\w-]+)"?: "([^"]+)"/gm))
    versions.set(`scanner ${name}`, version)
  for (const [name, file] of Object.entries(LOCKED)) {
    const version = new RegExp(`^${name}==(\\S+)`, "m").exec(await read(file))?.[1]
    if (version !== undefined) versions.set(`tool ${name}`, version)
  }
  for (const manifest of MANIFESTS) {
    const { dependencies = {} } = json(await read(manifest))
    for (const [name, version] of Object.entries(dependencies))
      versions.set(`package ${name}`, String(version))
  }
  return versions
}

/**
 * What differs between two versions, one line each.
 *
 * @param {Map<string, string>} before
 * @param {Map<string, string>} after
 * @returns {string[]} such as "scanner semgrep: 1.181.0 -> 1.182.0"
 */
export function versionChanges(before, after) {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)]
    if (old === now) return []
    if (old === undefined) return [`${name}: new, ${now}`]
    return [`${name}: ${old} -> ${now ?? "gone"}`]
  })
}

/**
 * @param {string} text
 * @returns {Record<string, any>}
 */
function json(text) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}
