#!/bin/bash
source /opt/sync/.env
$PSQL -c "truncate staging.hts"
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq /opt/sync/hts/pull.sql -dt staging.hts
$PSQL -f /opt/sync/hts/insert.sql
