#!/bin/bash
# codes from the ERP, every night. rl 2014
source /opt/sync/.env

psql -h "$DW_HOST" -p "$DW_PORT" -U "$DW_USER" -d "$DW_DB" -c 'truncate table staging.code'
/opt/jrunner/bin/jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq '/opt/sync/code/pull.sql' -dt 'staging.code'
psql -h "$DW_HOST" -p "$DW_PORT" -U "$DW_USER" -d "$DW_DB" -f '/opt/sync/code/insert.sql'
