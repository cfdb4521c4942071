#!/usr/bin/env bash
# Installs pipekit on this machine, or brings what is installed to the state of this clone. Safe to run again at any time:
# what is as it should be is left alone. `deploy.sh --help` says more, docs/deploy.md all of it.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)

user=pipekit
bin=/usr/local/bin/pipekit
share=/usr/local/share
units=/etc/systemd/system
etc=/etc/pipekit
state=/var/lib/pipekit
cache=/var/cache/pipekit
unit_files=("$here/pipekit.service" "$here/systemd/pipekit-tick.service" "$here/systemd/pipekit-tick@.service"
  "$here/systemd/pipekit-tick.timer")

usage() {
  cat <<END
Usage: sudo ./deploy.sh [--binary FILE] [--now | --wait SECONDS] [--dry-run]
       ./deploy.sh --prefix DIR [--binary FILE]
       sudo ./deploy.sh --uninstall

Installs pipekit as a service, or brings it to the state of this clone: the user \`$user\`, $bin,
completions and man pages, $etc/secrets.env, the database in $state, JDBC drivers, the
systemd unit. Running it again changes only what is not as it should be.

  --binary FILE   install this binary, and build none
  --dry-run       say what would be done, and do nothing
  --prefix DIR    put the files below DIR, without root: no user, database or service (for packages and tests)
  --wait SECONDS  how long runs that go on are waited for before pipekit is replaced [default: 600]
  --now           don't wait: the service gives its runs 30 s, then cancels them
  --uninstall     remove what was installed; the database, secrets and the user stay
  --help          this
END
}

# ---- What is said ---------------------------------------------------------------------------------------------------

changes=0
steps=9
step=0
title=""

begin() { # what the step is about
  step=$((step + 1))
  title=$1
  echo "[$step/$steps] $title"
}

fine() { echo "  ok  $1"; }
note() { echo "  !   $1"; }

stop() { # what went wrong, what to do about it
  {
    echo
    echo "deploy.sh stopped at step $step of $steps ($title): $1"
    echo "  next: $2"
    echo "  Then run deploy.sh again: what is done stays done."
  } >&2
  exit 1
}

change() { # what is done, the command that does it
  local what=$1
  shift
  changes=$((changes + 1))
  if $dry_run; then
    echo "  --  would: $what"
    return
  fi
  echo "  *   $what"
  "$@" || stop "could not $what" "mend what is said above"
}

# ---- Files ----------------------------------------------------------------------------------------------------------

is_same() { # file, where it belongs, its mode
  [ -f "$2" ] && [ ! -L "$2" ] && [ "$(stat -c %a "$2")" = "$3" ] && { [ -n "$prefix" ] || [ "$(stat -c %u "$2")" = 0 ]; } &&
    cmp -s "$1" "$2"
}

put() { # folder, mode, files: each is replaced in one step
  local folder=$1 mode=$2 file to
  shift 2
  mkdir -p "$folder" || return
  for file; do
    to=$folder/${file##*/}
    install -m "$mode" "$file" "$to.new" && mv -fT "$to.new" "$to" || return
  done
}

place() { # what it is, folder, mode, files
  local what=$1 folder=$2 mode=$3 file new=()
  shift 3
  for file; do
    is_same "$file" "$prefix$folder/${file##*/}" "$mode" || new+=("$file")
  done
  if [ ${#new[@]} = 0 ]; then
    fine "$what"
  else
    change "install $what: ${#new[@]} file(s) into $folder" put "$prefix$folder" "$mode" "${new[@]}"
  fi
}

own() { # path, owner:group, mode: of something that is there
  local path=$prefix$1
  if [ -n "$prefix" ]; then
    [ "$(stat -Lc %a "$path")" = "$3" ] || chmod "$3" "$path"
  elif [ "$(stat -Lc %U:%G/%a "$path")" != "$2/$3" ]; then
    # A new owner takes the setgid bit away.
    chown "$2" "$path" && chmod "$3" "$path"
  fi
}

folder() { # path, owner:group, mode
  local path=$prefix$1
  if [ ! -d "$path" ]; then
    change "make $1 ($2, $3)" make_folder "$@"
  elif [ "$(stat -Lc %a "$path")" != "$3" ] || { [ -z "$prefix" ] && [ "$(stat -Lc %U:%G "$path")" != "$2" ]; }; then
    change "give $1 to $2, mode $3" own "$@"
  else
    fine "$1"
  fi
}

make_folder() { mkdir -p "$prefix$1" && own "$@"; }

# ---- Programs -------------------------------------------------------------------------------------------------------

as() { # user, command: with a clean environment, as this may be called in a root's whole session
  local who=$1 name home
  shift
  if [ "$(id -u)" != 0 ]; then
    # A dry run by an operator.
    env "$@"
    return
  fi
  home=$(getent passwd "$who" | cut -d: -f6)
  local clean=(env -i "HOME=$home" "PATH=$PATH" LANG=C.UTF-8)
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR; do
    [ -z "${!name:-}" ] || clean+=("$name=${!name}")
  done
  (cd / && exec setpriv --reuid="$who" --regid="$(id -g "$who")" --init-groups "${clean[@]}" "$@")
}

pipekit() { as "$user" "PIPEKIT_DB=$state/pipekit.db" "$bin" "$@"; }

has_user() { getent passwd "$user" >/dev/null; }
has_systemctl() { command -v systemctl >/dev/null; }
is_booted() { has_systemctl && [ -d /run/systemd/system ]; }
is_active() { is_booted && systemctl --quiet is-active pipekit.service; }

runs_on() { # whether a run or a group goes on, or can't be told
  local said
  said=$(pipekit log list --status running --json && pipekit group runs --json) || return 0
  grep -Eq '"status": ?"running"' <<<"$said"
}

# A newer pipekit brings the database to its version, under the feet of whatever runs: so nothing may run when it comes.
wait_until_quiet() {
  local until=$((SECONDS + patience)) told=false
  if $now || [ ! -x "$bin" ] || [ ! -e "$state/pipekit.db" ] || ! has_user; then
    return 0
  fi
  if $dry_run; then
    ! runs_on || note "runs go on now: it would wait for their end, $patience s at most"
    return 0
  fi
  while runs_on; do
    if [ $SECONDS -ge $until ]; then
      pipekit log list --status running || true
      stop "runs go on after $patience s, and nothing is replaced under them" \
        "wait for their end (--wait SECONDS), end them (pipekit cancel NAME), or don't wait (--now)"
    fi
    $told || echo "  ... waiting until no run goes on, $patience s at most"
    told=true
    sleep 1
  done
  # Schedules fire on the minute.
  while is_active && case $(date +%S) in 5[789] | 0[012]) ;; *) false ;; esac; do
    sleep 1
  done
}

stopped_service=false
stop_service() {
  is_active || return 0
  stopped_service=true
  systemctl stop pipekit.service
}

# Whatever fails, a service that was running is not left standing.
restart_if_stopped() {
  if $stopped_service; then
    systemctl start pipekit.service || echo "the service could not be started again: systemctl status pipekit" >&2
  fi
}

# ---- The build ------------------------------------------------------------------------------------------------------

sources=(Cargo.toml Cargo.lock src migrations)

digest() { (cd "$here" && find "${sources[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1); }

is_new_enough() { # cargo's version
  [ "$(printf '%s\n' "$wanted" "$1" | sort -V | head -1)" = "$wanted" ]
}

# Finds a cargo that the service's user can use, else one that is somebody's own, which then builds as that somebody.
find_cargo() {
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/Cargo.toml")
  local invoker=${SUDO_USER:-root} candidate who version seen=()
  local candidates=("${CARGO:-}" "$(command -v cargo || true)" /usr/local/bin/cargo /usr/local/cargo/bin/cargo
    /opt/rust/bin/cargo /usr/bin/cargo "$(getent passwd "$invoker" | cut -d: -f6)/.cargo/bin/cargo")
  for who in "$user" owner; do
    for candidate in "${candidates[@]}"; do
      [ -x "$candidate" ] || continue
      [ "$who" = "$user" ] && builder=$user || builder=$(stat -Lc %U "$candidate")
      # Nothing is built as root but with root's own.
      version=$(as "$builder" "$candidate" --version 2>/dev/null | cut -d' ' -f2) || continue
      seen+=("$candidate is $version")
      if [ -n "$version" ] && is_new_enough "$version"; then
        cargo=$candidate
        return
      fi
    done
  done
  local found=${seen[*]:-none found}
  stop "building pipekit takes cargo $wanted or newer ($found)" \
    "install Rust (https://rustup.rs), or build elsewhere and give the binary: deploy.sh --binary FILE"
}

build() {
  local digest
  digest=$(digest)
  binary=$cache/target/release/pipekit
  if [ -x "$binary" ] && [ "$(cat "$cache/built" 2>/dev/null)" = "$digest" ]; then
    fine "built already: $binary"
    return
  fi
  if $dry_run && ! has_user; then
    change "build pipekit in $cache" true
    return
  fi
  find_cargo
  command -v cc >/dev/null || stop "there is no C compiler (cc)" "apt-get install gcc libc6-dev"
  if [ "$builder" != "$user" ]; then
    note "$cargo is of no use to $user: built by $builder, whose it is"
  fi
  change "build pipekit in $cache as $builder (this takes some minutes)" compile
  $dry_run || echo "$digest" >"$cache/built"
}

# The sources are copied, so that a clone in somebody's home can stay there and stay theirs.
compile() {
  local part
  for part in source target cargo; do
    mkdir -p "$cache/$part" && chown -R "$builder:" "$cache/$part" || return
  done
  as "$builder" find "$cache/source" -mindepth 1 -delete || return
  tar -C "$here" -cf - "${sources[@]}" tests/main.rs | as "$builder" tar -C "$cache/source" -xf - || return
  local settings=("CARGO_TARGET_DIR=$cache/target")
  [ "$builder" != "$user" ] || settings+=("CARGO_HOME=$cache/cargo")
  as "$builder" env -C "$cache/source" "${settings[@]}" "$cargo" build --release --locked
}

# ---- The steps ------------------------------------------------------------------------------------------------------

step_user() {
  begin "the system user $user"
  if [ -n "$prefix" ]; then
    fine "not below a prefix"
  elif has_user; then
    fine "user $user"
  else
    change "add the system user $user" useradd --system --user-group --home-dir "$state" --no-create-home \
      --shell /usr/sbin/nologin --comment "pipekit" "$user"
  fi
}

# The clone stays whose it is, programs are root's, data are the service's.
step_folders() {
  begin "folders and whose they are"
  folder "$etc" "root:$user" 750
  folder "$state" "$user:$user" 2770
  [ -n "$prefix" ] || folder "$cache" root:root 755
  [ -n "$prefix" ] || ! has_user || share_files
}

# What an earlier installation, or somebody's own umask, has kept from the group.
share_files() {
  local file wrong=()
  for file in "$state"/pipekit.db*; do
    [ -e "$file" ] || continue
    mapfile -t -O ${#wrong[@]} wrong < <(find "$file" \( ! -group "$user" -o ! -perm -060 \))
  done
  if [ ${#wrong[@]} -gt 0 ]; then
    change "let the group $user write the database: ${wrong[*]}" share "${wrong[@]}"
  fi
}

share() { chgrp -h "$user" "$@" && chmod ug+rwX,o= "$@"; }

step_build() {
  begin "the binary"
  if [ -n "$binary" ]; then
    [ -x "$binary" ] || stop "$binary is no program" "--binary target/release/pipekit, where \`cargo build --release\` puts it"
    fine "given: $binary"
  elif [ -n "$prefix" ]; then
    binary=$here/target/release/pipekit
    change "build pipekit" env -C "$here" CARGO_TARGET_DIR="$here/target" cargo build --release --locked
  else
    build
  fi
}

step_programs() {
  begin "$bin"
  local file differs=false
  if [ -n "$prefix" ]; then
    install_binary
    return
  fi
  is_same "$binary" "$bin" 755 || differs=true
  for file in "${unit_files[@]}"; do
    is_same "$file" "$units/${file##*/}" 644 || differs=true
  done
  # One that was replaced by other means than this script.
  if is_active && [[ $(readlink "/proc/$(systemctl show -P MainPID pipekit.service)/exe" || true) == *"(deleted)" ]]; then
    differs=true
  fi
  if $differs; then
    wait_until_quiet
    ! is_active || change "stop the service; it starts again when all is in its place" stop_service
  fi
  install_binary
}

install_binary() {
  local to=$prefix$bin
  if is_same "$binary" "$to" 755; then
    fine "$bin"
  else
    change "install $bin" put_binary "$to"
  fi
}

put_binary() {
  mkdir -p "${1%/*}" && install -m 755 "$binary" "$1.new" && mv -fT "$1.new" "$1"
}

step_help() {
  begin "completions and man pages"
  place "completions for bash" "$share/bash-completion/completions" 644 "$here/completions/pipekit.bash"
  place "completions for zsh" "$share/zsh/site-functions" 644 "$here/completions/_pipekit"
  place "completions for fish" "$share/fish/vendor_completions.d" 644 "$here/completions/pipekit.fish"
  place "man pages" "$share/man/man1" 644 "$here"/man/*.1
  local page old=()
  for page in "$prefix$share"/man/man1/pipekit*.1; do
    [ ! -e "$page" ] || [ -e "$here/man/${page##*/}" ] || old+=("$page")
  done
  [ ${#old[@]} = 0 ] || change "remove ${#old[@]} man page(s) of commands that are no more" rm -f "${old[@]}"
}

step_secrets() {
  begin "$etc/secrets.env"
  local file=$prefix$etc/secrets.env
  if [ ! -e "$file" ]; then
    change "make $etc/secrets.env (root:$user, 640), empty" make_secrets
  elif [ $((0$(stat -Lc %a "$file") & 4)) != 0 ]; then
    note "everybody can read $etc/secrets.env, which is left as it is: chmod o-rwx $etc/secrets.env"
  else
    fine "$etc/secrets.env, left as it is"
  fi
}

make_secrets() {
  local file=$prefix$etc/secrets.env
  install -m 640 /dev/null "$file.new" &&
    { [ -n "$prefix" ] || chgrp "$user" "$file.new"; } &&
    echo "# Passwords, as KEY=\"VALUE\": \`sudo pipekit secrets set KEY\` writes them." >"$file.new" && mv -fT "$file.new" "$file"
}

step_database() {
  begin "the database"
  if [ -n "$prefix" ]; then
    fine "not below a prefix"
  elif [ -e "$state/pipekit.db" ] && ! $dry_run; then
    pipekit --quiet init || stop "the database can't be brought to this version" "see what pipekit said above"
    fine "$state/pipekit.db"
  elif [ -e "$state/pipekit.db" ]; then
    fine "$state/pipekit.db; it would be brought to the binary's version where it has an older one"
  else
    change "make $state/pipekit.db" pipekit --quiet init
  fi
}

# jrunner as pipekit finds it: by the setting, else in $PATH.
find_jrunner() {
  local found=""
  if [ -x "$bin" ] && has_user && [ -e "$state/pipekit.db" ]; then
    found=$(pipekit settings get jrunner_path --json 2>/dev/null | sed -n 's/.*"value": *"\(.*\)".*/\1/p') || true
  fi
  [ -n "$found" ] || found=$(command -v jrunner || true)
  [ -n "$found" ] || [ ! -x /opt/jrunner/bin/jrunner ] || found=/opt/jrunner/bin/jrunner
  [ -z "$found" ] || readlink -f "$found"
}

step_drivers() {
  begin "JDBC drivers"
  if [ -n "$prefix" ]; then
    fine "not below a prefix"
    return
  fi
  local jrunner lib="" folder found
  jrunner=$(find_jrunner)
  if [ -z "$jrunner" ]; then
    note "there is no jrunner, so there are no JDBC drivers: SQLite, PostgreSQL, MySQL and MariaDB need none. For others"
    note "install jrunner (/opt/jrunner/deploy.sh), then run deploy.sh again, or: pipekit driver scan FOLDER"
    return
  fi
  for folder in "${jrunner%/*/*}/lib" "${jrunner%/*}/lib" /opt/jrunner/lib; do
    if compgen -G "$folder/*.jar" >/dev/null; then
      lib=$folder
      break
    fi
  done
  if [ -z "$lib" ]; then
    note "$jrunner has no lib folder with jars beside it: pipekit driver scan FOLDER adds the drivers of another one"
  elif $dry_run; then
    echo "  --  would: pipekit driver scan $lib, for jars that are new"
  else
    found=$(pipekit driver scan "$lib" --json) || stop "the drivers in $lib can't be added" "see what pipekit said above"
    if grep -Eq '"action": ?"(added|updated)"' <<<"$found"; then
      changes=$((changes + 1))
      echo "  *   added what was new in $lib: pipekit driver list"
    else
      fine "drivers of the jars in $lib"
    fi
  fi
}

step_service() {
  begin "the service"
  local is_new=true file changed=false
  [ ! -e "$prefix$units/pipekit.service" ] || is_new=false
  for file in "${unit_files[@]}"; do
    is_same "$file" "$prefix$units/${file##*/}" 644 || changed=true
  done
  place "systemd units" "$units" 644 "${unit_files[@]}"
  [ -z "$prefix" ] || return 0
  if ! has_systemctl; then
    note "there is no systemd here: run \`pipekit serve\` by what there is, or \`pipekit tick\` from cron (docs/deploy.md)"
    return
  fi
  if is_booted && $changed; then
    change "have systemd read its units anew" systemctl daemon-reload
  fi
  if $is_new; then
    change "enable pipekit.service" systemctl --quiet enable pipekit.service
  elif systemctl --quiet is-enabled pipekit.service 2>/dev/null; then
    fine "pipekit.service is enabled"
  else
    note "pipekit.service is disabled, and stays so (systemctl enable --now pipekit)"
    # One that ran nevertheless goes on.
    ! $stopped_service || start_service
    return 0
  fi
  start_service
}

# Nobody has said yet who may call the API.
lacks_login() {
  local said
  said=$(pipekit settings get api_user --json && pipekit settings get api_password --json) || return 0
  grep -Eq '"value": ?null' <<<"$said"
}

start_service() {
  if ! $dry_run && lacks_login; then
    note "the service is enabled, and not started: it wants a user and a password for its API first"
    echo "        sudo -u $user pipekit settings set api_user ops"
    echo "        sudo -u $user pipekit settings set api_password -      (asks for it)"
    ! is_booted || echo "        sudo systemctl start pipekit"
  elif ! is_booted; then
    note "systemd is not running here: the service starts with the machine"
  elif is_active; then
    fine "pipekit.service is running"
  else
    change "start pipekit.service" systemctl start pipekit.service
    stopped_service=false
    $dry_run || systemctl --quiet is-active pipekit.service || stop "the service does not stay up" "journalctl -u pipekit -e"
  fi
}

install_all() {
  step_user
  step_folders
  step_build
  step_programs
  step_help
  step_secrets
  step_database
  step_drivers
  step_service
  echo
  if $dry_run; then
    echo "$changes thing(s) to do; nothing was done."
  elif [ "$changes" = 0 ]; then
    echo "All is as it should be; nothing was changed."
  else
    echo "Done: $changes change(s)."
  fi
  if [ -z "$prefix" ] && [ -n "${SUDO_USER:-}" ] && has_user && ! id -nG "$SUDO_USER" | grep -qw "$user"; then
    echo "To work beside the service: sudo usermod -aG $user $SUDO_USER, then log in again."
  fi
}

uninstall() {
  steps=2
  begin "the service"
  if [ -z "$prefix" ]; then
    wait_until_quiet
    if is_booted; then
      change "stop and disable the units" disable_units --now
    elif has_systemctl; then
      change "disable the units" disable_units
    fi
  fi
  begin "files"
  local file there=() all=("$bin" "$share/bash-completion/completions/pipekit.bash" "$share/zsh/site-functions/_pipekit"
    "$share/fish/vendor_completions.d/pipekit.fish")
  for file in "${unit_files[@]}"; do all+=("$units/${file##*/}"); done
  for file in "$prefix$share"/man/man1/pipekit*.1; do all+=("${file#"$prefix"}"); done
  [ -n "$prefix" ] || all+=("$cache")
  for file in "${all[@]}"; do
    [ ! -e "$prefix$file" ] || there+=("$prefix$file")
  done
  if [ ${#there[@]} = 0 ]; then
    fine "nothing is installed"
  else
    change "remove ${#there[@]} file(s) and folder(s)" rm -rf "${there[@]}"
    ! { [ -z "$prefix" ] && is_booted; } || change "have systemd read its units anew" systemctl daemon-reload
  fi
  echo
  echo "Kept, as it is work and not pipekit's own:"
  for file in "$state" "$etc"; do
    [ ! -e "$prefix$file" ] || echo "  $file"
  done
  if [ -z "$prefix" ] && has_user; then
    echo "  the user and group $user"
    echo "To be rid of that too: rm -r $state $etc && userdel $user"
  fi
}

disable_units() { # flags
  local unit
  for unit in pipekit.service pipekit-tick.timer; do
    [ ! -e "$units/$unit" ] || systemctl --quiet disable "$@" "$unit" || return
  done
}

# ---- The command line -----------------------------------------------------------------------------------------------

prefix=""
binary=""
dry_run=false
now=false
patience=600
what=install_all
wrong() {
  echo "deploy.sh: $1; deploy.sh --help says what there is" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  case $1 in
    --binary | --prefix | --wait)
      [ -n "${2:-}" ] || wrong "$1 lacks its value"
      value=$2
      case $1 in
        --binary)
          binary=$(realpath -m "$value")
          [ -f "$binary" ] || wrong "there is no file $value"
          ;;
        --prefix)
          prefix=$(realpath -m "$value")
          [ "$prefix" != / ] || wrong "the prefix is a folder to stage in, not /"
          ;;
        --wait)
          patience=$value
          [[ $patience =~ ^[0-9]+$ ]] || wrong "--wait takes seconds, not $value"
          ;;
      esac
      shift
      ;;
    --dry-run) dry_run=true ;;
    --now) now=true ;;
    --uninstall) what=uninstall ;;
    --help | -h) usage && exit ;;
    *) wrong "what is $1?" ;;
  esac
  shift
done
if [ -z "$prefix" ]; then
  if [ "$(id -u)" != 0 ] && ! $dry_run; then
    wrong "this needs root: sudo $0 (--dry-run and --prefix don't)"
  fi
  if [ "$(dpkg-query -W -f '${db:Status-Status}' pipekit 2>/dev/null)" = installed ]; then
    wrong "pipekit is installed as a Debian package: apt-get remove pipekit first (its data stay), or install the newer package"
  fi
  # One at a time.
  if ! $dry_run; then
    exec 9</usr/local
    flock -n 9 || wrong "another deploy.sh is at work"
  fi
fi
trap restart_if_stopped EXIT
"$what"
