#!/bin/bash
source /opt/sync/.env
$PSQL -At -c "SELECT tbl FROM rlarp.copy_list ORDER BY 1" | while read -r t; do
    echo "SELECT * FROM lgdat.$t" > /tmp/copy.sql
    $PSQL -c "TRUNCATE rlarp.$t"
    jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq /tmp/copy.sql -dt "rlarp.$t"
done
