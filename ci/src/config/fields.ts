import { z } from "zod"

import { dockerfileFault, globFault, onlyExcludes, pathFault } from "./paths.js"
import type { TextFault } from "./paths.js"
import { parseMemory } from "./units.js"

/**
 * The kinds of values that fields of both files are made of.
 *
 * Checks that know a correction are functions; the others are patterns, so that editors, which only
 * see the JSON Schema, have them too.
 */

/** A name that works as image name, file name and command-line word everywhere. */
export const Name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]*$/,
    'must begin with a small letter or a digit, then only small letters, digits, ".", "_" and "-": it becomes part of image names',
  )

/** The path of a folder, from the repository's root. */
export const FolderPath = checkedText(pathFault)

/** The path of a file, from the repository's root. */
export const FilePath = checkedText(pathFault)

/** The path of a Dockerfile, from the service's folder, or with "/" from the repository's root. */
export const DockerfilePath = checkedText(dockerfileFault)

/** The path of a file or folder, from the service's folder, or with "/" from the repository's root. */
export const OwnPath = checkedText((text) => pathFault(text.replace(/^\/+(?=.)/, "")))

/** One path pattern. */
export const Glob = checkedText(globFault)

/** A document: a file in a folder, or with "/" in front a path that a service serves. */
export const DocumentPath = checkedText((text) =>
  text.startsWith("/") ? nulFault(text) : pathFault(text),
)

/** Path patterns, of which at least one must select something. */
export const Globs = z.array(Glob).superRefine((globs, context) => {
  if (!onlyExcludes(globs)) return
  report(context, {
    message: "only has exclusions, so it matches no file",
    suggestion: 'put "**" in front of them',
  })
})

/** Text that says something. */
export const FilledText = checkedText((text) => {
  if (text.trim() === "") return { message: "must not be empty" }
  return nulFault(text)
})

/** Text for a command line or an environment, where a NUL ends it. */
export const PlainText = checkedText(nulFault)

/** Environment variables. */
export const EnvironmentMap = z.record(
  z
    .string()
    .regex(
      /^[A-Za-z_][A-Za-z0-9_]*$/,
      "is not a name of an environment variable: only letters, digits and _, not beginning with a digit",
    ),
  PlainText,
)

/** A span of time in seconds. */
export const Seconds = z.number().int().min(1).max(86_400)

/** An amount of memory. */
export const Memory = checkedText((text) => {
  if (parseMemory(text) !== undefined) return undefined
  return {
    message: "is not an amount of memory",
    expected: 'a number and "m" or "g", such as "512m"',
  }
})

/** A port of a container. */
export const Port = z.number().int().min(1).max(65_535)

/** The path of an address. */
export const UrlPath = z.string().startsWith("/", 'must begin with "/"')

/** The digest of an image. */
export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hexadecimal digits in small letters')

/** The name of an image with its registry and tag. */
export const ImageReference = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/,
    'must be an image reference, such as "registry.example.com/python:3.11-slim"',
  )

function nulFault(text: string): TextFault | undefined {
  return text.includes("\0") ? { message: "must not contain a NUL character" } : undefined
}

/** Makes a text field of a function that says what is wrong with a text. */
function checkedText(fault: (text: string) => TextFault | undefined): z.ZodString {
  return z.string().superRefine((text, context) => {
    const problem = fault(text)
    if (problem) report(context, problem)
  })
}

function report(context: z.core.$RefinementCtx, { message, ...params }: TextFault): void {
  context.addIssue({ code: "custom", message, params })
}
