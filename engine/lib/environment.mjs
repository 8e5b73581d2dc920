import { binariesPiece } from "./build-binaries.mjs"
import { SOCKET } from "./paths.mjs"
import { pieceFolder } from "./pieces.mjs"

/** What points a dagger CLI at the engine of this home. */
export const RUNNER_HOST_VARIABLE = "_EXPERIMENTAL_DAGGER_RUNNER_HOST"

/**
 * The environment in which `dagger` is the kit's CLI and talks to the kit's engine.
 *
 * @returns {Promise<Record<string, string>>}
 */
export async function daggerEnvironment() {
  const bin = `${pieceFolder(await binariesPiece())}/bin`
  return {
    PATH: `${bin}:${process.env.PATH ?? ""}`,
    [RUNNER_HOST_VARIABLE]: `unix://${SOCKET}`,
    // No advertisement for a hosted service in the output, and no telemetry to its vendor.
    DAGGER_NO_NAG: "1",
    DO_NOT_TRACK: "1",
  }
}
