#!/usr/bin/env bash
# The Debian package: built from a binary that is there, then installed, upgraded, removed and purged in a fresh Debian.
# As root; tests/support/debian.sh says what can be kept for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/support/debian.sh
command -v lintian >/dev/null || install_missing lintian
fresh_debian
mount_proc

build_package 1
build_package 2
lintian --fail-on error --allow-root "$root/pipekit-1.deb" || wrong "lintian has errors"

# ---- Installed ----
said=$(inside dpkg -i /pipekit-1.deb 2>&1)
says "the service wants a login first" "$said" "pipekit settings set api_password -"
found=$(listing etc/pipekit etc/systemd lib/systemd/system usr/bin/pipekit usr/share/{bash-completion,zsh,fish,man/man1,doc/pipekit} var/lib/pipekit)
for what in "usr/bin/pipekit -rwxr-xr-x root:root" "system/pipekit.service -rw-r--r-- root:root" \
  "system/pipekit-tick@.service -rw-r--r-- root:root" "man1/pipekit-module-add.1.gz -rw-r--r-- root:root" \
  "completions/pipekit -rw-r--r-- root:root" "vendor-completions/_pipekit -rw-r--r-- root:root" \
  "vendor_completions.d/pipekit.fish -rw-r--r-- root:root" "doc/pipekit/copyright -rw-r--r-- root:root" \
  "doc/pipekit/docs/deploy.md -rw-r--r-- root:root" \
  "etc/pipekit drwxr-x--- root:pipekit" "etc/pipekit/secrets.env -rw-r----- root:pipekit" \
  "var/lib/pipekit drwxrws--- pipekit:pipekit" "var/lib/pipekit/pipekit.db -rw-rw---- pipekit:pipekit" \
  "multi-user.target.wants/pipekit.service lrwxrwxrwx root:root"; do
  says "there: $what" "$found" "$what"
done
is "the user can't log in" "$(inside getent passwd pipekit | cut -d: -f6,7)" /var/lib/pipekit:/usr/sbin/nologin
verified=$(inside systemd-analyze verify --man=no pipekit.service pipekit-tick.timer 2>&1 | grep -i pipekit || true)
is "systemd has nothing against the units" "$verified" ""
says "the demo runs as the user" "$(as_user pipekit 0022 sh -c 'cd /var/lib/pipekit && pipekit demo 2>&1')" "✔  order_lines"
printf 'geheim' | inside pipekit --quiet secrets set PW
as_user pipekit 0022 pipekit settings set api_user ops

# ---- Upgraded ----
kept() { listing etc/pipekit | grep -F secrets.env; as_user pipekit 0022 pipekit settings get api_user; }
before=$(kept)
inside dpkg -i /pipekit-2.deb >/dev/null
is "an upgrade keeps what there is" "$(kept)" "$before"
as_user pipekit 0022 sh -ec 'pipekit connection add a --driver sqlite --url jdbc:sqlite:/var/lib/pipekit/a.db
  sqlite3 /var/lib/pipekit/a.db "CREATE TABLE t (i INTEGER)"
  pipekit module add endless --source a --dest a --table t --strategy append --query "
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"' >/dev/null
as_user pipekit 0022 pipekit --quiet run endless &
until as_user pipekit 0022 pipekit log list --status running --json | grep -q endless; do sleep 0.2; done
said=$(inside env PIPEKIT_UPGRADE_WAIT=2 dpkg -i /pipekit-1.deb 2>&1) && wrong "it was upgraded in the middle of a run: $said"
says "in the middle of a run it is not" "$said" "runs go on, and nothing is replaced under them"
# shellcheck disable=SC2016 # They are dpkg's.
is "the old one stays" "$(inside dpkg-query -W -f '${db:Status-Abbrev}${Version}' pipekit)" "ii $(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)-2"
as_user pipekit 0022 pipekit cancel endless >/dev/null
inside dpkg -i /pipekit-1.deb >/dev/null 2>&1

# ---- Removed, and purged ----
inside dpkg -r pipekit >/dev/null
is "the program is gone" "$(inside sh -c 'ls /usr/bin/pipekit /lib/systemd/system/pipekit* 2>/dev/null' || true)" ""
is "what people made is not" "$(listing etc/pipekit | grep -F secrets.env)" "$(grep -F secrets.env <<<"$before")"
inside dpkg -i /pipekit-1.deb >/dev/null
is "and is there when it comes back" "$(kept)" "$before"
said=$(inside dpkg -P pipekit 2>&1)
says "a purge says what it keeps" "$said" "rm -r /var/lib/pipekit /etc/pipekit && userdel pipekit"
is "and keeps it" "$(inside stat -c %U:%G/%a /var/lib/pipekit/pipekit.db)" pipekit:pipekit/660
is "no unit is left" "$(inside find /etc/systemd /lib/systemd /var/lib/systemd -name '*pipekit*')" ""
