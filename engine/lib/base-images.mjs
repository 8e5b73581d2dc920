import { cp, mkdir, readFile, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { KitError } from "./errors.mjs"
import { daggerEnvironment } from "./environment.mjs"
import { installNode, NODE_FOR_SERVICES } from "./node-release.mjs"
import { pushLayer } from "./oci.mjs"
import { KIT_SOURCES, LOGS } from "./paths.mjs"
import { dropPiece, ensurePiece, folderInputs, pieceKey } from "./pieces.mjs"
import { GO_VERSION, goEnvironment } from "./prerequisites.mjs"
import { run } from "./process.mjs"
import { inScratch } from "./scratch.mjs"

const IMAGES = join(KIT_SOURCES, "images")

/** Every stand-in carries it, with the name of its folder in engine/images; so does every image built on one. */
export const STAND_IN_LABEL = "dev.pipeline.stand-in"

/**
 * @typedef {object} BaseImage
 * @property {string} name folder in engine/images
 * @property {string[]} tags repository and tag, without a registry
 * @property {"node" | "go"} [assets] files added to the build context
 * @property {string[]} [after] images it is built from
 */

/** @returns {Promise<BaseImage[]>} */
export async function baseImages() {
  const { $comment, ...images } = JSON.parse(await readFile(join(IMAGES, "images.json"), "utf8"))
  return Object.entries(images).map(([name, image]) => ({ name, ...image }))
}

/**
 * Builds the kit's base images that are missing and puts them into the local
 * registry under the names users write. Needs the kit's lock and a running engine.
 *
 * @param {import("./foundation.mjs").Foundation} foundation
 * @param {string} registry
 */
export async function ensureBaseImages(foundation, registry) {
  const images = await baseImages()
  /** @type {Map<string, Promise<string>>} name → key of the piece, once it is there */
  const done = new Map()
  /** @type {(image: BaseImage) => Promise<string>} */
  const ensure = (image) => {
    const ensured = done.get(image.name) ?? build(image)
    done.set(image.name, ensured)
    return ensured
  }
  const build = async (/** @type {BaseImage} */ image) => {
    const parents = images.filter(({ name }) => parentNames(image).includes(name))
    const parentKeys = await Promise.all(parents.map(ensure))
    return ensureImage(image, parentKeys, foundation, registry)
  }
  const results = await Promise.allSettled(images.map(ensure))
  const failure = results.find((result) => result.status === "rejected")
  if (failure) throw failure.reason
}

/** @param {BaseImage} image */
function parentNames({ name, after = [] }) {
  return name === "debian" ? [] : ["debian", ...after]
}

/**
 * @param {BaseImage} image
 * @param {string[]} parentKeys
 * @param {import("./foundation.mjs").Foundation} foundation
 * @param {string} registry
 * @returns {Promise<string>}
 */
async function ensureImage(image, parentKeys, foundation, registry) {
  const piece = await imagePiece(image, parentKeys, foundation, registry)
  // The registry's store may have been removed behind the marker's back.
  const served = await Promise.all(image.tags.map((tag) => isServed(registry, tag)))
  if (!served.every(Boolean)) await dropPiece(piece)
  await ensurePiece(piece)
  return pieceKey(piece)
}

/**
 * @param {BaseImage} image
 * @param {string[]} parentKeys
 * @param {import("./foundation.mjs").Foundation} foundation
 * @param {string} registry
 * @returns {Promise<import("./pieces.mjs").Piece>}
 */
async function imagePiece(image, parentKeys, foundation, registry) {
  const isDebian = image.name === "debian"
  return {
    name: `image-${image.name}`,
    title: `base image ${image.tags[0]}`,
    inputs: [
      JSON.stringify(image),
      ...(isDebian ? [basename(foundation.rootfs)] : await folderInputs(join(IMAGES, image.name))),
      ...(image.assets === "node" ? Object.values(NODE_FOR_SERVICES) : []),
      ...(image.assets === "go" ? [GO_VERSION] : []),
      ...parentKeys,
    ],
    needsMegabytes: 1500,
    build: async (folder) => {
      const digest = isDebian
        ? await pushDebian(image, foundation, registry)
        : await buildImage(image, registry)
      await writeFile(join(folder, "digest"), digest)
    },
  }
}

/**
 * @param {BaseImage} image
 * @param {import("./foundation.mjs").Foundation} foundation
 * @param {string} registry
 */
async function pushDebian(image, foundation, registry) {
  let digest = ""
  for (const tag of image.tags) {
    digest = await pushLayer({
      crane: join(foundation.bin, "crane"),
      tar: join(foundation.rootfs, "slim.tar"),
      reference: `${registry}/${tag}`,
      config: {
        cmd: ["bash"],
        env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
        labels: { [STAND_IN_LABEL]: image.name },
      },
    })
  }
  return digest
}

/**
 * @param {BaseImage} image
 * @param {string} registry
 * @returns {Promise<string>} the published reference with its digest
 */
function buildImage(image, registry) {
  return inScratch(`image-${image.name}`, async (scratch) => {
    const context = join(scratch, "context")
    await cp(join(IMAGES, image.name), context, { recursive: true })
    await addAssets(image, context, scratch)
    const publish = image.tags.map(
      (tag, index) => `p${index}: publish(address: ${JSON.stringify(`${registry}/${tag}`)})`,
    )
    const query = `{ host { directory(path: ${JSON.stringify(context)}) { dockerBuild {
      withLabel(name: "${STAND_IN_LABEL}", value: ${JSON.stringify(image.name)}) { ${publish.join(" ")} } } } } }`
    const { stdout } = await run("dagger", ["query", "--no-mod", "--progress=plain"], {
      input: query,
      env: await daggerEnvironment(),
      log: join(LOGS, `build-image-${image.name}.log`),
    })
    const published = JSON.parse(stdout).host?.directory?.dockerBuild?.withLabel?.p0
    if (!published)
      throw new KitError("IMAGE_FAILED", `base image ${image.name}: no digest in ${stdout}`, {
        exitCode: 1,
      })
    return published
  })
}

/**
 * @param {BaseImage} image
 * @param {string} context
 * @param {string} scratch
 */
async function addAssets(image, context, scratch) {
  if (image.assets === "node") {
    await mkdir(join(context, "rootfs"))
    await installNode(join(context, "rootfs"), NODE_FOR_SERVICES, scratch)
  }
  if (image.assets === "go") {
    const { root } = await goEnvironment()
    await cp(root, join(context, "go"), {
      recursive: true,
      filter: (path) => !["test", "doc", "api"].some((part) => path === join(root, part)),
    })
  }
}

const MANIFEST_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(",")

/**
 * @param {string} registry
 * @param {string} tag
 * @returns {Promise<boolean>}
 */
async function isServed(registry, tag) {
  const [repository, reference] = tag.split(":")
  const response = await fetch(`http://${registry}/v2/${repository}/manifests/${reference}`, {
    method: "HEAD",
    headers: { accept: MANIFEST_TYPES },
  })
  return response.ok
}
