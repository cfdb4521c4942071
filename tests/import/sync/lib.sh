# what all the newer ones use
# sync_full NAME: staging.NAME to rlarp.NAME
SYNC_HOME="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ -f "$SYNC_HOME/.env" ] && . "$SYNC_HOME/.env"

log() { echo "$(date '+%F %T') $*"; }

sync_full() {
    local name=$1
    local dir="$SYNC_HOME/$name"
    log "start $name"
    $PSQL -c "TRUNCATE staging.$name" || { log "can't truncate"; return 1; }
    jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" \
            -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" \
            -sq "$dir/pull.sql" -dt "staging.$name" || return 1
    $PSQL -1 -v ON_ERROR_STOP=1 -c "TRUNCATE rlarp.$name" -c "INSERT INTO rlarp.$name SELECT * FROM staging.$name"
    log "end $name"
}
