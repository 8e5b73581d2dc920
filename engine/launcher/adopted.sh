#!/bin/sh
# Runs the pipeline that dagger.json names, on the repository of the current directory: `./pipeline --help`.
# Written by `pipeline init`. A folder is run where it is; a commit is fetched once, into the user's cache.
set -eu
case $0 in
  */*) here=${0%/*} ;;
  *) here=. ;;
esac
if ! command -v node > /dev/null; then
  echo "pipeline: needs Node.js 20 or newer, found none; install it from your distribution or nodejs.org" >&2
  exit 2
fi
pinned=$(node -e '
  const { readFileSync } = require("node:fs")
  const { source = "", pin = "" } = JSON.parse(readFileSync(process.argv[1], "utf8")).blueprint ?? {}
  const address = source.replace(/@[^@:\/]+$/, "")
  const isPlain = !/^[a-z+]+:\/\//.test(address) && !/^[^\/]+:/.test(address)
  console.log(pin === "" ? "folder" : pin)
  console.log(pin === "" ? source : isPlain ? `https://${address}` : address)
' "$here/dagger.json") || {
  echo "pipeline: $here/dagger.json does not name the pipeline: \`pipeline init\` writes one that does" >&2
  exit 2
}
commit=$(echo "$pinned" | sed -n 1p)
source=$(echo "$pinned" | sed -n 2p)
if [ "$commit" = folder ]; then
  exec "$here/$source/pipeline" "$@"
fi
folder=${XDG_CACHE_HOME:-$HOME/.cache}/pipeline/$commit
if [ ! -d "$folder" ]; then
  echo "pipeline: fetching $source at $commit (once)" >&2
  mkdir -p "${folder%/*}"
  unfinished=$(mktemp -d "${folder%/*}/.fetching-XXXXXX")
  trap 'rm -rf "$unfinished"' EXIT
  git init --quiet "$unfinished"
  # Not every server gives a commit by its id alone.
  if ! { git -C "$unfinished" fetch --quiet --depth=1 "$source" "$commit" 2> /dev/null ||
    git -C "$unfinished" fetch --quiet --tags "$source" "+refs/heads/*:refs/remotes/origin/*"; } ||
    ! git -C "$unfinished" -c advice.detachedHead=false checkout --quiet --detach "$commit"; then
    echo "pipeline: $source has no commit $commit, or can't be reached" >&2
    echo "  next: look at \`blueprint\` in dagger.json, and at your access to that address" >&2
    exit 3
  fi
  # Somebody else may have been faster.
  node -e 'require("node:fs").renameSync(...process.argv.slice(1))' "$unfinished" "$folder" 2> /dev/null || [ -d "$folder" ]
  trap - EXIT
  rm -rf "$unfinished"
fi
exec "$folder/pipeline" "$@"
