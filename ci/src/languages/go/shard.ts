import type { Container } from "@dagger.io/dagger"
import { REPORT_FOLDER, SHARD_FOLDER } from "../language.js"

const BIN = `${SHARD_FOLDER}/bin`

/**
 * Stands before the real go: `go test` gets only this shard's packages, the
 * slowest first to whoever has the least to do. Every shard comes to the same
 * division by itself. Flags that take a value as a word of their own are told
 * from switches by the list of switches, which is the shorter one.
 */
const SHIM = `#!/bin/sh
PATH=\${PATH#${BIN}:}
[ "$1" = test ] || exec go "$@"
shift
packages= flags= value= rest=
quote() { printf "'%s' " "$(printf %s "$1" | sed "s/'/'\\\\\\\\''/g")"; }
for word in "$@"; do
  if [ -n "$rest" ]; then
    rest="$rest$(quote "$word")"
    continue
  fi
  if [ -n "$value" ]; then
    flags="$flags$(quote "$word")" value=
    continue
  fi
  case $word in
    -args | --args) rest="$word " ;;
    -*=*) flags="$flags$(quote "$word")" ;;
    -a | -asan | -benchmem | -c | -cover | -failfast | -fullpath | -i | -json | -linkshared | -modcacherw | -msan | -n | -race | -short | -trimpath | -v | -work | -x) flags="$flags$word " ;;
    -*) flags="$flags$word " value=yes ;;
    *) packages="$packages$(quote "$word")" ;;
  esac
done
all=$(eval "go list $packages") || exit 1
mine=$(printf '%s\\n' "$all" | awk -v times="$PIPELINE_SHARD_TIMES" '
  BEGIN {
    while ((getline line < times) > 0) {
      split(line, part, " ")
      known[part[2]] = part[1]
      sum += part[1]
      total++
    }
    usual = total ? sum / total : 1
  }
  { printf "%.2f %s\\n", ($1 in known) ? known[$1] : usual, $1 }
' | sort -k1,1nr -k2 | awk -v number="\${PIPELINE_SHARD%/*}" -v count="\${PIPELINE_SHARD#*/}" '
  {
    lightest = 1
    for (shard = 2; shard <= count; shard++) if (load[shard] < load[lightest]) lightest = shard
    load[lightest] += $1
    if (lightest == number) print $2
  }
')
echo "$(printf '%s\\n' "$all" | grep -c .) $(printf '%s\\n' "$mine" | grep -c .)" > ${REPORT_FOLDER}/shard.txt
[ -n "$mine" ] || exit 0
eval "exec go test $flags $(echo $mine) $rest"
`

/** Makes `go test` run one shard: PIPELINE_SHARD says which, PIPELINE_SHARD_TIMES names a file of earlier times. */
export function withGoShard(container: Container): Container {
  return container
    .withNewFile(`${BIN}/go`, SHIM, { permissions: 0o755 })
    .withEnvVariable("PATH", `${BIN}:\${PATH}`, { expand: true })
}
