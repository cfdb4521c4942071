#!/usr/bin/env bash
# pipekit as a service under a real systemd: a fresh Debian is booted in a container, pipekit installed there by deploy.sh.
# As root, some ten minutes; tests/support/debian.sh says what of it can be kept for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/support/debian.sh
need=()
command -v systemd-nspawn >/dev/null || need+=(systemd-container)
command -v javac >/dev/null || need+=(default-jdk-headless)
command -v curl >/dev/null || need+=(curl)
[ -e /usr/share/java/h2.jar ] || need+=(libh2-java)
install_missing "${need[@]}"
fresh_debian
build_package 1
build_package 2

# A jrunner with H2's driver: a script that starts a JVM.
home=$root/opt/jrunner
mkdir -p "$home/bin" "$home/lib" "$root/usr/local/bin"
javac -d "$home/classes" tests/jrunner/Main.java tests/jrunner/Values.java
jar cf "$home/lib/jrunner.jar" -C "$home/classes" .
cp -L /usr/share/java/h2.jar "$home/lib/h2-2.1.214.jar"
# shellcheck disable=SC2016 # The script's own variable.
sed 's|@CLASSPATH@|$APP_HOME/lib/jrunner.jar:$APP_HOME/lib/h2-2.1.214.jar|' tests/jrunner/start.sh >"$home/bin/jrunner"
chmod 755 "$home/bin/jrunner"
: >"$home/manners"
# The stand-in notes there how often it was started.
chmod 777 "$home"
ln -s /opt/jrunner/bin/jrunner "$root/usr/local/bin/jrunner"

console=$root.console
systemd-nspawn --quiet --directory "$root" --boot --private-network --register=no --keep-unit --machine=pipekit-test \
  </dev/null >"$console" 2>&1 &
container=$!
end_container() {
  # SIGTERM shuts it down.
  kill "$container" 2>/dev/null || true
  wait "$container" || true
  rm -f "$console"
  clean_up
}
trap end_container EXIT

leader=""
inside() {
  nsenter --target "$leader" --all --wdns=/ env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LANG=C.UTF-8 "$@"
}
pipekit() { as_user pipekit 0022 pipekit "$@"; }
until_so() { # what, at most so many seconds, command
  local what=$1 until=$((SECONDS + $2))
  shift 2
  until "$@"; do
    if [ $SECONDS -ge $until ]; then
      inside journalctl --no-pager -n 40 || true
      pipekit log show "$(pipekit log list --limit 1 --json | grep -o '"id":[0-9]*' | head -1 | cut -d: -f2)" || true
      wrong "$what: not within its time"
    fi
    sleep 0.5
  done
  echo "ok: $what"
}
is_booted() {
  leader=$(pgrep -P "$container" | head -1) && [ -n "$leader" ] || return
  case $(inside systemctl is-system-running 2>/dev/null) in running | degraded) ;; *) false ;; esac
}
deploy() { inside /src/deploy.sh --binary /src/built "$@"; }
main_pid() { inside systemctl show -P MainPID pipekit; }
last_run() { pipekit log list --module "$1" --limit 1 --json | grep -o '"status":"[a-z_]*"' | cut -d'"' -f4; }
ends_as() { [ "$(last_run "$1")" = "$2" ]; }
# Has the service run something. curl is this machine's, in the container's network.
post() {
  nsenter --target "$leader" --net curl -fsS -u ops:geheim -H 'Content-Type: application/json' -d '{}' \
    "http://127.0.0.1:8321/api/$1"
}
until_so "Debian boots" 90 is_booted

# ---- Installation ----
said=$(deploy)
says "without a login the service is not started" "$said" "pipekit settings set api_password -"
says "drivers are found beside jrunner" "$(pipekit driver list)" "/opt/jrunner/lib/h2-2.1.214.jar"
is "it is enabled" "$(inside systemctl is-enabled pipekit)" enabled
is "and does not run" "$(inside systemctl is-active pipekit || true)" inactive
pipekit settings set api_user ops
printf 'geheim' | pipekit settings set api_password -
says "then it is started" "$(deploy)" "start pipekit.service"
is "the service runs" "$(inside systemctl is-active pipekit)" active
says "systemd hears what it says of itself" "$(inside systemctl status --no-pager pipekit)" 'Status: "serving http://127.0.0.1:8321"'
before=$(listing etc usr/local var/lib/pipekit var/cache/pipekit | grep -v '/pipekit.db-')
pid=$(main_pid)
says "again, it changes nothing" "$(deploy)" "nothing was changed"
is "nor restarts the service" "$(main_pid)" "$pid"
diff <(echo "$before") <(listing etc usr/local var/lib/pipekit var/cache/pipekit | grep -v '/pipekit.db-') || wrong "deploy.sh changed that"
inside systemctl reload pipekit
is "a reload is no restart" "$(main_pid) $(inside systemctl is-active pipekit)" "$pid active"

