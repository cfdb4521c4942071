#!/bin/bash
cd "$(dirname "$0")" && source ../.env
CHG_DATE=$($PSQL -At -c "SELECT max(changed) FROM rlarp.bom")
MAX_NO=$($PSQL -At -c "SELECT max(bom_no)
    FROM rlarp.bom")
cp pull.sql pull.now.sql
sed -i -e "s/#DATE#/${CHG_DATE:-1900-01-01 00:00}/g" -e "s/#NUMBER#/${MAX_NO:-0}/g" pull.now.sql
$PSQL -c "TRUNCATE staging.bom"
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq pull.now.sql -dt staging.bom -t
$PSQL -f insert.sql
