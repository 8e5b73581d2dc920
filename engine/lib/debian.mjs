import { existsSync } from "node:fs"
import { KitError } from "./errors.mjs"
import { run, which } from "./process.mjs"
import { step } from "./progress.mjs"

/**
 * What the native kit needs from the distribution, by the file that shows it is there.
 * Debian and Ubuntu name all of them alike.
 */
const PACKAGES = [
  { name: "runc", probe: "runc" },
  { name: "containernetworking-plugins", probe: "/usr/lib/cni/bridge" },
  { name: "dnsmasq-base", probe: "dnsmasq" },
  { name: "iptables", probe: "iptables" },
  { name: "iproute2", probe: "ip" },
  { name: "git", probe: "git" },
  { name: "ripgrep", probe: "rg" },
  { name: "pigz", probe: "pigz" },
  { name: "zstd", probe: "zstd" },
  { name: "mmdebstrap", probe: "mmdebstrap" },
  { name: "debian-archive-keyring", probe: "/usr/share/keyrings/debian-archive-keyring.gpg" },
  { name: "docker-registry", probe: "docker-registry" },
  { name: "ca-certificates", probe: "/etc/ssl/certs/ca-certificates.crt" },
]

/**
 * Names the packages that are not there.
 *
 * @returns {Promise<string[]>}
 */
export async function missingPackages() {
  const present = await Promise.all(PACKAGES.map(({ probe }) => isPresent(probe)))
  return PACKAGES.filter((_, index) => !present[index]).map(({ name }) => name)
}

/** @param {string} probe a command, or an absolute path */
async function isPresent(probe) {
  if (!probe.startsWith("/")) return (await which(probe)) !== undefined
  return existsSync(probe)
}

/**
 * @param {string[]} packages
 * @returns {string} the command a person would type
 */
export function installCommand(packages) {
  return `apt-get install -y --no-install-recommends ${packages.join(" ")}`
}

/**
 * Installs what is missing, or says how.
 *
 * @param {{install: boolean}} options `install: false` only prints the command
 * @throws {KitError} MISSING_PACKAGES, with the command to type
 */
export async function ensurePackages({ install }) {
  const missing = await missingPackages()
  if (missing.length === 0) return
  const command = installCommand(missing)
  if (!install)
    throw new KitError(
      "MISSING_PACKAGES",
      `these Debian packages are missing: ${missing.join(", ")}`,
      { next: command },
    )
  if (!(await which("apt-get"))) {
    throw new KitError(
      "MISSING_PACKAGES",
      `these packages are missing and there is no apt-get here: ${missing.join(", ")}`,
      {
        next: "the native engine runs on Debian and Ubuntu; elsewhere start Docker or Podman and run the same command",
      },
    )
  }
  await step(`installing Debian packages: ${missing.join(", ")}`, async () => {
    const env = { DEBIAN_FRONTEND: "noninteractive" }
    // A failing third-party source must not stop us: Debian's own lists are what counts.
    await run("apt-get", ["update", "-q"], { env, allowFailure: true })
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...missing], { env })
    // The registry's package starts a system service that would occupy the port.
    await run("systemctl", ["disable", "--now", "docker-registry"], { allowFailure: true })
  })
}