# ---- What runs need, under the unit's protection ----
inside sh -c 'mkdir -p /srv/dw && chown pipekit:pipekit /srv/dw && chmod 2770 /srv/dw'
sql() { as_user pipekit 0007 sqlite3 "$@"; }
sql /var/lib/pipekit/erp.db "CREATE TABLE t (id INTEGER, item TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b')"
sql /srv/dw/dw.db "CREATE TABLE t (id INTEGER, item TEXT); CREATE TABLE slow (i INTEGER)"
# SQLite makes its files for their owner alone to write.
inside chmod 660 /srv/dw/dw.db
pipekit connection add erp --driver sqlite --url jdbc:sqlite:/var/lib/pipekit/erp.db
pipekit connection add dw --driver sqlite --url jdbc:sqlite:/srv/dw/dw.db
pipekit module add plain --source erp --dest dw --table t --strategy full --query 'SELECT id, item FROM t'
pipekit group add minutely --members plain
post modules/plain/run
until_so "a folder that is not the service's is read-only to it" 30 ends_as plain error
says "which is said" "$(pipekit log show plain)" "readonly database"
inside sh -c 'mkdir -p /etc/systemd/system/pipekit.service.d &&
  printf "[Service]\nReadWritePaths=/srv/dw /opt/jrunner\n" >/etc/systemd/system/pipekit.service.d/dw.conf'
inside systemctl daemon-reload
inside systemctl restart pipekit
pipekit schedule add minutely '* * * * *' --timezone UTC
inside systemctl reload pipekit
until_so "with ReadWritePaths a scheduled group syncs into it" 90 ends_as plain success
is "its rows are there" "$(sql /srv/dw/dw.db 'SELECT count(*) FROM t')" 2

h2() { # database, SQL
  as_user pipekit 0007 java -cp /opt/jrunner/lib/h2-2.1.214.jar org.h2.tools.Shell -url "jdbc:h2:/var/lib/pipekit/$1" -sql "$2"
}
h2 src "CREATE TABLE t (id INT, item VARCHAR(9)); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, NULL)" >/dev/null
h2 dst "CREATE TABLE t (id INT, item VARCHAR(9))" >/dev/null
driver=$(pipekit driver list --json | grep -o '"name":"h2[a-z_]*"' | head -1 | cut -d'"' -f4)
for name in src dst; do
  pipekit connection add "$name" --driver "$driver" --url "jdbc:h2:/var/lib/pipekit/$name"
done
pipekit module add jvm --source src --dest dst --table T --strategy full --query 'SELECT id, item FROM t'
pipekit group member add minutely jvm
post modules/jvm/run
until_so "a JVM loads from H2 into H2" 60 ends_as jvm success
says "its rows are there" "$(h2 dst 'SELECT count(*) FROM t')" 3

# ---- Beside the service ----
inside useradd --create-home --groups pipekit op
as_user op 0022 pipekit run plain
is "an operator's run is in the same log" "$(last_run plain)" success
is "its files are the group's" "$(inside find /var/lib/pipekit -maxdepth 2 -name 'pipekit.db*' \( ! -group pipekit -o ! -perm -060 \))" ""

# ---- In the middle of a run ----
endless='WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0'
pipekit module add slow --source erp --dest dw --table slow --strategy full --query "$endless"
post modules/slow/run
until_so "a run goes on" 30 ends_as slow running
pid=$(main_pid)
cp "$binary" "$root/src/built.new"
echo >>"$root/src/built.new"
mv "$root/src/built.new" "$root/src/built"
said=$(deploy --wait 3 2>&1) && wrong "it was replaced in the middle of a run: $said"
says "a newer pipekit waits for it, and not for ever" "$said" "runs go on after 3 s"
is "and nothing happened" "$(main_pid) $(last_run slow)" "$pid running"
said=$(deploy --now)
says "--now does not wait" "$said" "stop the service"
is "what had the grace period was cancelled" "$(last_run slow)" cancelled
is "the service runs anew" "$(inside systemctl is-active pipekit) $([ "$(main_pid)" != "$pid" ] && echo new)" "active new"
is "and no lock is left" "$(sql /var/lib/pipekit/pipekit.db "SELECT running, lock_pid IS NULL FROM module WHERE name = 'slow'")" "0|1"
says "then all is as it should be" "$(deploy)" "nothing was changed"

