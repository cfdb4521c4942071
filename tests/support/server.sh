# Sourced by tests/run.sh and benches/run.sh: finds or installs what they need, and runs a PostgreSQL server of their own.

# Installs Debian packages where it may, and says what is missing where it may not. Arguments: package names.
install_missing() {
  [ $# -eq 0 ] && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: $* (Debian packages); install them, or run this as root on Debian" >&2
    exit 1
  fi
  echo "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Where the newest PostgreSQL on this machine has its programs.
pg_bin() { dirname "$(ls -d /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)"; }

# PostgreSQL refuses to run as root.
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# Starts a server in the folder $1, on a free port, with TLS. Sets pg_port, pg_password.
start_postgres() {
  local folder=$1
  pg_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  pg_password=pg-s3cret-$RANDOM
  chmod 755 "$folder"
  mkdir "$folder/pg"
  printf '%s\n' "$pg_password" >"$folder/password"
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$folder/server.key" -out "$folder/server.crt" 2>/dev/null
  chmod 600 "$folder/server.key"
  if [ "$(id -u)" = 0 ]; then chown postgres "$folder/pg" "$folder/password" "$folder/server.key"; fi
  as_server "$(pg_bin)/initdb" -D "$folder/pg" -U postgres --auth=scram-sha-256 --pwfile="$folder/password" \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  cat >>"$folder/pg/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $pg_port
unix_socket_directories = '$folder/pg'
max_connections = 200
ssl = on
ssl_cert_file = '$folder/server.crt'
ssl_key_file = '$folder/server.key'
${PG_CONF:-}
CONF
  as_server "$(pg_bin)/pg_ctl" -D "$folder/pg" -l "$folder/pg/server.log" -s -w start
}

stop_postgres() { as_server "$(pg_bin)/pg_ctl" -D "$1/pg" -m immediate -s stop >/dev/null 2>&1 || true; }
