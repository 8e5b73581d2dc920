import { isInside, joinPath, folderOf } from "../src/dependencies/paths.js"
import { asObject, asTexts, baseName, ownFiles, readJson, type Tree } from "./tree.js"

interface Owner {
  name: string
  path: string
}

const SCRIPT = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$/
const SPECIFIER = /(?:\bfrom\s*|\brequire\(\s*|\bimport\(\s*|^\s*import\s+)["']([^"'\n]+)["']/gm

/**
 * Which owners' code imports which others': scripts by relative paths and the aliases of a
 * tsconfig (as in Nx), Go by the paths of modules. Python, Dockerfiles and links are found by
 * the check that every run makes.
 */
export function codeLinks<T extends Owner>(tree: Tree, owners: readonly T[]): [T, T][] {
  const byDepth = [...owners].sort((a, b) => b.path.length - a.path.length)
  const ownerOf = (path: string) => byDepth.find((owner) => isInside(path, owner.path))
  const aliases = tsconfigPaths(tree)
  const modules = goModules(tree)
  const links = new Map<string, [T, T]>()
  for (const file of ownFiles(tree)) {
    const owner = ownerOf(file)
    if (owner === undefined) continue
    const targets = SCRIPT.test(file)
      ? scriptImports(tree, file, aliases)
      : file.endsWith(".go")
        ? goImports(tree, file, modules)
        : []
    for (const target of targets) {
      const other = ownerOf(target)
      if (other && other !== owner) links.set(`${owner.name} ${other.name}`, [owner, other])
    }
  }
  return [...links.values()]
}

function scriptImports(tree: Tree, file: string, aliases: ReadonlyMap<string, string>): string[] {
  return [...(tree.read(file) ?? "").matchAll(SPECIFIER)].flatMap(([, specifier = ""]) => {
    if (specifier.startsWith(".")) return joinPath(folderOf(file), specifier) ?? []
    for (const [alias, target] of aliases) {
      if (specifier === alias) return target
      if (alias.endsWith("/*") && specifier.startsWith(alias.slice(0, -1)))
        return target.replace(/\/?\*$/, "")
    }
    return []
  })
}

/** The aliases that the root's tsconfig gives to folders. */
function tsconfigPaths(tree: Tree): Map<string, string> {
  const names = ["tsconfig.base.json", "tsconfig.json", "jsconfig.json"]
  const entries = names.flatMap((name) => {
    const options = asObject(readJson(tree.read(name))?.["compilerOptions"])
    const base = asTexts(options?.["baseUrl"])[0] ?? "."
    return Object.entries(asObject(options?.["paths"]) ?? {}).flatMap(([alias, targets]) => {
      const target = joinPath(base, asTexts(targets)[0] ?? "")
      return target === undefined ? [] : [[alias, target] as const]
    })
  })
  return new Map(entries)
}

function goModules(tree: Tree): { module: string; folder: string }[] {
  return ownFiles(tree)
    .filter((file) => baseName(file) === "go.mod")
    .flatMap((file) => {
      const module = /^module\s+(\S+)/m.exec(tree.read(file) ?? "")?.[1]
      return module === undefined ? [] : [{ module, folder: folderOf(file) }]
    })
    .sort((a, b) => b.module.length - a.module.length)
}

function goImports(
  tree: Tree,
  file: string,
  modules: readonly { module: string; folder: string }[],
): string[] {
  return [
    ...(tree.read(file) ?? "").matchAll(/^\s*(?:import\s+)?(?:[\w.]+\s+)?"([^"\s]+)"/gm),
  ].flatMap(([, path = ""]) => {
    const own = modules.find(({ module }) => path === module || path.startsWith(`${module}/`))
    return own === undefined ? [] : (joinPath(own.folder, path.slice(own.module.length)) ?? [])
  })
}
