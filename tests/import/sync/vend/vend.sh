#!/bin/bash
source /opt/sync/.env
$PSQL -c "truncate staging.vend"
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq /opt/sync/vend/pull.sql -dt staging.vend
$PSQL -f /opt/sync/vend/insert.sql
