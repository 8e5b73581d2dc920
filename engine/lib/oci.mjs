import { run } from "./process.mjs"

/**
 * @typedef {object} ImageConfig
 * @property {Record<string, string>} [env]
 * @property {string[]} [entrypoint]
 * @property {string[]} [cmd]
 * @property {Record<string, string>} [labels]
 */

/**
 * Makes an image of one layer and puts it into the registry. crane writes the
 * format; nothing of it is ours.
 *
 * @param {{crane: string, tar: string, reference: string, config?: ImageConfig}} options
 * @returns {Promise<string>} the manifest's digest, "sha256:..."
 */
export async function pushLayer({ crane, tar, reference, config = {} }) {
  await run(crane, [
    "append",
    "--insecure",
    "--oci-empty-base",
    "--platform=linux/amd64",
    "-f",
    tar,
    "-t",
    reference,
  ])
  const flags = [
    ...Object.entries(config.env ?? {}).map(([name, value]) => `--env=${name}=${value}`),
    ...Object.entries(config.labels ?? {}).map(([name, value]) => `--label=${name}=${value}`),
    ...(config.entrypoint ? [`--entrypoint=${config.entrypoint.join(",")}`] : []),
    ...(config.cmd ? [`--cmd=${config.cmd.join(",")}`] : []),
    "--set-platform=linux/amd64",
  ]
  await run(crane, ["mutate", "--insecure", ...flags, "-t", reference, reference])
  const { stdout } = await run(crane, ["digest", "--insecure", reference])
  return stdout.trim()
}

/**
 * Writes an image of the registry as an OCI layout, the form the engine keeps its built-in SDKs in.
 *
 * @param {{crane: string, reference: string, folder: string}} options
 */
export async function exportLayout({ crane, reference, folder }) {
  await run(crane, [
    "pull",
    "--insecure",
    "--platform=linux/amd64",
    "--format=oci",
    reference,
    folder,
  ])
}
