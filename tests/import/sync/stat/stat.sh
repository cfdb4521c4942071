#!/bin/bash
source /opt/sync/.env
cd /opt/sync/stat
$PSQL -c 'truncate staging.stat'
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq pull.sql -dt staging.stat
$PSQL -f insert.sql
