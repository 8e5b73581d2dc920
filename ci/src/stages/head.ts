import type { Directory } from "@dagger.io/dagger"
import { headCommitOf } from "../changes/head-commit.js"

/**
 * The commit that is checked out.
 *
 * @param gitFolder the folder that holds `.git`
 * @returns its full id; empty where that can't be known without git
 */
export async function checkedOutCommit(gitFolder: Directory): Promise<string> {
  const commit = await headCommitOf(async (path) => {
    const file = `.git/${path}`
    // A name with a glob's characters in it stands for itself here.
    const found = await gitFolder.glob(file.replaceAll(/[*?[\]{}\\]/g, "\\$&"))
    return found.includes(file) ? gitFolder.file(file).contents() : undefined
  })
  return commit ?? ""
}
