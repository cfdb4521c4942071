#!/bin/bash
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$HERE/../.env"

SINCE=$(psql -h $DW_HOST -p $DW_PORT -U $DW_USER -d $DW_DB -At -c "SELECT coalesce(max(changed), '1900-01-01') FROM rlarp.ordh")
echo "orders since $SINCE"
sed "s/{{since}}/$SINCE/g" "$HERE/pull.sql" > /tmp/ordh_pull.$$.sql

psql -h $DW_HOST -p $DW_PORT -U $DW_USER -d $DW_DB -c "TRUNCATE staging.ordh"
jrunner -scu $ERP_URL -scn $ERP_USER -scp $ERP_PW -dcu $DW_URL -dcn $DW_USER -dcp $DW_PW -sq /tmp/ordh_pull.$$.sql -dt staging.ordh || exit 1
psql -h $DW_HOST -p $DW_PORT -U $DW_USER -d $DW_DB -f "$HERE/insert.sql"
rm -f /tmp/ordh_pull.$$.sql
