#!/bin/bash
# small enough to load straight into the table
source /opt/sync/.env
$PSQL -c "TRUNCATE rlarp.terms"
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq /opt/sync/terms/pull.sql -dt rlarp.terms
