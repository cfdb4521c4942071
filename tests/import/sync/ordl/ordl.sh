#!/bin/bash
cd /opt/sync/ordl || exit 1
set -a
. ../.env
set +a
export SINCE=`$PSQL -t -A -c "select max(changed) from rlarp.ordl"`
: "${SINCE:=1900-01-01}"
export SINCE
envsubst '$SINCE' < pull.sql.tmpl > pull.gen.sql
$PSQL -c 'truncate staging.ordl' && \
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq pull.gen.sql -dt staging.ordl && \
$PSQL < insert.sql
