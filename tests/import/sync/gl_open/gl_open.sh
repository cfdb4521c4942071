#!/bin/sh
BASE=/opt/sync
. $BASE/.env
SRC="-scu $ERP_URL -scn $ERP_USER -scp $ERP_PW"
DST="-dcu $DW_URL -dcn $DW_USER -dcp $DW_PW"
OPEN=$($PSQL -At -c "SELECT string_agg('''' || period || '''', ',' ORDER BY period) FROM rlarp.open_period")

echo "select period, acct, seq, amount from lgdat.gl where period in ($OPEN)" > /tmp/gl_open.sql
$PSQL -c "truncate staging.gl_open"
jrunner $SRC $DST -sq /tmp/gl_open.sql -dt staging.gl_open
$PSQL -f $BASE/gl_open/insert.sql
