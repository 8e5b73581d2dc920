/** Reads a file of a `.git` folder by its path there; undefined when there is none. */
export type ReadGitFile = (path: string) => Promise<string | undefined>

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * The commit that is checked out, by what lies in `.git`, without git: `HEAD`, and the branch it
 * names, among the loose references or the packed ones.
 *
 * @returns its full id; undefined before the first commit, and where references are kept otherwise
 *   (reftable, a worktree without its repository)
 */
export async function headCommitOf(read: ReadGitFile): Promise<string | undefined> {
  const head = (await read("HEAD"))?.trim() ?? ""
  if (COMMIT.test(head)) return head
  const branch = /^ref: (refs\/.+)$/.exec(head)?.[1]
  if (branch === undefined) return undefined
  const loose = (await read(branch))?.trim() ?? ""
  if (COMMIT.test(loose)) return loose
  const packed = (await read("packed-refs"))?.split("\n") ?? []
  const line = packed.find((one) => one.slice(one.indexOf(" ") + 1) === branch)
  const commit = line?.split(" ")[0] ?? ""
  return COMMIT.test(commit) ? commit : undefined
}
