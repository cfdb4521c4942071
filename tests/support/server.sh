# Sourced by tests/run.sh and benches/compare: finds or installs what they need, and runs servers of their own:
# PostgreSQL and MariaDB.

# Where Debian has servers.
PATH=$PATH:/usr/sbin

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

# A port that is free now.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Makes the certificate of the servers in the folder $1, once.
make_certificate() {
  [ -f "$1/server.crt" ] || openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$1/server.key" -out "$1/server.crt" 2>/dev/null
}

# PostgreSQL refuses to run as root.
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# Starts a server in the folder $1, on a free port, with TLS. Sets pg_port, pg_password.
start_postgres() {
  local folder=$1
  pg_port=$(free_port)
  pg_password=pg-s3cret-$RANDOM
  chmod 755 "$folder"
  mkdir "$folder/pg"
  printf '%s\n' "$pg_password" >"$folder/password"
  make_certificate "$folder"
  cp "$folder/server.key" "$folder/pg.key"
  chmod 600 "$folder/pg.key"
  if [ "$(id -u)" = 0 ]; then chown postgres "$folder/pg" "$folder/password" "$folder/pg.key"; fi
  as_server "$(pg_bin)/initdb" -D "$folder/pg" -U postgres --auth=scram-sha-256 --pwfile="$folder/password" \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  cat >>"$folder/pg/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $pg_port
unix_socket_directories = '$folder/pg'
max_connections = 200
ssl = on
ssl_cert_file = '$folder/server.crt'
ssl_key_file = '$folder/pg.key'
${PG_CONF:-}
CONF
  as_server "$(pg_bin)/pg_ctl" -D "$folder/pg" -l "$folder/pg/server.log" -s -w start
}

stop_postgres() { as_server "$(pg_bin)/pg_ctl" -D "$1/pg" -m immediate -s stop >/dev/null 2>&1 || true; }

# MariaDB refuses to run as root too.
as_mariadb() { if [ "$(id -u)" = 0 ]; then runuser -u mysql -- "$@"; else "$@"; fi; }

# Makes a server in the folder $1, and starts it on a free port, with TLS, for tests: a crash of the machine may lose what
# it holds. Sets my_port, my_password, of the user `admin`, who may do everything.
start_mariadb() {
  local folder=$1/my
  my_port=$(free_port)
  my_password=my-s3cret-$RANDOM
  chmod 755 "$1"
  mkdir "$folder" "$folder/tmp"
  make_certificate "$1"
  cp "$1/server.key" "$folder/server.key"
  printf '%s\n' "CREATE USER admin IDENTIFIED BY '$my_password';" "GRANT ALL ON *.* TO admin WITH GRANT OPTION;" \
    >"$folder/init.sql"
  chmod 600 "$folder/init.sql" "$folder/server.key"
  if [ "$(id -u)" = 0 ]; then chown -R mysql "$folder"; fi
  as_mariadb mariadb-install-db --no-defaults --datadir="$folder/data" --tmpdir="$folder/tmp" \
    --auth-root-authentication-method=normal --skip-test-db --innodb-log-file-size=16M >"$folder/install.log" 2>&1 || { cat "$folder/install.log" >&2; return 1; }
  run_mariadb "$1" "$my_port" --init-file="$folder/init.sql"
}

# Runs the server that was made in the folder $1 on the port $2, with the options that follow.
run_mariadb() {
  local folder=$1/my port=$2
  shift 2
  local as=()
  # Not by runuser, which stays beside it and stops when it is stopped.
  if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=mysql --regid=mysql --init-groups); fi
  # With one instance of its cache of tables, as for more it asks for more open files than it may have, and then makes do
  # with 1024. With a folder of its own for what is temporary: a server that starts removes there what others have open,
  # and they die of it (`mysql_rm_tmp_tables`).
  # In a session of its own: Ctrl-C would end it before the tests are through with it. By exec, as no shell may stay beside
  # it and keep the caller's pipes open.
  (
    exec "${as[@]}" setsid mariadbd --no-defaults --datadir="$folder/data" --tmpdir="$folder/tmp" \
      --port="$port" --bind-address=127.0.0.1 --socket="$folder/socket" --pid-file="$folder/pid" --log-error="$folder/server.log" \
      --ssl-cert="${folder%/my}/server.crt" --ssl-key="$folder/server.key" --local-infile=1 --skip-name-resolve \
      --innodb-log-file-size=16M --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=2 \
      --innodb-flush-method=nosync --debug-no-sync --skip-innodb-doublewrite --max-connections=500 \
      --table-open-cache-instances=1 ${MY_OPTIONS:-} "$@" >/dev/null 2>&1 </dev/null
  ) &
  # Or the shell tells of its end, with all of its command line.
  disown
  for _ in $(seq 300); do
    as_mariadb mariadb-admin --no-defaults --socket="$folder/socket" --user=root ping >/dev/null 2>&1 && return
    sleep 0.1
  done
  cat "$folder/server.log" >&2
  return 1
}

stop_mariadb() { kill -9 "$(cat "$1/my/pid" 2>/dev/null)" 2>/dev/null || true; }

# Kills the server in the folder $1, where it is not dead already, and runs it again on the port $2.
crash_mariadb() {
  local pid
  pid=$(cat "$1/my/pid")
  kill -9 "$pid" 2>/dev/null || true
  # Dead is enough: whoever is to know of it may take its time.
  while [ -e "/proc/$pid/exe" ]; do sleep 0.02; done
  run_mariadb "$1" "$2"
}
