import { dag } from "@dagger.io/dagger"
import { showPath } from "../changes/describe.js"
import type { Config } from "../config/index.js"
import { UsageError } from "../run/usage-error.js"
import type { Checkout } from "./detect.js"
import { gatherFacts, REPOSITORY, withCheckout } from "./detect.js"
import { IMAGES } from "./images.js"

/** The commit that is checked out. */
export interface Commit {
  /** Full id. */
  revision: string
  /** When it was committed, in ISO 8601 (UTC). */
  created: string
  /** The branch; absent when none is checked out. */
  branch?: string
}

const MOST_FILES = 10

/**
 * The commit that the files of a checkout are, and nothing but that commit.
 *
 * @throws UsageError when there is no commit, or files that are not in it
 */
export async function cleanCommit(checkout: Checkout, config: Config): Promise<Commit> {
  const { revision, branch, dirty } = await headCommit(checkout, config)
  if (dirty.length > 0) throw new UsageError(dirtyTree(dirty))
  const created = await commitTime(checkout, revision)
  return { revision, created, ...(branch !== undefined && { branch }) }
}

/** What is checked out, and the paths that are not as the commit has them. */
export async function headCommit(
  checkout: Checkout,
  config: Config,
): Promise<{ revision: string; branch?: string; dirty: string[] }> {
  const { head, files } = await gatherFacts(checkout, config, { base: "HEAD", strictBase: false })
  if (head.sha === null)
    throw new UsageError("There is no commit that an image could be named after: commit first")
  return {
    revision: head.sha,
    ...(head.ref !== undefined && { branch: head.ref }),
    dirty: files.map(({ path }) => path),
  }
}

async function commitTime(checkout: Checkout, revision: string): Promise<string> {
  const container = await withCheckout(dag.container().from(IMAGES.tools), checkout)
  const seconds = await container
    .withWorkdir(REPOSITORY)
    .withExec(["git", "-c", "safe.directory=*", "show", "-s", "--format=%ct", revision])
    .stdout()
  return new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z")
}

function dirtyTree(paths: string[]): string {
  const more = paths.length - MOST_FILES
  return [
    "--push: an image is named after its commit, and these files are not as HEAD has them:",
    ...paths.slice(0, MOST_FILES).map((path) => `  ${showPath(path)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    "next: commit them, or put them away with `git stash --include-untracked`",
  ].join("\n")
}
