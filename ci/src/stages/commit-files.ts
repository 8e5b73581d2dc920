import type { Directory } from "@dagger.io/dagger"
import { dag } from "@dagger.io/dagger"
import { UsageError } from "../run/usage-error.js"
import { IMAGES } from "./images.js"

/** Writes every file of a commit as git would check it out, and touches neither index nor checkout. */
const CHECK_OUT = `mkdir -p /files
if git cat-file -e "$1^{commit}" 2> /dev/null; then
  git read-tree "$1" && git checkout-index --all --force --prefix=/files/ && echo found > /answer
else
  echo missing > /answer
fi`

/**
 * The files of a commit, from what git has of it; submodules stay empty.
 *
 * @param gitFolder the folder that holds `.git`
 * @param commit full id
 * @throws UsageError when this checkout does not have it
 */
export async function commitFiles(gitFolder: Directory, commit: string): Promise<Directory> {
  const done = dag
    .container()
    .from(IMAGES.tools)
    .withMountedDirectory("/repository", gitFolder)
    .withWorkdir("/repository")
    .withEnvVariable("GIT_INDEX_FILE", "/tmp/index")
    .withExec([...["git", "config", "--global", "--add", "safe.directory", "*"]])
    .withExec(["sh", "-ec", CHECK_OUT, "sh", commit])
  if ((await done.file("/answer").contents()).trim() !== "found")
    throw new UsageError(
      `--from: commit ${commit} of the record is not in this checkout\nnext: git fetch origin ${commit}, then the same command again`,
    )
  return done.directory("/files")
}
