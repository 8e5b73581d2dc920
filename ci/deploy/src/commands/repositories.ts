import { createCipheriv, randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import type { Context } from "../context.js"
import { DeployError, EXIT } from "../errors.js"
import type { RegistryLogin } from "../registry/registry.js"
import { splitRepository } from "../registry/registry.js"
import type { Outcome } from "./deploy.js"

/** Makes repositories of ECR that are not there: nobody can overwrite a tag in them. */
export async function createRepositories(
  { aws, say }: Context,
  request: { repositories: string },
): Promise<Outcome> {
  const lines: string[] = []
  for (const repository of request.repositories.split(",")) {
    const { name } = splitRepository(repository)
    const there = await aws.find("ecr:DescribeRepositories", { repositoryNames: [name] })
    const [found] = there?.repositories ?? []
    if (found !== undefined) {
      if (found.imageTagMutability === "MUTABLE")
        lines.push(`${repository} lets tags be overwritten; the pipeline itself never does`)
      continue
    }
    await aws.call("ecr:CreateRepository", {
      repositoryName: name,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    })
    say(`created ${repository}`)
    lines.push(`created ${repository}, with immutable tags`)
  }
  return { text: JSON.stringify(lines), exitCode: EXIT.passed }
}

/**
 * Prints the login of a registry, encrypted: what a step prints is kept.
 *
 * @param request.key file with 32 bytes in Base64, for AES-256-GCM
 * @returns in Base64: 12 bytes of nonce, 16 of tag, and the login as JSON
 */
export function printLogin(login: RegistryLogin | undefined, request: { key: string }): Outcome {
  if (login === undefined)
    throw new DeployError("this registry is not ECR", EXIT.usage, "give --registry-user instead")
  const nonce = randomBytes(12)
  const cipher = createCipheriv(
    "aes-256-gcm",
    Buffer.from(readFileSync(request.key, "utf8"), "base64"),
    nonce,
  )
  const hidden = Buffer.concat([cipher.update(JSON.stringify(login)), cipher.final()])
  const text = Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString("base64")
  return { text, exitCode: EXIT.passed }
}
