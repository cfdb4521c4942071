#!/bin/bash
set -e
cd "$(dirname "$0")"
. ../.env
for_dw() { jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" "$@"; }
$PSQL -c "TRUNCATE staging.pickh, staging.pickl"
for_dw -sq head.sql -dt staging.pickh
for_dw -sq line.sql -dt staging.pickl
$PSQL -f insert.sql
