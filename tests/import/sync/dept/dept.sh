#!/usr/bin/env bash
set -Eeuo pipefail
trap 'echo "dept failed in line $LINENO" >&2' ERR
readonly HERE="$(cd -- "$(dirname -- "$0")" && pwd)"
source "${HERE}/../.env"
readonly DW="postgresql://${DW_USER}:${DW_PW}@${DW_HOST}:${DW_PORT}/${DW_DB}"

psql "$DW" --quiet --command='TRUNCATE staging.dept'
if ! jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq "$HERE/pull.sql" -dt staging.dept; then
    echo 'the pull failed' >&2
    exit 2
fi
psql "$DW" --single-transaction --file="$HERE/insert.sql"
