#!/usr/bin/env bash
. /opt/sync/.env
D=/opt/sync/name
LOG=/tmp/name_$(date +%Y%m%d).log

# clear the import table, pull, swap
$PSQL -c "DELETE FROM staging.name" > $LOG 2>&1
jrunner \
    -scu $ERP_URL \
    -scn $ERP_USER \
    -scp $ERP_PW \
    -dcu $DW_URL \
    -dcn $DW_USER \
    -dcp $DW_PW \
    -sq $D/pull.sql \
    -dt staging.name >> $LOG 2>&1
$PSQL -f $D/insert.sql >> $LOG 2>&1
