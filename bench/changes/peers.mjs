import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What we are compared with, by exact version. */
const VERSIONS = { nx: "24.0.6", turbo: "2.11.11" }

/**
 * Installs the peers into a repository, as its users would.
 *
 * @param {string} folder
 */
export function installPeers(folder) {
  const file = join(folder, "package.json")
  const manifest = JSON.parse(readFileSync(file, "utf8"))
  writeFileSync(file, JSON.stringify({ ...manifest, devDependencies: VERSIONS }, null, 2))
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
  execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })
}

/** The question each is asked: which projects does the branch affect? */
export const PEERS = [
  {
    name: `nx ${VERSIONS.nx} show projects --affected`,
    command: "node_modules/.bin/nx",
    args: ["show", "projects", "--affected", "--base=main", "--head=HEAD", "--json"],
    env: { NX_NO_CLOUD: "true" },
  },
  {
    name: `turbo ${VERSIONS.turbo} ls --affected`,
    command: "node_modules/.bin/turbo",
    args: ["ls", "--affected", "--output=json"],
    env: { TURBO_SCM_BASE: "main", TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
  },
]

/**
 * Ends what a peer left running in the background.
 *
 * @param {string} folder
 */
export function stopPeers(folder) {
  for (const [command, ...args] of [
    ["node_modules/.bin/nx", "daemon", "--stop"],
    ["node_modules/.bin/turbo", "daemon", "stop"],
  ]) {
    try {
      execFileSync(command ?? "", args, { cwd: folder, stdio: "ignore" })
    } catch {
      // It had none.
    }
  }
}
