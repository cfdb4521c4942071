#!/bin/bash
# usage: run.sh NAME
M=${1:?usage: run.sh NAME}
S=/opt/sync
source $S/.env
$PSQL -c "truncate staging.$M"
jrunner -scu $ERP_URL -scn $ERP_USER -scp $ERP_PW -dcu $DW_URL -dcn $DW_USER -dcp $DW_PW -sq $S/$M/pull.sql -dt staging.$M
if [ $? -ne 0 ]; then
    echo "$M failed" >&2
    exit 1
fi
$PSQL -f $S/$M/insert.sql
