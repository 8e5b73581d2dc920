import type { NodeSource, PackageJson } from "./manifests.js"

/** Where package managers other than the image's npm are installed. */
export const NODE_TOOLS = "/opt/node-tools"

/** Versions for projects whose package.json has no `packageManager`. */
const PNPM = "10.24.0"
const YARN_CLASSIC = "1.22.22"
const YARN_BERRY = "4.12.0"

const NPM = "npm --no-audit --no-fund --no-update-notifier --loglevel=error"

/**
 * The shell script that installs what the lock file says, and fails when package.json says
 * something else.
 *
 * @param lockText the text of the lock file; undefined when there is none
 */
export function installScript(
  { manager, lock }: NodeSource,
  { packageManager }: PackageJson,
  lockText: string | undefined,
): string {
  const [, wanted] =
    /^[a-z]+@([\w.-]+)/.exec(typeof packageManager === "string" ? packageManager : "") ?? []
  if (lock === undefined) return `${NPM} install --no-package-lock`
  if (manager === "npm") return `${NPM} ci`
  if (manager === "pnpm")
    return [
      tool(`pnpm@${wanted ?? PNPM}`),
      "pnpm install --frozen-lockfile --store-dir=/root/.pnpm-store --package-import-method=copy --reporter=append-only",
    ].join("\n")
  const isBerry = /^__metadata:/m.test(lockText ?? "")
  if (!isBerry)
    return [
      tool(`yarn@${wanted ?? YARN_CLASSIC}`),
      "yarn install --frozen-lockfile --non-interactive --silent --cache-folder=/root/.yarn-cache",
    ].join("\n")
  return [
    tool(`@yarnpkg/cli-dist@${wanted ?? YARN_BERRY}`),
    "YARN_IGNORE_PATH=1 YARN_ENABLE_TELEMETRY=0 YARN_ENABLE_GLOBAL_CACHE=1 YARN_GLOBAL_FOLDER=/root/.yarn-cache yarn install --immutable",
  ].join("\n")
}

function tool(name: string): string {
  return `${NPM} install --global --prefix=${NODE_TOOLS} ${name}\nexport PATH="${NODE_TOOLS}/bin:$PATH"`
}
