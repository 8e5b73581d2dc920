import { readdir, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

/**
 * What Debian's files for people, for package management and for Perl are. The certificates' bundle stays.
 */
export const NEEDED_BY_NO_MODULE = [
  "etc/apt",
  "etc/ssl/certs/*.0",
  "etc/ssl/certs/*.pem",
  "etc/systemd",
  "usr/lib/apt",
  "usr/lib/dpkg",
  "usr/lib/systemd",
  "usr/lib/terminfo",
  "usr/lib/x86_64-linux-gnu/gconv",
  "usr/lib/x86_64-linux-gnu/perl",
  "usr/lib/x86_64-linux-gnu/perl-base",
  "usr/local/include",
  "usr/local/lib/node_modules/npm/docs",
  "usr/local/lib/node_modules/npm/man",
  "usr/share/bash-completion",
  "usr/share/ca-certificates",
  "usr/share/doc",
  "usr/share/gitweb",
  "usr/share/perl",
  "usr/share/perl5",
  "usr/share/zoneinfo",
  "var/lib/dpkg",
  "var/lib/systemd",
]

/**
 * Removes from a root file system what no module's runtime reads. An engine that begins empty unpacks an SDK's image
 * file by file before it can load anything, and that takes longer than all that comes after.
 *
 * @param {string} root
 */
export async function trimRoot(root) {
  for (const pattern of NEEDED_BY_NO_MODULE)
    for (const path of await matches(root, pattern))
      await rm(path, { recursive: true, force: true })
}

/**
 * @param {string} root
 * @param {string} pattern a path, whose last part may be an asterisk with an ending
 */
async function matches(root, pattern) {
  const path = join(root, pattern)
  if (!basename(path).startsWith("*")) return [path]
  const folder = dirname(path)
  const names = await readdir(folder)
  return names
    .filter((name) => name.endsWith(basename(path).slice(1)))
    .map((name) => join(folder, name))
}

/** Systems and processors that Go knows, other than the engine's: parts of the names of files that are only for them. */
const OTHER_SYSTEMS =
  "aix|android|darwin|dragonfly|freebsd|illumos|ios|js|nacl|netbsd|openbsd|plan9|solaris|wasip1|windows|zos"
const OTHER_PROCESSORS =
  "386|arm|arm64|loong64|mips|mips64|mips64le|mipsle|ppc64|ppc64le|riscv64|s390x|wasm"

/** Of a Go release: its own tests and documents, the source of the toolchain, and the tools that no build runs. */
export const NO_LIBRARY =
  /^(?:(?:test|doc|api|misc|src\/cmd)(?:\/|$)|bin\/gofmt$|pkg\/tool\/[^/]+\/(?:cover|fix|preprofile|vet)$)/

/**
 * What is not read when a Go package is compiled on Linux for amd64: tests and their data, and by the rule of
 * `go help buildconstraint` what is for others.
 */
export const NO_SOURCE = new RegExp(
  [
    "(?:^|/)testdata(?:/|$)",
    "_test\\.go$",
    `_(?:${OTHER_SYSTEMS})(?:_[a-z0-9]+)?\\.(?:go|s)$`,
    `_(?:${OTHER_PROCESSORS})\\.(?:go|s)$`,
  ].join("|"),
)

/**
 * Whether a file of a Go release is read when something that imports its library is compiled here.
 *
 * @param {string} path relative to the release
 */
export function isOfGoLibrary(path) {
  return !NO_LIBRARY.test(path) && !NO_SOURCE.test(path)
}

/**
 * Removes from a module cache what is not read when something that imports its modules is compiled here, and the
 * archives that they came in.
 *
 * @param {string} folder
 */
export async function trimModuleCache(folder) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (NO_SOURCE.test(entry.name) || entry.name.endsWith(".zip"))
      await rm(join(entry.parentPath, entry.name), { recursive: true, force: true })
}
