import { createHash } from "node:crypto"
import { dag, Container, File, Secret } from "@dagger.io/dagger"
import type { Documents } from "../images/attestations.js"
import { signedAttachment } from "../images/attestations.js"
import type { Attachment } from "../images/attestations.js"
import { GO_PROGRAMS, goProgram } from "./go-program.js"
import { IMAGES } from "./images.js"

/** What images are signed with. */
export interface Signing {
  /** A private key: cosign's, or one of OpenSSL as PEM. */
  key: Secret
  /** Its password; absent: it has none. */
  password?: Secret
}

const PROGRAM = "/usr/local/bin/cosign"
const KEY = "/run/secrets/signing.key"
/** In memory: no key that a layer could keep. */
const WORK = "/work"
const STATEMENTS = "/statements"
const SIGNED = "/signed"
const PUBLIC_KEY = "cosign.pub"

/** A container with cosign in it. */
export function cosign(): Container {
  return dag.container().from(IMAGES.tools).withFile(PROGRAM, goProgram(GO_PROGRAMS.cosign))
}

/**
 * Signs statements: each becomes a bundle that cosign and every other tool of Sigstore can verify.
 *
 * @throws ExecError when the key can't be used
 */
export async function signed(
  statements: Documents["statements"],
  { key, password }: Signing,
): Promise<{ attachment: Attachment; content: File }[]> {
  let files = dag.directory()
  for (const { name, text } of statements) files = files.withNewFile(`${name}.json`, text)
  const container = cosign()
    .withMountedDirectory(STATEMENTS, files)
    .withMountedSecret(KEY, key)
    .withMountedTemp(WORK)
    // The engine would take what an earlier key signed.
    .withEnvVariable("PIPELINE_STARTED", new Date().toISOString())
  const unlocked =
    password === undefined
      ? container.withEnvVariable("COSIGN_PASSWORD", "")
      : container.withSecretVariable("COSIGN_PASSWORD", password)
  const script = [
    `mkdir ${SIGNED}`,
    `key=${KEY}`,
    `if ! grep -q "BEGIN ENCRYPTED" "$key"; then`,
    `  cosign import-key-pair --yes --key "$key" --output-key-prefix ${WORK}/signing`,
    `  key=${WORK}/signing.key`,
    "fi",
    `cosign public-key --key "$key" > ${SIGNED}/${PUBLIC_KEY}`,
    // With no service in it, the key alone signs: no log is written to, and nobody is asked.
    `cosign signing-config create --out ${WORK}/signing.json`,
    `for file in ${STATEMENTS}/*; do`,
    `  cosign attest-blob --yes --signing-config ${WORK}/signing.json --key "$key" --statement "$file" --bundle "${SIGNED}/$(basename "$file")"`,
    "done",
  ].join("\n")
  const folder = await unlocked.withExec(["sh", "-ec", script]).directory(SIGNED).sync()
  const fingerprint = digestOf(await folder.file(PUBLIC_KEY).contents())
  return statements.map(({ name, predicateType }) => ({
    attachment: signedAttachment(`${name}.sigstore.json`, predicateType, fingerprint),
    content: folder.file(`${name}.json`),
  }))
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`
}
