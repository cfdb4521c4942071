#!/bin/bash
source /opt/sync/.env
Q='/opt/sync/rate/rates.sql'
PG="psql -h ${DW_HOST} -p ${DW_PORT} -U ${DW_USER} ${DW_DB} -v ON_ERROR_STOP=1"
$PG -c "TRUNCATE TABLE staging.rate"
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq "$Q" -dt "staging.rate"
$PG -c "DELETE FROM rlarp.rate WHERE (cur, day) IN (SELECT DISTINCT cur, day FROM staging.rate)"
$PG -c "INSERT INTO rlarp.rate (cur, day, rate) SELECT cur, day, rate FROM staging.rate"
