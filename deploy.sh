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
       sudo ./deploy.sh --uninstall [--prefix DIR]

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

# shellcheck source=packaging/deploy/files.sh
. "$here/packaging/deploy/files.sh"
# shellcheck source=packaging/deploy/service.sh
. "$here/packaging/deploy/service.sh"
# shellcheck source=packaging/deploy/build.sh
. "$here/packaging/deploy/build.sh"

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
  place "completions for fish" /etc/fish/completions 644 "$here/completions/pipekit.fish"
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

install_all() {
  if [ -z "$prefix" ] && [ "$(id -u)" != 0 ]; then
    note "this is not root: what can't be seen is taken for what is not there"
  fi
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
    /etc/fish/completions/pipekit.fish)
  for file in "${unit_files[@]}"; do all+=("$units/${file##*/}"); done
  for file in "$prefix$share"/man/man1/pipekit*.1; do all+=("${file#"$prefix"}"); done
  [ -n "$prefix" ] || all+=("$cache")
  for file in "${all[@]}"; do
    [ ! -e "$prefix$file" ] || there+=("$prefix$file")
  done
  if [ ${#there[@]} = 0 ]; then
    fine "nothing is installed"
  else
    change "remove ${#there[@]} file(s) and folder(s)" remove "${there[@]}"
    ! { [ -z "$prefix" ] && is_booted; } || change "have systemd read its units anew" systemctl daemon-reload
  fi
  echo
  echo "Kept, as it is work and not pipekit's own:"
  for file in "$state" "$etc"; do
    [ ! -e "$prefix$file" ] || echo "  $prefix$file"
  done
  if [ -z "$prefix" ] && has_user; then
    echo "  the user and group $user"
    echo "To be rid of that too: rm -r $state $etc && userdel $user"
  fi
}

# Folders that were made for one of the files go with it.
remove() {
  rm -rf "$@" || return
  if [ -d "$prefix/etc/fish/completions" ]; then
    env -C "$prefix/etc" rmdir -p --ignore-fail-on-non-empty fish/completions
  fi
  if [ -d "$prefix$share/bash-completion/completions" ]; then
    env -C "$prefix$share" rmdir -p --ignore-fail-on-non-empty bash-completion/completions
  fi
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
