import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { extraCertificates, hostBundle } from "./certificates.mjs"
import { installCommand, missingPackages } from "./debian.mjs"
import { formatBytes, freeSpace, RUN_NEEDS } from "./disk.mjs"
import { isFoundationBuilt } from "./foundation.mjs"
import { DAGGER_VERSION, HOME } from "./paths.mjs"
import { run, which } from "./process.mjs"
import { registryAddress } from "./registry.mjs"

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {"ok" | "note" | "problem"} state
 * @property {string} detail
 * @property {string} [next] the step that mends it
 */

/** A check that hangs is a problem by itself. */
const TIMEOUT_MS = 15_000
const BUILD_NEEDS = 15e9

/**
 * Checks everything the native engine needs of a machine. Changes nothing.
 *
 * @returns {Promise<Check[]>}
 */
export function doctor() {
  const checks = [
    platform,
    user,
    node,
    go,
    packages,
    namespaces,
    overlay,
    iptables,
    registryPort,
    disk,
    npmRegistry,
    goProxy,
    certificateAuthorities,
    docker,
  ]
  return Promise.all(checks.map((check) => check()))
}

async function platform() {
  const name = "platform"
  const system = existsSync("/etc/os-release")
    ? (/^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "")
    : ""
  const detail = [`${process.platform} ${process.arch}`, system].filter(Boolean).join(", ")
  if (process.platform === "linux" && process.arch === "x64") return ok(name, detail)
  return problem(
    name,
    detail,
    "the native engine runs on Linux amd64; elsewhere start Docker or Podman",
  )
}

async function user() {
  if (process.getuid?.() === 0) return ok("root", "yes")
  return problem(
    "root",
    "no: starting containers natively needs it",
    "run as root (sudo -E), or start Docker or Podman",
  )
}

async function node() {
  return (await which("npm"))
    ? ok("node", `${process.version}, with npm`)
    : problem(
        "node",
        `${process.version}, without npm`,
        "install npm: it fetches what modules need",
      )
}

async function go() {
  const { exitCode, stdout } = await attempt("go", ["version"])
  return exitCode === 0
    ? ok("go", stdout.trim().replace(/^go version /, ""))
    : problem(
        "go",
        "no `go` command that works",
        "install Go 1.21 or newer; it fetches the release it needs",
      )
}

async function packages() {
  const missing = await missingPackages()
  return missing.length === 0
    ? ok("packages", "all there")
    : problem("packages", `missing: ${missing.join(", ")}`, installCommand(missing))
}

async function namespaces() {
  const { exitCode, stderr } = await attempt("unshare", [
    "--mount",
    "--pid",
    "--fork",
    "--mount-proc",
    "true",
  ])
  return exitCode === 0
    ? ok("namespaces", "usable")
    : problem(
        "namespaces",
        lastLine(stderr),
        "run outside a container, or in one that may create namespaces (--privileged)",
      )
}

async function overlay() {
  const script =
    'mount -t tmpfs tmpfs "$1" && cd "$1" && mkdir a b c d && mount -t overlay overlay -o lowerdir=a,upperdir=b,workdir=c d'
  const { exitCode, stderr } = await attempt("unshare", [
    "--mount",
    "sh",
    "-c",
    script,
    "sh",
    tmpdir(),
  ])
  return exitCode === 0
    ? ok("overlayfs", "usable")
    : problem("overlayfs", lastLine(stderr), "load the kernel's overlay module: modprobe overlay")
}

async function iptables() {
  const { exitCode, stderr } = await attempt("iptables", ["-w", "5", "-t", "nat", "-S"])
  return exitCode === 0
    ? ok("iptables", "usable")
    : problem(
        "iptables",
        lastLine(stderr),
        "containers need it for their network: install iptables, load the kernel's nat table (modprobe iptable_nat)",
      )
}

async function registryPort() {
  const running = await registryAddress()
  if (running) return ok("registry port", `the local registry listens on ${running}`)
  return (await isFree(5000))
    ? ok("registry port", "127.0.0.1:5000 is free")
    : note(
        "registry port",
        "127.0.0.1:5000 is taken by another program; the next free port is used",
      )
}

async function disk() {
  const free = await freeSpace(HOME)
  const needed = (await isFoundationBuilt()) ? RUN_NEEDS : BUILD_NEEDS
  const detail = `${formatBytes(free)} free for ${HOME}, ${formatBytes(needed)} needed`
  return free >= needed
    ? ok("disk", detail)
    : problem(
        "disk",
        detail,
        "free some space (`./pipeline engine prune`), or set PIPELINE_ENGINE_HOME to a folder on another disk",
      )
}

async function npmRegistry() {
  const { exitCode, stdout, stderr } = await attempt("npm", ["ping", "--fetch-retries=0"])
  return exitCode === 0
    ? ok("npm registry", "answers")
    : problem(
        "npm registry",
        lastLine(stderr || stdout),
        "check the network, the proxy variables and npm's `registry` setting",
      )
}

async function goProxy() {
  const { exitCode, stderr } = await attempt(
    "go",
    ["list", "-m", `github.com/dagger/dagger@${DAGGER_VERSION}`],
    { cwd: tmpdir(), env: { GOFLAGS: "-mod=mod" } },
  )
  return exitCode === 0
    ? ok("go modules", "can be had")
    : problem("go modules", lastLine(stderr), "check the network, the proxy variables and GOPROXY")
}

async function certificateAuthorities() {
  const extra = extraCertificates(hostBundle(), distributionBundle("/usr/share/ca-certificates"))
  if (extra.length === 0) return ok("certificates", "the distribution's own")
  return ok("certificates", `${extra.length} beyond the distribution's; base images get them too`)
}

/** @param {string} folder */
function distributionBundle(folder) {
  if (!existsSync(folder)) return ""
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".crt"),
  )
  return files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n")
}

async function docker() {
  if (!(await which("docker"))) return note("docker", "not installed; the native engine is used")
  const { exitCode, stdout } = await attempt("docker", ["info", "--format", "{{.ServerVersion}}"])
  if (exitCode === 0 && /^\d/.test(stdout.trim()))
    return ok("docker", `server ${stdout.trim()}; it is used instead of the native engine`)
  return note("docker", "a client without a server that answers; the native engine is used")
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import("./process.mjs").RunOptions} [options]
 */
function attempt(command, args, options = {}) {
  return run(command, args, { ...options, allowFailure: true, timeoutMs: TIMEOUT_MS })
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split("\n").at(-1) || `no answer within ${TIMEOUT_MS / 1000} s`
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })
}

/**
 * @param {string} name
 * @param {string} detail
 * @returns {Check}
 */
function ok(name, detail) {
  return { name, state: "ok", detail }
}

/**
 * @param {string} name
 * @param {string} detail
 * @returns {Check}
 */
function note(name, detail) {
  return { name, state: "note", detail }
}

/**
 * @param {string} name
 * @param {string} detail
 * @param {string} next
 * @returns {Check}
 */
function problem(name, detail, next) {
  return { name, state: "problem", detail, next }
}
