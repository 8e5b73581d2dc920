import { dag, Container } from "@dagger.io/dagger"
import { IMAGES } from "./images.js"

/** What an image is, as a registry would store it. */
export interface ImageFacts {
  /** Of the manifest: the one that a push of the same image gives. */
  digest: string
  /** Bytes of its layers as they are transferred. */
  bytes: number
}

const ARCHIVE = "/image.tar"
const PROGRAM = "/program/describe.mjs"

/** Looks into an image without pushing it. */
export async function describeImage(image: Container): Promise<ImageFacts> {
  const facts = await dag
    .container()
    .from(IMAGES.tools)
    .withMountedFile(PROGRAM, dag.currentModule().source().file("src/images/describe.mjs"))
    .withMountedFile(ARCHIVE, image.asTarball())
    .withExec(["node", PROGRAM, ARCHIVE])
    .stdout()
  return JSON.parse(facts) as ImageFacts
}
