# shellcheck shell=bash
# deploy.sh's dealings with what runs: pipekit as its user, the service, and runs that must not be disturbed.

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
    [ "$(id -u)" != 0 ] || ! runs_on || note "runs go on now: it would wait for their end, $patience s at most"
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

disable_units() { # flags
  local unit
  for unit in pipekit.service pipekit-tick.timer; do
    [ ! -e "$units/$unit" ] || systemctl --quiet disable "$@" "$unit" || return
  done
}
