import { RUNNER_HOST_VARIABLE } from "../lib/environment.mjs"
import { up } from "../lib/kit.mjs"
import { SOCKET } from "../lib/paths.mjs"
import { which } from "../lib/process.mjs"
import { anyDagger, kitDagger } from "./dagger-cli.mjs"

/** @typedef {import("./choose-engine.mjs").EngineChoice} EngineChoice */

/**
 * @typedef {object} ReadyEngine
 * @property {string} dagger path of the real CLI
 * @property {Record<string, string>} variables what points the CLI at the engine
 */

/**
 * Makes the chosen engine usable: the native one is brought up, and a CLI is found or built.
 *
 * @param {EngineChoice} choice
 * @param {{install: boolean}} options
 * @returns {Promise<ReadyEngine>}
 */
export async function readyEngine({ kind }, { install }) {
  if (kind === "native") {
    await up({ install })
    return {
      dagger: await kitDagger(),
      variables: { ...QUIET, [RUNNER_HOST_VARIABLE]: `unix://${SOCKET}` },
    }
  }
  const { path, version } = await anyDagger()
  // The CLI takes the first client it finds in PATH, which may be a docker without a server.
  const podman = kind === "podman" && (await which("docker")) !== undefined
  return {
    dagger: path,
    variables: {
      ...QUIET,
      ...(podman && {
        [RUNNER_HOST_VARIABLE]: `image+podman://registry.dagger.io/engine:${version}`,
      }),
    },
  }
}

/** No advertisement for a hosted service in the output, and no telemetry to its vendor. */
const QUIET = { DAGGER_NO_NAG: "1", DO_NOT_TRACK: "1" }
