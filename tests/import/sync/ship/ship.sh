#!/bin/bash
# no psql on that box: the lookup and the merge go by jrunner too
source /opt/sync/.env
W=/opt/sync/ship
DST="-scu $DW_URL -scn $DW_USER -scp $DW_PW"
FROM=$(jrunner $DST -sq $W/last.sql -f csv | tail -n 1)
sed -e "s|@FROM@|$FROM|" $W/pull.sql > $W/pull.tmp
echo "TRUNCATE staging.ship" > $W/trunc.tmp
jrunner $DST -sq $W/trunc.tmp
jrunner -scu $ERP_URL -scn $ERP_USER -scp $ERP_PW -dcu $DW_URL -dcn $DW_USER -dcp $DW_PW -sq $W/pull.tmp -dt staging.ship
jrunner $DST -sq $W/insert.sql
