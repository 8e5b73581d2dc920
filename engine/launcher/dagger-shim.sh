#!/bin/sh
# Runs the dagger CLI so that no .env file of a repository can break the run.
#
# Dagger evaluates every .env between the working directory and /, and a
# reference to a variable without a value (A=${NOT_SET}) is an error. It looks
# for a value in this process's environment, so each such variable gets one: a
# single space, because an empty one still counts as unset.
installed=@DAGGER@
dagger=${PIPELINE_DAGGER_CLI:-$installed}

# Prints the variables that a .env refers to without a default and doesn't define.
# Says which lines dagger will refuse; the launcher says it by itself.
unbound() {
  awk -v tell="${PIPELINE_DAGGER_CLI:+no}" '
    tell != "no" && /^[ \t]*export[ \t]/ {
      print "pipeline: " FILENAME ":" FNR ": dagger reads .env files and can not read `export`;" \
        " write NAME=value, or give the file another name" > "/dev/stderr"
    }
    match($0, /^[ \t]*(export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*=/) {
      name = substr($0, RSTART, RLENGTH - 1)
      sub(/^[ \t]*(export[ \t]+)?/, "", name)
      defined[name] = 1
    }
    {
      rest = $0
      while (match(rest, /\$[{]?#?[A-Za-z_][A-Za-z0-9_]*/)) {
        name = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        if (name ~ /^\$[{]/ && rest ~ /^:?[-+=]/) continue
        sub(/^\$[{]?#?/, "", name)
        used[name] = 1
      }
    }
    /\$\$/ { used["$"] = 1 }
    END { for (name in used) if (!(name in defined)) print name }
  ' "$1"
}

double=
folder=$PWD
while :; do
  if [ -f "${folder%/}/.env" ] && [ -r "${folder%/}/.env" ]; then
    for name in $(unbound "${folder%/}/.env"); do
      if [ "$name" = '$' ]; then double=yes; else eval "[ -n \"\${$name:-}\" ] || export $name=' '"; fi
    done
  fi
  [ -n "$folder" ] && [ "$folder" != / ] || break
  folder=${folder%/*}
done

# Dagger copies url.*.insteadOf of git's configuration, which may hold tokens, into
# the containers that build a module, where it also makes a new cache key. It asks
# `git config`, and that alone takes GIT_CONFIG for the repository's own file.
export GIT_CONFIG_GLOBAL="${GIT_CONFIG_GLOBAL-/dev/null}" GIT_CONFIG_SYSTEM="${GIT_CONFIG_SYSTEM-/dev/null}"
export GIT_CONFIG=/dev/null

# To dagger `$$` is a variable called `$`, and no shell can set that.
[ -z "$double" ] || exec env '$= ' "$dagger" "$@"
exec "$dagger" "$@"
