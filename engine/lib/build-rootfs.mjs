import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { extraCertificates, hostBundle } from "./certificates.mjs"
import { LOGS } from "./paths.mjs"
import { run } from "./process.mjs"
import { inScratch } from "./scratch.mjs"

const SUITE = "bookworm"

/** What Debian's slim images leave out too: Perl, which only the conversion of an old system to a merged /usr needs. */
const SLIM = [
  "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
  '--aptopt=Acquire::Languages "none"',
  ...["man", "info", "locale", "groff", "lintian", "linda"].map(
    (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
  ),
  "--dpkgopt=path-exclude=/usr/share/doc/*",
  "--dpkgopt=path-include=/usr/share/doc/*/copyright",
]

/**
 * One Debian root file system, from which every base image is built: `slim.tar`,
 * and `git.tar`, the same with git, for the SDK images (they must exist before
 * the engine can build anything).
 *
 * The CAs this host trusts beyond Debian's are installed in it, so that package
 * managers inside containers work behind a TLS-inspecting proxy.
 *
 * @returns {Promise<import("./pieces.mjs").Piece>}
 */
export async function rootfsPiece() {
  return {
    name: "rootfs",
    title: "Debian root file system (about a minute)",
    inputs: [
      SUITE,
      ...SLIM,
      build.toString(),
      chroot.toString(),
      pack.toString(),
      trustHostCertificates.toString(),
      hostBundle(),
    ],
    needsMegabytes: 1500,
    build: (folder) => inScratch("rootfs", (scratch) => build(folder, scratch)),
  }
}

/**
 * @param {string} folder
 * @param {string} scratch
 */
async function build(folder, scratch) {
  await mkdir(LOGS, { recursive: true })
  const log = join(LOGS, "build-rootfs.log")
  const root = join(scratch, "root")
  const options = [
    "--variant=minbase",
    "--format=directory",
    "--include=ca-certificates,netbase",
    ...SLIM,
    SUITE,
    root,
  ]
  // It mounts the host's /dev below the root: in a namespace of its own that ends with it, however it ends.
  await run(
    "unshare",
    ["--mount", "--propagation", "private", "--fork", "--kill-child", "mmdebstrap", ...options],
    { log },
  )
  await trustHostCertificates(root)
  await pack(root, join(folder, "slim.tar"))
  await chroot(
    root,
    "apt-get update -q && apt-get install -y -q --no-install-recommends git && apt-get clean && rm -rf /var/lib/apt/lists/*",
    { log },
  )
  await pack(root, join(folder, "git.tar"))
}

/** @param {string} root */
async function trustHostCertificates(root) {
  const own = await readFile(join(root, "etc/ssl/certs/ca-certificates.crt"), "utf8")
  const extra = extraCertificates(hostBundle(), own)
  if (extra.length === 0) return
  const folder = join(root, "usr/local/share/ca-certificates")
  await mkdir(folder, { recursive: true })
  for (const [index, pem] of extra.entries())
    await writeFile(join(folder, `host-${index}.crt`), `${pem}\n`)
  await run("chroot", [root, "update-ca-certificates"])
}

/**
 * Runs a shell line inside a root file system, with /proc and the host's name resolution.
 *
 * In a mount namespace of its own, so that whatever kills it, no mount stays behind.
 *
 * @param {string} root
 * @param {string} line
 * @param {{log?: string, env?: Record<string, string>}} [options]
 */
export async function chroot(root, line, { log, env } = {}) {
  const resolv = join(root, "etc/resolv.conf")
  await copyFile("/etc/resolv.conf", resolv)
  const script =
    'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && exec chroot "$1" sh -ec "$2"'
  await run(
    "unshare",
    [
      "--mount",
      "--propagation",
      "private",
      "--fork",
      "--kill-child",
      "sh",
      "-ec",
      script,
      "sh",
      root,
      line,
    ],
    {
      log,
      env: {
        DEBIAN_FRONTEND: "noninteractive",
        PATH: "/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ...env,
      },
    },
  )
  await rm(resolv, { force: true })
}

/**
 * Packs a root file system as an image layer, with the same bytes for the same content.
 *
 * @param {string} root
 * @param {string} tar
 */
export async function pack(root, tar) {
  const exclude = ["./dev/*", "./proc/*", "./sys/*", "./run/*", "./tmp/*"].map(
    (path) => `--exclude=${path}`,
  )
  await run("tar", [
    "--numeric-owner",
    "--sort=name",
    "--mtime=@0",
    ...exclude,
    "-cf",
    tar,
    "-C",
    root,
    ".",
  ])
}

/**
 * @param {string} tar
 * @param {string} folder
 */
export async function unpack(tar, folder) {
  await mkdir(folder, { recursive: true })
  await run("tar", ["--numeric-owner", "-xpf", tar, "-C", folder])
}
