#!/usr/bin/env bash
# deploy.sh in a fresh Debian, where no systemd runs: twice, the second time changing nothing, then away again. As root;
# tests/support/debian.sh says what can be kept for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/support/debian.sh
fresh_debian
mount_proc
deploy() { inside /src/deploy.sh --binary /src/built "$@"; }
places=(etc usr/local var/lib/pipekit var/cache/pipekit)
at_first=$(listing etc usr/local)

says "a dry run says what it would do" "$(deploy --dry-run)" "would: add the system user pipekit"
is "and does nothing" "$(listing etc usr/local)" "$at_first"
said=$(deploy)
says "jrunner is missed, and not needed" "$said" "there is no jrunner"
says "the service is enabled, and wants a login first" "$said" "pipekit settings set api_password -"
before=$(listing "${places[@]}")
said=$(deploy)
says "the second time nothing is changed" "$said" "All is as it should be; nothing was changed."
diff <(echo "$before") <(listing "${places[@]}") || wrong "that was changed"
for what in "etc/pipekit drwxr-x--- root:pipekit" "etc/pipekit/secrets.env -rw-r----- root:pipekit" \
  "var/lib/pipekit drwxrws--- pipekit:pipekit" "var/lib/pipekit/pipekit.db -rw-rw---- pipekit:pipekit" \
  "usr/local/bin/pipekit -rwxr-xr-x root:root" "etc/systemd/system/multi-user.target.wants/pipekit.service lrwxrwxrwx root:root"; do
  says "as it should be: $what" "$before" "$what"
done
as_user pipekit 0022 pipekit demo --help >/dev/null

# Somebody's own jrunner, found by $PATH, with a driver that is newer later on.
mkdir -p "$root/opt/jrunner/bin" "$root/opt/jrunner/lib"
printf '#!/bin/sh\n' >"$root/opt/jrunner/bin/jrunner"
chmod 755 "$root/opt/jrunner/bin/jrunner"
ln -s /opt/jrunner/bin/jrunner "$root/usr/local/bin/jrunner"
touch "$root/opt/jrunner/lib/jt400-20.0.jar"
says "jrunner's drivers are added" "$(deploy)" "added what was new in /opt/jrunner/lib"
says "once" "$(deploy)" "nothing was changed"

# What has come apart is put together again.
inside rm /usr/local/share/man/man1/pipekit-run.1
inside chmod 644 /var/lib/pipekit/pipekit.db
inside chmod 700 /var/lib/pipekit
said=$(deploy)
says "modes are mended" "$said" "let the group pipekit write the database: /var/lib/pipekit/pipekit.db"
says "and files" "$said" "Done: 3 change(s)."
is "the folder" "$(inside stat -c %U:%G/%a /var/lib/pipekit)" pipekit:pipekit/2770

# A step that fails stops it, and it goes on the next time.
inside rm -f /etc/fish/completions/pipekit.fish
inside rmdir /etc/fish/completions
inside touch /etc/fish/completions
said=$(deploy 2>&1) && wrong "it did not stop: $said"
says "it says where it stopped" "$said" "deploy.sh stopped at step 5 of 9 (completions and man pages)"
inside rm /etc/fish/completions
says "and goes on the next time" "$(deploy)" "Done: 1 change(s)."

# The build, by a cargo that is none: it says who called it, and copies what is there.
said=$(inside /src/deploy.sh 2>&1) && wrong "it built without a cargo: $said"
says "a cargo is asked for" "$said" "newer (none found)"
cargo() { # where, its version
  mkdir -p "$root${1%/*}"
  cat >"$root$1" <<END
#!/bin/sh
[ "\$1" = --version ] && echo "cargo $2 (x)" && exit
[ "\$*" = "build --release --locked" ] && [ -f Cargo.lock ] && [ -f src/main.rs ] && [ -f tests/main.rs ] || exit 9
echo "built as \$(id -un) in \$PWD"
mkdir -p "\$CARGO_TARGET_DIR/release" && cp /src/built "\$CARGO_TARGET_DIR/release/pipekit"
END
  chmod 755 "$root$1"
}
cargo /usr/bin/cargo 1.63.0
ln -s /bin/true "$root/usr/local/bin/cc"
said=$(inside /src/deploy.sh 2>&1) && wrong "it built with an old cargo: $said"
says "a newer one than Debian's is" "$said" "/usr/bin/cargo is 1.63.0"
cargo /root/.cargo/bin/cargo 1.95.0
said=$(inside /src/deploy.sh)
says "one that is root's own builds as root" "$said" "built as root in /var/cache/pipekit/source"
says "and that is said" "$said" "of no use to pipekit"
before=$(listing "${places[@]}")
says "what is built is not built again" "$(inside /src/deploy.sh)" "nothing was changed"
diff <(echo "$before") <(listing "${places[@]}") || wrong "that was changed"
cargo /usr/local/bin/cargo 1.95.0
echo "// changed" >>"$root/src/src/main.rs"
says "what was changed is, and as pipekit where that can" "$(inside /src/deploy.sh)" "built as pipekit in /var/cache/pipekit/source"
is "the clone is left whose it was" "$(inside find /src ! -user root | wc -l)" 0
rm "$root/usr/local/bin/cargo" "$root/usr/local/bin/cc"

# Runs are waited for, whoever's they are.
as_user pipekit 0022 sh -ec 'pipekit connection add a --driver sqlite --url jdbc:sqlite:/var/lib/pipekit/a.db
  sqlite3 /var/lib/pipekit/a.db "CREATE TABLE t (i INTEGER)"
  pipekit module add endless --source a --dest a --table t --strategy append --query "
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"' >/dev/null
as_user pipekit 0022 pipekit --quiet run endless &
until as_user pipekit 0022 pipekit log list --status running --json | grep -q endless; do sleep 0.2; done
echo >>"$root/src/built"
said=$(deploy --wait 2 2>&1) && wrong "it did not wait: $said"
says "a run is not replaced under" "$said" "pipekit cancel NAME"
(sleep 3 && as_user pipekit 0022 pipekit cancel endless >/dev/null) &
says "its end is waited for" "$(deploy)" "waiting until no run goes on"

cp "$root/var/lib/dpkg/status" "$root/status"
printf '\nPackage: pipekit\nStatus: install ok installed\nMaintainer: x\nArchitecture: all\nVersion: 1\nDescription: x\n' \
  >>"$root/var/lib/dpkg/status"
said=$(deploy 2>&1) && wrong "it was installed beside the package: $said"
says "a package besides is refused" "$said" "apt-get remove pipekit first"
mv "$root/status" "$root/var/lib/dpkg/status"

deploy --uninstall
after=$(listing etc usr/local var/lib/pipekit var/cache)
is "nothing that was installed is left" "$(grep -E 'pipekit' <<<"$after" | grep -vE 'var/lib/pipekit|etc/pipekit|etc/(passwd|group|shadow|gshadow|subuid|subgid)' || true)" ""
says "the database is" "$after" "var/lib/pipekit/pipekit.db -rw-rw---- pipekit:pipekit"
says "a second time there is nothing to do" "$(deploy --uninstall)" "nothing is installed"
says "it installs again, over what was kept" "$(deploy)" "Done:"
