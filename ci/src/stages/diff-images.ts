import { dag, Container, ReturnType } from "@dagger.io/dagger"
import type { Config, Service } from "../config/index.js"
import { hasImage } from "../config/index.js"
import { UsageError } from "../run/usage-error.js"
import { serviceImage } from "./build.js"
import { moduleFile } from "./module-folder.js"
import { platformsOf } from "./platforms.js"
import type { PushedImages } from "./pushed-images.js"
import { imageAt } from "./registry.js"
import type { Workspace } from "./workspace.js"

const PYTHON = "docker.io/library/python:3.11-slim"
const PROGRAM = "/program/diff_images.py"
const ONE = "/one.tar"
const OTHER = "/other.tar"

/**
 * Says in which layers and files two images differ.
 *
 * @throws Error when an image can't be had, or read
 */
export async function diffImages(one: Container, other: Container): Promise<string> {
  const compared = dag
    .container()
    .from(PYTHON)
    .withMountedFile(PROGRAM, moduleFile("src/images/diff_images.py"))
    .withMountedFile(ONE, one.asTarball())
    .withMountedFile(OTHER, other.asTarball())
    .withExec(["python3", PROGRAM, ONE, OTHER], { expect: ReturnType.Any })
  const [exitCode, text, errors] = await Promise.all([
    compared.exitCode(),
    compared.stdout(),
    compared.stderr(),
  ])
  if (exitCode > 1 || text === "") throw new Error(errors.trim().split("\n").at(-1))
  return text
}

/** The image that a registry has of a service; of an index, the one that `builtLike` builds. */
export async function pushedContainer(
  service: Service,
  { commit, images, access }: PushedImages,
): Promise<Container> {
  const found = images.find((image) => image.service === service.name)
  if (found === undefined)
    throw new UsageError(
      `${access.registry} has no image of ${service.name} for ${commit}.\nnext: push it, or name another commit with --tag, or any image with --image`,
    )
  const [platform] = await platformsOf(service)
  return imageAt(`${found.repository}@${found.digest}`, access.login, platform)
}

/**
 * The image as it is built here and now, with the labels that the other one has: they say where an
 * image comes from, and are put on when it is pushed.
 */
export async function builtLike(
  other: Container,
  workspace: Workspace,
  service: Service,
): Promise<Container> {
  let image = await serviceImage(workspace, service)
  for (const label of await other.labels())
    image = image.withLabel(await label.name(), await label.value())
  return image
}

/** The service of that name, with an image. */
export function imageService({ services }: Config, name: string): Service {
  const service = services.find((each) => each.name === name)
  if (service !== undefined && hasImage(service)) return service
  const names = services.filter(hasImage).map((each) => each.name)
  throw new UsageError(`There is no image of "${name}"; use one of: ${names.join(", ")}`)
}
