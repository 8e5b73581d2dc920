#!/bin/sh
# Makes the database cluster on the first start, from the variables of the
# official image: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB,
# POSTGRES_HOST_AUTH_METHOD; runs /docker-entrypoint-initdb.d/*.sql.
set -eu
user="${POSTGRES_USER:-postgres}"
database="${POSTGRES_DB:-$user}"
method="${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}"

if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "$method" != trust ]; then
    echo "Error: the database has no password; set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust" >&2
    exit 1
  fi
  password_file=$(mktemp)
  printf '%s\n' "${POSTGRES_PASSWORD:-unused}" > "$password_file"
  initdb --username="$user" --pwfile="$password_file" --auth-local=trust --auth-host="$method" --encoding=UTF8 --no-sync > /dev/null
  rm -f "$password_file"
  echo "host all all all $method" >> "$PGDATA/pg_hba.conf"
  pg_ctl --silent --wait --options="-c listen_addresses=''" start
  if [ "$database" != postgres ]; then
    createdb --username="$user" "$database"
  fi
  for script in /docker-entrypoint-initdb.d/*.sql; do
    if [ -f "$script" ]; then psql --username="$user" --dbname="$database" --quiet --set=ON_ERROR_STOP=1 --file="$script"; fi
  done
  pg_ctl --silent --wait --mode=fast stop
fi

if [ "${1:-}" = postgres ]; then
  shift
  exec postgres -c listen_addresses='*' "$@"
fi
exec "$@"
