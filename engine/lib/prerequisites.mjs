import { KitError } from "./errors.mjs"
import { run, which } from "./process.mjs"

/** The Go release that compiles everything and is served as `golang`. */
export const GO_VERSION = "1.26.8"

/**
 * Checks what the kit can't install by itself.
 *
 * @throws {KitError} one clear line for the first thing that is missing
 */
export async function requirePrerequisites() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new KitError(
      "UNSUPPORTED_PLATFORM",
      `the native engine runs on Linux amd64, this is ${process.platform} ${process.arch}`,
      {
        next: "start Docker or Podman and run the same command: it takes the official engine image",
      },
    )
  }
  if (process.getuid?.() !== 0) {
    throw new KitError("NOT_ROOT", "the native engine starts containers and needs root", {
      next: "run the same command as root (sudo -E), or start Docker or Podman",
    })
  }
  await requireGo()
}

async function requireGo() {
  if (await which("go")) return
  throw new KitError(
    "NO_GO",
    "the native engine is built from Go modules and there is no `go` command",
    {
      next: "install Go 1.21 or newer (any such release fetches the one it needs), or start Docker or Podman",
    },
  )
}

/**
 * The environment in which `go` is exactly GO_VERSION: Go fetches another
 * release of itself through the module proxy.
 *
 * @returns {Promise<{env: Record<string, string>, root: string}>} root: GOROOT of that release
 * @throws {KitError} NO_GO, GO_VERSION
 */
export async function goEnvironment() {
  await requireGo()
  const env = { GOTOOLCHAIN: `go${GO_VERSION}` }
  const { exitCode, stdout, stderr } = await run("go", ["env", "GOROOT"], {
    env,
    allowFailure: true,
  })
  if (exitCode === 0) return { env, root: stdout.trim() }
  throw new KitError(
    "GO_VERSION",
    `Go ${GO_VERSION} could not be had: ${stderr.trim().split("\n").at(-1)}`,
    {
      next: `install Go ${GO_VERSION}, or check GOPROXY and the network`,
    },
  )
}
