import { RUNNER_HOST_VARIABLE } from "../lib/environment.mjs"
import { requirePrerequisites } from "../lib/prerequisites.mjs"
import { SOCKET } from "../lib/paths.mjs"
import { run, which } from "../lib/process.mjs"

/**
 * @typedef {object} EngineChoice
 * @property {"environment" | "docker" | "podman" | "native"} kind
 * @property {string} description for a person: which engine, and why
 */

/** A daemon that is starting, or a remote one that is gone, must not hold us up. */
const DAEMON_TIMEOUT_MS = 5_000

/**
 * @typedef {object} ChoiceSeams
 * @property {NodeJS.ProcessEnv} [environment]
 * @property {(command: string) => Promise<boolean>} [answers] whether a container tool reaches its server
 * @property {() => Promise<void>} [requireNative]
 */

/**
 * Chooses the engine: the one the environment names, else Docker or Podman when
 * their server answers, else the native one.
 *
 * @param {ChoiceSeams} [seams]
 * @returns {Promise<EngineChoice>}
 * @throws {import("../lib/errors.mjs").KitError} when there is none and the native one can't run here
 */
export async function chooseEngine({
  environment = process.env,
  answers = serverAnswers,
  requireNative = requirePrerequisites,
} = {}) {
  const named = environment[RUNNER_HOST_VARIABLE]
  // Our own address in the environment comes from `engine env`; that engine may have been stopped since.
  if (named === `unix://${SOCKET}`)
    return { kind: "native", description: `the native one (${RUNNER_HOST_VARIABLE} names it)` }
  if (named)
    return { kind: "environment", description: `${named} (${RUNNER_HOST_VARIABLE} names it)` }
  if (await answers("docker"))
    return { kind: "docker", description: "Docker's (its daemon answers)" }
  if (await answers("podman")) return { kind: "podman", description: "Podman's (it answers)" }
  await requireNative()
  return { kind: "native", description: "the native one (no Docker or Podman server answers)" }
}

/**
 * A client alone doesn't count: `docker info` with a server prints its version.
 *
 * @param {string} command
 */
async function serverAnswers(command) {
  if (!(await which(command))) return false
  const format = command === "docker" ? "{{.ServerVersion}}" : "{{.Version.Version}}"
  const { exitCode, stdout } = await run(command, ["info", "--format", format], {
    allowFailure: true,
    timeoutMs: DAEMON_TIMEOUT_MS,
  })
  return exitCode === 0 && /^\d/.test(stdout.trim())
}
