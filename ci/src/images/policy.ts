import { isSecretName } from "../dockerfile/secret-names.js"

/** What an image is, as a registry would store it. Made by describe.mjs. */
export interface ImageFacts {
  /** Of the manifest: the one that a push of the same image gives. */
  digest: string
  /** Of its layers as they are transferred. */
  bytes: number
  /** Variables of its environment, as NAME=value. */
  env: string[]
  /** The instructions that made it. */
  history: string[]
  /** Build secrets whose value is somewhere in it. */
  leaks: { secret: string; where: string }[]
}

/** BuildKit notes the build arguments of a RUN in front of its command: `RUN |2 A=1 B=2 /bin/sh -c ...`. */
const ARGUMENTS = /^RUN \|(\d+) (.*)$/s

/**
 * What an image must not be, one line each; empty when there is nothing to say.
 *
 * @param maxBytes of its layers as they are transferred; undefined: any number
 */
export function imageFaults(facts: ImageFacts, maxBytes: number | undefined): string[] {
  return [
    ...facts.leaks.map(
      ({ secret, where }) =>
        `the value of the secret ${secret} is in ${where}: use it inside one RUN --mount=type=secret,id=${secret}, and write it to no file`,
    ),
    ...variableFaults(facts),
    ...sizeFaults(facts, maxBytes),
  ]
}

function variableFaults({ env, history }: ImageFacts): string[] {
  const named = [
    ...env.map((text) => ({ text, where: "environment" })),
    ...history.flatMap(argumentsOf).map((text) => ({ text, where: "history" })),
  ]
  const faults = named.flatMap(({ text, where }) => {
    const [name = "", ...value] = text.split("=")
    if (!isSecretName(name) || value.join("=") === "") return []
    return [
      `${name} looks like a secret, and has a value in the image's ${where}: use RUN --mount=type=secret,id=${name} while building, and the environment at run time`,
    ]
  })
  return [...new Set(faults)]
}

function argumentsOf(instruction: string): string[] {
  const [, count = "0", rest = ""] = ARGUMENTS.exec(instruction) ?? []
  // A value may hold spaces; only what looks like the next name is taken for one.
  const words = rest.split(/ (?=[A-Za-z_]\w*=)/)
  return words.slice(0, Number(count))
}

function sizeFaults({ bytes }: ImageFacts, maxBytes: number | undefined): string[] {
  if (maxBytes === undefined || bytes <= maxBytes) return []
  return [
    `its layers take ${megabytes(bytes)} MB, more than build.max_size (${megabytes(maxBytes)} MB)`,
  ]
}

function megabytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1)
}
