# shellcheck shell=bash
# deploy.sh's build: from a copy of the sources, by whoever has a cargo for it.

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
