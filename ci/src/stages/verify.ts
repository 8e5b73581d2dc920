import { Container, File, ReturnType } from "@dagger.io/dagger"
import type { Config } from "../config/index.js"
import { PREDICATES } from "../images/attestations.js"
import type { PushedImage } from "../run/rows.js"
import { accessOf, canAttach } from "./documents.js"
import { UsageError } from "../run/usage-error.js"
import { finish } from "./finish.js"
import type { RegistryAccess } from "./pushed-images.js"
import { cosign } from "./sign.js"

const KEY = "/cosign.pub"
const PASSWORD = "/run/secrets/registry-password"
const ALIAS = "registry"

/** What a signed image has, and how cosign is asked for it. */
const PARTS = [
  { name: "signature", command: "verify" },
  {
    name: "provenance",
    command: `verify-attestation --type ${PREDICATES.provenance}`,
  },
  { name: "SBOM", command: `verify-attestation --type ${PREDICATES.cyclonedx}` },
] as const

/** What one part of one image came to. */
interface Verification {
  image: PushedImage
  part: string
  exitCode: number
  /** The last line that cosign printed. */
  said: string
}

/**
 * Verifies with a public key what is attached to images, and says what is so.
 *
 * @throws UsageError when there is nothing to verify, or the registry can't be reached from a step
 * @throws the SDK's ExecError with code 1 when something is not signed with that key
 */
export async function verifyImages(
  { build }: Config,
  images: readonly PushedImage[],
  key: File,
  access: RegistryAccess,
): Promise<string> {
  if (images.length === 0) throw new UsageError("No image of this commit is in the registry")
  if (!canAttach(access))
    throw new UsageError(
      `Steps reach a registry on this machine only with --registry-endpoint=tcp://${access.registry.split("/")[0]}`,
    )
  const parts = PARTS.filter(({ name }) => name !== "SBOM" || build.sbom)
  const { container, nameOf, flags } = await verifier(key, access)
  const results = await Promise.all(
    images.flatMap((image) =>
      parts.map(async ({ name, command }): Promise<Verification> => {
        const script = `cosign ${command} --key ${KEY} --insecure-ignore-tlog=true ${flags} '${nameOf(image)}'`
        const ran = container.withExec(["sh", "-c", script], { expect: ReturnType.Any })
        const [exitCode, stderr] = await Promise.all([ran.exitCode(), ran.stderr()])
        const said = stderr.trim().split("\n").at(-1) ?? ""
        return { image, part: name, exitCode, said }
      }),
    ),
  )
  const bad = results.filter(({ exitCode }) => exitCode !== 0)
  const lines = results.map(
    ({ image, part, exitCode, said }) =>
      `${image.service}  ${part}  ${exitCode === 0 ? "verified" : `NOT VERIFIED: ${said}`}`,
  )
  const summary = bad.length === 0 ? "PASSED" : "FAILED"
  return finish(
    [...lines, "", `${summary}: ${results.length - bad.length} of ${results.length} verified`].join(
      "\n",
    ),
    bad.length === 0 ? 0 : 1,
  )
}

async function verifier(
  key: File,
  access: RegistryAccess,
): Promise<{ container: Container; nameOf(image: PushedImage): string; flags: string }> {
  const { registryUser, registryPassword, registryEndpoint } = accessOf(access)
  let container = cosign()
    .withMountedFile(KEY, key)
    .withEnvVariable("PIPELINE_STARTED", new Date().toISOString())
  const flags: string[] = []
  if (registryUser !== undefined && registryPassword !== undefined) {
    container = container
      .withMountedSecret(PASSWORD, registryPassword)
      .withEnvVariable("PIPELINE_REGISTRY_USER", registryUser)
    flags.push(
      '--registry-username="$PIPELINE_REGISTRY_USER"',
      `--registry-password="$(cat ${PASSWORD})"`,
    )
  }
  const written = ({ repository, digest }: PushedImage) => `${repository}@${digest}`
  if (registryEndpoint === undefined) return { container, nameOf: written, flags: flags.join(" ") }
  const [port] = await registryEndpoint.ports()
  const host = `${ALIAS}:${await port?.port()}`
  return {
    container: container.withServiceBinding(ALIAS, registryEndpoint),
    nameOf: (image) => written(image).replace(/^[^/]+/, host),
    flags: [...flags, "--allow-http-registry"].join(" "),
  }
}