# ---- Secrets, as systemd reads them and as pipekit does ----
# shellcheck disable=SC2016 # They are meant as they stand.
values=('plain' ' a b ' "it's" 'say "x"' "back\\slash" '$HOME' "\`id\`" 'a#b;c' $'two\nlines' $'tab\there' 'pä§§=wörd' '\n' '%s%%' '$$'
  '#first' "'" '"' $'end\n' '日本' '  ' '!x~' '=')
for i in "${!values[@]}"; do
  # Of standard input the last line end is none of the value.
  printf '%s\n' "${values[$i]}" | inside pipekit --quiet secrets set "ODD_$i"
done
inside systemd-run --quiet --wait --pipe -p EnvironmentFile=/etc/pipekit/secrets.env -p User=pipekit \
  cat /proc/self/environ >"$root/environ"
declare -A read_by_systemd
while IFS= read -r -d '' one; do read_by_systemd[${one%%=*}]=${one#*=}; done <"$root/environ"
# shellcheck disable=SC2016 # pipekit's shell puts them in.
for i in "${!values[@]}"; do
  pipekit --quiet settings set notify_command "printf %s \"\$ODD_$i\" >/var/lib/pipekit/told"
  pipekit --quiet settings test >/dev/null
  told=$(inside cat /var/lib/pipekit/told && echo .)
  [ "${told%.}" = "${values[$i]}" ] || wrong "secret $i: pipekit reads '${told%.}'"
  [ "${read_by_systemd[ODD_$i]-unset}" = "${values[$i]}" ] || wrong "secret $i: systemd reads '${read_by_systemd[ODD_$i]-unset}'"
done
echo "ok: ${#values[@]} odd secrets are read alike"
is "the file is still root's and the group's" "$(inside stat -c %U:%G/%a /etc/pipekit/secrets.env)" root:pipekit/640
pipekit --quiet settings set notify_command none

# ---- The timer ----
inside systemctl --quiet disable --now pipekit
inside mkdir -p /etc/systemd/system/pipekit-tick@.service.d
inside cp /etc/systemd/system/pipekit.service.d/dw.conf /etc/systemd/system/pipekit-tick@.service.d/
inside systemctl daemon-reload
ran=$(sql /var/lib/pipekit/pipekit.db "SELECT max(id) FROM run_log")
inside systemctl --quiet enable --now pipekit-tick.timer
ticked() { [ "$(sql /var/lib/pipekit/pipekit.db "SELECT count(*) FROM run_log WHERE id > $ran AND status = 'success'")" -ge 2 ]; }
until_so "a tick runs what is due" 150 ticked
says "a service that is disabled stays so" "$(deploy)" "is disabled, and stays so"

# ---- The end ----
inside /src/deploy.sh --uninstall --wait 120
is "no unit is left" "$(inside systemctl list-unit-files --no-legend 'pipekit*')" ""
is "no program is left" "$(inside sh -c 'command -v pipekit' || true)" ""
is "the database is" "$(inside stat -c %U:%G/%a /var/lib/pipekit/pipekit.db)" pipekit:pipekit/660

# ---- The package, over what was kept ----
inside dpkg -i /pipekit-1.deb
is "the package's service runs" "$(inside systemctl is-active pipekit) $(inside readlink "/proc/$(main_pid)/exe")" "active /usr/bin/pipekit"
pid=$(main_pid)
post modules/slow/run
until_so "a run goes on" 30 ends_as slow running
said=$(inside env PIPEKIT_UPGRADE_WAIT=2 dpkg -i /pipekit-2.deb 2>&1) && wrong "it was upgraded in the middle of a run: $said"
is "an upgrade leaves a run alone" "$(main_pid) $(last_run slow)" "$pid running"
pipekit cancel slow >/dev/null
inside dpkg -i /pipekit-2.deb
is "and restarts the service afterwards" "$(inside systemctl is-active pipekit) $([ "$(main_pid)" != "$pid" ] && echo new)" "active new"
inside dpkg -r pipekit
is "a removal ends it" "$(inside systemctl is-active pipekit || true)" inactive
echo "all is well under $(inside systemctl --version | head -1)"
