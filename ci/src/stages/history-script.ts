/** What the script writes: the patch, and "commits cut": how many there are, and at how many the history ends. */
export const HISTORY_FILES = { patch: "history.patch", facts: "facts" } as const

/**
 * Writes all that was ever committed, and how much that is. Its configuration is not here, and
 * neither are attributes, which could make git leave a text out. Of a merge, which a stash is as well,
 * it has what the merge itself added.
 *
 * @param repository folder that holds `.git`, of which it may write some
 * @param output folder for the files
 */
export function readHistory(repository: string, output: string): string {
  return `
cd ${repository}
mkdir -p ${output}
ids=$({ cat .git/packed-refs .git/HEAD; find .git/refs -type f -exec cat {} +; } 2> /dev/null || true)
format=
! printf '%s' "$ids" | grep -qE '[0-9a-f]{64}' || format=sha256
tables=
[ ! -d .git/reftable ] || tables=reftable
if [ -n "$format$tables" ]; then
  printf '[core]\\n\\trepositoryformatversion = 1\\n[extensions]\\n' > .git/config
  [ -z "$format" ] || printf '\\tobjectformat = %s\\n' "$format" >> .git/config
  [ -z "$tables" ] || printf '\\trefstorage = %s\\n' "$tables" >> .git/config
fi
git='git --no-pager --no-replace-objects --git-dir=.git -c core.bare=true -c core.quotePath=false -c safe.directory=* -c core.attributesFile=/dev/null -c diff.renameLimit=5000'
rm -f .git/info/attributes .git/info/grafts
commits=$($git rev-list --count --all HEAD)
$git log --patch --unified=0 --full-history --diff-filter=tuxdb --diff-merges=remerge --no-color --no-ext-diff --no-textconv --no-notes --all HEAD > ${output}/${HISTORY_FILES.patch}
cut=0
[ ! -s .git/shallow ] || cut=$(wc -l < .git/shallow)
echo "$commits $cut" > ${output}/${HISTORY_FILES.facts}
`
}
