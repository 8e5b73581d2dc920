import { cp, mkdir, readFile, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { chroot, pack, unpack } from "./build-rootfs.mjs"
import { installNode, NODE_FOR_MODULES } from "./node-release.mjs"
import { exportLayout, pushLayer } from "./oci.mjs"
import { KIT_SOURCES, LOGS } from "./paths.mjs"
import { folderInputs, pieceFolder, pieceKey } from "./pieces.mjs"
import { GO_VERSION, goEnvironment } from "./prerequisites.mjs"
import { run } from "./process.mjs"
import { ensureRegistry } from "./registry.mjs"
import { inScratch } from "./scratch.mjs"
import {
  isOfGoLibrary,
  NEEDED_BY_NO_MODULE,
  NO_LIBRARY,
  NO_SOURCE,
  trimModuleCache,
  trimRoot,
} from "./trim.mjs"

/**
 * @typedef {import("./pieces.mjs").Piece} Piece
 * @typedef {{binaries: Piece, rootfs: Piece}} Foundation
 */

const GO_SOURCES = join(KIT_SOURCES, "sdk-go", "prefill")
const TYPESCRIPT_SOURCES = join(KIT_SOURCES, "sdk-typescript")

/**
 * The Go SDK's image, which also compiles the TypeScript SDK's runtime: Debian
 * with git, Go, the code generator, and caches filled with what every module's
 * client needs.
 *
 * @param {Foundation} foundation
 * @returns {Promise<Piece>} an OCI layout, with its manifest's digest in `digest`
 */
export async function goSdkPiece(foundation) {
  const sources = await folderInputs(GO_SOURCES)
  return {
    name: "sdk-go",
    title: "Go SDK image (about a minute)",
    inputs: [
      GO_VERSION,
      ...sources,
      pieceKey(foundation.binaries),
      pieceKey(foundation.rootfs),
      buildGo.toString(),
      trimRoot.toString(),
      trimModuleCache.toString(),
      NO_LIBRARY.source,
      NO_SOURCE.source,
      ...NEEDED_BY_NO_MODULE,
      chroot.toString(),
      pack.toString(),
      exportImage.toString(),
    ],
    needsMegabytes: 4000,
    build: (folder) => inScratch("sdk-go", (scratch) => buildGo(foundation, folder, scratch)),
  }
}

/**
 * @param {Foundation} foundation
 * @param {string} folder
 * @param {string} scratch
 */
async function buildGo(foundation, folder, scratch) {
  const root = join(scratch, "root")
  await unpack(join(pieceFolder(foundation.rootfs), "git.tar"), root)
  const go = await goEnvironment()
  await trimRoot(root)
  await cp(go.root, join(root, "usr/local/go"), {
    recursive: true,
    filter: (path) => isOfGoLibrary(relative(go.root, path)),
  })
  await cp(
    join(pieceFolder(foundation.binaries), "bin/codegen"),
    join(root, "usr/local/bin/codegen"),
  )
  await cp(GO_SOURCES, join(root, "prefill"), { recursive: true })
  const env = {
    GOPATH: "/go",
    GOTOOLCHAIN: "local",
    HOME: "/root",
    GOFLAGS: "",
    GOMODCACHE: "/go/pkg/mod",
    GOCACHE: "/root/.cache/go-build",
  }
  const fill =
    "cd /prefill && go build -o /dev/null . && go mod tidy && rm -rf /prefill /go/pkg/mod/cache/vcs"
  await chroot(root, fill, { env, log: join(LOGS, "build-sdk-go.log") })
  await trimModuleCache(join(root, "go/pkg/mod"))
  await exportImage({
    crane: join(pieceFolder(foundation.binaries), "bin/crane"),
    folder: join(folder, "layout"),
    root,
    scratch,
    name: "pipeline/sdk-go",
    env: {
      PATH: "/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      GOPATH: "/go",
      GOTOOLCHAIN: "local",
      HOME: "/root",
    },
  })
}

/**
 * The TypeScript SDK's image: the runtime module, the SDK's library and the
 * kit's programs, and the root file system that modules run in.
 *
 * @param {Foundation} foundation
 * @returns {Promise<Piece>}
 */
export async function typescriptSdkPiece(foundation) {
  const sources = await folderInputs(TYPESCRIPT_SOURCES)
  return {
    name: "sdk-typescript",
    title: "TypeScript SDK image",
    inputs: [
      ...Object.values(NODE_FOR_MODULES),
      ...sources,
      pieceKey(foundation.binaries),
      pieceKey(foundation.rootfs),
      buildTypescript.toString(),
      trimRoot.toString(),
      ...NEEDED_BY_NO_MODULE,
      pack.toString(),
      exportImage.toString(),
    ],
    needsMegabytes: 2500,
    build: (folder) =>
      inScratch("sdk-typescript", (scratch) => buildTypescript(foundation, folder, scratch)),
  }
}

/**
 * @param {Foundation} foundation
 * @param {string} folder
 * @param {string} scratch
 */
async function buildTypescript(foundation, folder, scratch) {
  const log = join(LOGS, "build-sdk-typescript.log")
  const root = join(scratch, "root")
  const kit = join(root, "opt/pipeline-sdk")
  const work = join(scratch, "kit")
  await unpack(join(pieceFolder(foundation.rootfs), "slim.tar"), root)
  await installNode(root, NODE_FOR_MODULES, scratch)
  await trimRoot(root)
  await cp(join(TYPESCRIPT_SOURCES, "kit"), work, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  })
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: work, log })
  await run("node", ["build.mjs", join(scratch, "built")], { cwd: work, log })
  await cp(join(scratch, "built/kit"), kit, { recursive: true })
  await cp(join(TYPESCRIPT_SOURCES, "lib"), join(kit, "library"), { recursive: true })
  await cp(join(scratch, "built/lib"), join(kit, "library"), { recursive: true })
  await cp(
    join(pieceFolder(foundation.binaries), "bin/codegen"),
    join(root, "usr/local/bin/codegen"),
  )
  // Where the engine looks for it.
  await cp(join(TYPESCRIPT_SOURCES, "runtime"), join(root, "runtime"), { recursive: true })
  await exportImage({
    crane: join(pieceFolder(foundation.binaries), "bin/crane"),
    folder: join(folder, "layout"),
    root,
    scratch,
    name: "pipeline/sdk-typescript",
  })
}

/**
 * Packs a folder as an image and leaves it as an OCI layout. An engine that begins empty unpacks it before it can load
 * anything; zstd's layers take a third less time than gzip's, and two thirds of the disk.
 *
 * @param {{crane: string, folder: string, root: string, scratch: string, name: string, env?: Record<string, string>}} options
 */
async function exportImage({ crane, folder, root, scratch, name, env }) {
  const tar = join(scratch, "layer.tar")
  await pack(root, tar)
  await run("zstd", ["--quiet", "--threads=0", "-6", "--rm", tar])
  const reference = `${await ensureRegistry()}/${name}:latest`
  const digest = await pushLayer({ crane, tar: `${tar}.zst`, reference, config: { env } })
  await mkdir(folder, { recursive: true })
  await exportLayout({ crane, reference, folder })
  await writeFile(join(folder, "digest"), digest)
}

/**
 * @param {string} folder a piece made here
 * @returns {Promise<string>}
 */
export async function layoutDigest(folder) {
  return (await readFile(join(folder, "layout/digest"), "utf8")).trim()
}
