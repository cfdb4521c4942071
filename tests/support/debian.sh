# shellcheck shell=bash
# A fresh Debian in a folder, for scripts that install pipekit there. To be sourced, as root, in the project's folder.
# $PIPEKIT_TEST_DEBIAN is a folder with one that debootstrap made, which is copied where it is there, and made where it is
# not: it takes minutes. $PIPEKIT_BINARY is what is installed; $PIPEKIT_CARGO_DEB is a cargo-deb that is there.

. tests/support/server.sh
binary=$(realpath "${PIPEKIT_BINARY:-${CARGO_TARGET_DIR:-target}/debug/pipekit}")
[ -x "$binary" ] || { echo "there is no $binary: cargo build, or PIPEKIT_BINARY=FILE" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "this needs root" >&2; exit 1; }

root=$(mktemp -d "${TMPDIR:-/tmp}/pipekit-debian.XXXXXX")
# It is / for whoever is in it.
chmod 755 "$root"
mounted=()
clean_up() {
  local at
  for at in "${mounted[@]}"; do umount -l "$at" || true; done
  rm -rf "$root"
}
trap clean_up EXIT

# Makes $root a fresh Debian, of the same release as this machine, as the binary was built here.
fresh_debian() {
  command -v debootstrap >/dev/null || install_missing debootstrap
  local made=${PIPEKIT_TEST_DEBIAN:-$root} packages=systemd,systemd-sysv,dbus,procps,sqlite3,default-jre-headless
  if [ ! -e "$made/bin/sh" ]; then
    echo "making a Debian in $made"
    debootstrap --variant=minbase "--include=$packages" "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$made" \
      >"$root.log" 2>&1 || { tail "$root.log" >&2; rm -f "$root.log"; exit 1; }
    rm -f "$root.log"
  fi
  [ "$made" = "$root" ] || cp -a "$made/." "$root"
  # What is cloned and built.
  mkdir "$root/src"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -at "$root/src"
  cp "$binary" "$root/src/built"
}

# Makes $root/pipekit-REVISION.deb of the binary.
build_package() { # revision
  local cargo_deb=${PIPEKIT_CARGO_DEB:-$(command -v cargo-deb || true)}
  if [ -z "$cargo_deb" ]; then
    cargo_deb=$root/tools/bin/cargo-deb
    [ -x "$cargo_deb" ] || cargo install --quiet --locked --root "$root/tools" --target-dir "$root/tools/target" cargo-deb
  fi
  mkdir -p "$root/target/release"
  strip -o "$root/target/release/pipekit" "$binary"
  CARGO_TARGET_DIR=$root/target "$cargo_deb" --quiet --no-build --locked --deb-revision "$1" -o "$root/pipekit-$1.deb"
}

# Gives $root what programs in it look for: in a chroot, without a systemd.
mount_proc() {
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  mounted=("$root/proc" "$root/dev")
}

# Runs a command in $root.
inside() { chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }

# As the user pipekit, in its group, with this umask.
as_user() { # user, umask, command
  local user=$1 mask=$2
  shift 2
  # shellcheck disable=SC2016 # The inner shell puts them in.
  inside setpriv "--reuid=$user" "--regid=$user" --init-groups sh -c 'cd / && umask "$0" && exec "$@"' "$mask" "$@"
}

wrong() {
  echo "FAILED: $1" >&2
  exit 1
}

is() { # what, found, expected
  [ "$2" = "$3" ] || wrong "$1: found '$2', not '$3'"
  echo "ok: $1"
}

says() { # what, the text, what it must say
  [[ $2 == *"$3"* ]] || wrong "$1: '$3' is not in: ${2:0:2000}"
  echo "ok: $1"
}

# Every file below these folders of $root: its kind, mode, owner, time, and what it holds.
listing() {
  # shellcheck disable=SC2016 # The inner shell puts them in.
  inside sh -c 'cd / && {
    # The folder of an SQLite file is written to whenever the file is opened.
    find "$@" \( -path var/lib/pipekit -printf "%p %M %u:%g\n" \) -o -printf "%p %M %u:%g %T@ %l\n"
    find "$@" -type f -exec sha256sum {} +
  } | LC_ALL=C sort' sh "$@"
}
