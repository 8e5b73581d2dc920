import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { dag, Directory, File } from "@dagger.io/dagger"

/**
 * The module's own files: programs that run in steps, rules, lists of packages.
 *
 * They are read where the module runs, and handed to the engine as texts. The engine's own way to them,
 * `currentModule().source()`, generates the module's client again for every call that asks, which took
 * a third of a plan; and it knows them by the checkout they came from, where steps must be known by content.
 */

/** The native kit says where they are; the official runtime runs them in place. */
const ROOT = process.env.PIPELINE_MODULE ?? fileURLToPath(new URL("../..", import.meta.url))

/**
 * A folder of the module.
 *
 * @param path from the module's root, such as "rules"
 * @param wanted tells by its path below the folder whether a file is wanted
 */
export function moduleFolder(path: string, wanted = (_: string) => true): Directory {
  if (!isHere()) return moduleSource().directory(path)
  return filesBelow(path)
    .filter(wanted)
    .reduce((folder, file) => folder.withNewFile(file, ownText(join(path, file))), dag.directory())
}

/** Whether a file is a program for Node that runs as it is, without the sources beside it. */
export function isProgram(file: string): boolean {
  return file.endsWith(".mjs")
}

/** A file of the module. */
export function moduleFile(path: string): File {
  if (!isHere()) return moduleSource().file(path)
  return dag.directory().withNewFile(basename(path), ownText(path)).file(basename(path))
}

/** The text of a file of the module. */
export async function moduleText(path: string): Promise<string> {
  return isHere() ? ownText(path) : moduleSource().file(path).contents()
}

/** The whole module, as the engine has it: slow, see above. */
export function moduleSource(): Directory {
  return dag.currentModule().source()
}

/**
 * What tells this version of some folders of the module from others.
 *
 * @param paths from the module's root
 */
export async function moduleDigest(paths: readonly string[]): Promise<string> {
  if (!isHere()) return moduleSource().digest()
  const hash = createHash("sha256")
  for (const path of paths)
    for (const file of filesBelow(path)) hash.update(`${file}\0`).update(ownText(join(path, file)))
  return hash.digest("hex")
}

/** An engine of an earlier kit runs the module without its sources beside it. */
function isHere(): boolean {
  return existsSync(join(ROOT, "src/index.ts"))
}

function ownText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8")
}

/** The paths of all files below a folder, from there, in an order of their own. */
function filesBelow(path: string): string[] {
  return readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => file.slice(join(ROOT, path).length + 1))
    .sort()
}
