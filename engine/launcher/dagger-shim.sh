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
unbound() {
  awk '
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
    END { for (name in used) if (!(name in defined)) print name }
  ' "$1"
}

folder=$PWD
while :; do
  if [ -f "${folder%/}/.env" ] && [ -r "${folder%/}/.env" ]; then
    for name in $(unbound "${folder%/}/.env"); do
      eval "[ -n \"\${$name:-}\" ] || export $name=' '"
    done
  fi
  [ -n "$folder" ] && [ "$folder" != / ] || break
  folder=${folder%/*}
done

# Dagger copies url.*.insteadOf of git's configuration, which may hold tokens, into
# the containers that build a module, where it also makes a new cache key.
export GIT_CONFIG_GLOBAL="${GIT_CONFIG_GLOBAL-/dev/null}" GIT_CONFIG_SYSTEM="${GIT_CONFIG_SYSTEM-/dev/null}"

exec "$dagger" "$@"
