#!/usr/bin/env bash
# Measures pipekit beside the plain pipes of the databases' own tools, alternating, and prints a table of ratios.
# Starts servers of its own, PostgreSQL and MariaDB. pgloader, where MariaDB's rows go to PostgreSQL, is Debian's package
# (`apt-get install pgloader`). Arguments: rows (1,000,000) and rounds (5).
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/support/server.sh

need=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || need+=(postgresql)
command -v mariadbd >/dev/null || need+=(mariadb-server mariadb-client)
for tool in python3 openssl sqlite3 pgloader; do command -v $tool >/dev/null || need+=($tool); done
install_missing "${need[@]}"

cargo build --release --locked --quiet
work=$(mktemp -d "${TMPDIR:-/tmp}/pipekit-bench.XXXXXX")
trap 'stop_postgres "$work"; stop_mariadb "$work"; rm -rf "$work"' EXIT
PG_CONF=$'max_wal_size = 8GB\ncheckpoint_timeout = 1h' start_postgres "$work"
MY_OPTIONS="--innodb-log-file-size=1G --innodb-buffer-pool-size=512M --innodb-flush-log-at-trx-commit=1" start_mariadb "$work"
MY_PORT=$my_port MYSQL_PWD=$my_password PGHOST=127.0.0.1 PGPORT=$pg_port PGUSER=postgres PGPASSWORD=$pg_password PG_BIN=$(pg_bin) \
  python3 benches/compare.py "$work" "$PWD/target/release/pipekit" "$@"
