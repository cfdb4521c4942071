#!/usr/bin/env bash
# Measures pipekit beside the plain pipes of the databases' own tools, alternating, and prints a table of ratios.
# Starts a PostgreSQL server of its own. Arguments: rows (1,000,000) and rounds (5).
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/support/server.sh

need=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || need+=(postgresql)
for tool in python3 openssl sqlite3; do command -v $tool >/dev/null || need+=($tool); done
install_missing "${need[@]}"

cargo build --release --locked --quiet
work=$(mktemp -d "${TMPDIR:-/tmp}/pipekit-bench.XXXXXX")
trap 'stop_postgres "$work"; rm -rf "$work"' EXIT
PG_CONF=$'max_wal_size = 8GB\ncheckpoint_timeout = 1h' start_postgres "$work"
PGHOST=127.0.0.1 PGPORT=$pg_port PGUSER=postgres PGPASSWORD=$pg_password PG_BIN=$(pg_bin) \
  python3 benches/compare.py "$work" "$PWD/target/release/pipekit" "$@"
