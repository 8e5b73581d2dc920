import { join } from "node:path/posix"
import type { Generated } from "../config/index.js"
import type { CheckCommand } from "../run/checks.js"
import { quote } from "./shell.js"

const DIFF_LINES = 40

/** Compares every declared path with a copy from before; names each file that differs, with the first line that does. */
const COMPARE = `
names() {
  if [ ! -e "$before/$1" ] && [ ! -e "$1" ]; then echo "$1"; return; fi
  diff -Nrq "$before/$1" "$1" | sed -n 's/^Files .* and \\(.*\\) differ$/\\1/p'
}
differs() {
  line=$(cmp "$before/$1" "$1" 2>&1 | sed -n 's/.* line \\([0-9]*\\).*/\\1/p' | head -n 1)
  if [ ! -e "$1" ]; then echo "$1:1: not made by: $command"
  else echo "$1:\${line:-1}: not current: run in $folder: $command"; fi
  diff -Nu --label "$1 in git" --label "$1 made now" "$before/$1" "$1" | head -n ${DIFF_LINES}
}
`

/**
 * Checks that run what makes files, and fail when these files are not what is in git.
 *
 * @param root where the repository lies
 * @param folder of the service, from the repository's root
 */
export function generatedChecks(
  generated: readonly Generated[],
  root: string,
  folder: string,
): CheckCommand[] {
  return generated.map(({ command, files }) => {
    const paths = files.map(quote).join(" ")
    const script = [
      `before=$(mktemp -d) folder=${quote(folder)} command=${quote(command)}`,
      `cd ${quote(root)}`,
      `for path in ${paths}; do`,
      '  [ ! -e "$path" ] || { mkdir -p "$before/$(dirname "$path")"; cp -a "$path" "$before/$path"; }',
      "done",
      `(cd ${quote(join(root, folder))} && eval "$command") || { echo "the command ended with $?: $command"; exit 1; }`,
      COMPARE.trim(),
      "list=$(mktemp)",
      `for path in ${paths}; do names "$path"; done > "$list"`,
      'while IFS= read -r path; do differs "$path"; done < "$list"',
      '[ ! -s "$list" ]',
    ]
    return { name: "generated", command: script.join("\n"), problem: PROBLEM }
  })
}

const PROBLEM = ":[0-9]+: not (current|made by): |^the command ended with "
