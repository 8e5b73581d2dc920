import { existsSync } from "node:fs"
import { mkdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { DAGGER_VERSION, KIT_SOURCES, LOGS, SCRATCH } from "./paths.mjs"
import { folderInputs } from "./pieces.mjs"
import { GO_VERSION, goEnvironment } from "./prerequisites.mjs"
import { run } from "./process.mjs"

const MODULE = join(KIT_SOURCES, "gomod")

/** Command in the Go module → name in the piece's bin folder. */
const COMMANDS = {
  "github.com/dagger/dagger/cmd/dagger": "dagger",
  "github.com/dagger/dagger/cmd/engine": "dagger-engine",
  "github.com/dagger/dagger/cmd/codegen": "codegen",
  "github.com/dagger/dagger/cmd/dnsname": "dnsname",
  "github.com/dagger/dagger/cmd/init": "dagger-init",
  "github.com/dagger/dagger/cmd/dialstdio": "dial-stdio",
  "github.com/google/go-containerregistry/cmd/crane": "crane",
}

const BUILD_FLAGS = [
  "-trimpath",
  // The tags of dagger's own release build; without them Dockerfile COPY --exclude and --parents are unknown.
  "-tags=dfexcludepatterns,dfparents",
  `-ldflags=-s -w -X github.com/dagger/dagger/engine.Version=${DAGGER_VERSION} -X github.com/dagger/dagger/engine.Tag=${DAGGER_VERSION}`,
]

/**
 * The dagger CLI, the engine and its helpers, and crane, built from Go modules
 * that go.sum pins.
 *
 * @returns {Promise<import("./pieces.mjs").Piece>} `bin/` holds the programs
 */
export async function binariesPiece() {
  return {
    name: "binaries",
    title: "dagger CLI and engine (about 4 minutes on 2 cores, once)",
    inputs: [GO_VERSION, JSON.stringify(COMMANDS), ...BUILD_FLAGS, ...(await folderInputs(MODULE))],
    needsMegabytes: 8000,
    build: (folder) => buildCommands(Object.keys(COMMANDS), join(folder, "bin")),
  }
}

/**
 * The dagger CLI alone: for hosts with Docker, where the engine is the official image.
 *
 * @returns {Promise<import("./pieces.mjs").Piece>}
 */
export async function cliPiece() {
  const whole = await binariesPiece()
  return {
    ...whole,
    name: "cli",
    title: "dagger CLI (about 2 minutes on 2 cores, once)",
    needsMegabytes: 4000,
    build: (folder) => buildCommands(["github.com/dagger/dagger/cmd/dagger"], join(folder, "bin")),
  }
}

/**
 * @param {string[]} packages
 * @param {string} bin
 */
async function buildCommands(packages, bin) {
  const go = await goEnvironment()
  const caches = join(SCRATCH, "go-caches")
  await mkdir(bin, { recursive: true })
  await mkdir(LOGS, { recursive: true })
  const env = {
    ...go.env,
    ...(await moduleSources()),
    CGO_ENABLED: "0",
    GOFLAGS: "-modcacherw",
    GOMODCACHE: join(caches, "mod"),
    GOCACHE: join(caches, "build"),
  }
  try {
    await run("go", ["build", ...BUILD_FLAGS, "-o", `${bin}/`, ...packages], {
      cwd: MODULE,
      env,
      log: join(LOGS, "build-binaries.log"),
    })
  } finally {
    // Several GB that nothing needs any more, and that a full disk needs back.
    await rm(caches, { recursive: true, force: true })
  }
  for (const name of packages) {
    const built = join(bin, name.slice(name.lastIndexOf("/") + 1))
    const wanted = join(bin, /** @type {Record<string, string>} */ (COMMANDS)[name] ?? "")
    if (built !== wanted) await rename(built, wanted)
  }
}

/**
 * Where modules come from: what the host's Go already downloaded first (read as
 * a proxy, never written), then its own proxies. go.sum checks both.
 *
 * @returns {Promise<Record<string, string>>}
 */
async function moduleSources() {
  const { stdout } = await run("go", ["env", "GOMODCACHE", "GOPROXY"], { env: { GOFLAGS: "" } })
  const [cache = "", proxy = ""] = stdout.trim().split("\n")
  const downloads = join(cache, "cache", "download")
  return existsSync(downloads) ? { GOPROXY: `file://${downloads},${proxy}` } : {}
}
