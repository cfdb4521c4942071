#!/bin/bash
cd /opt/sync/event; source ../.env
LAST=$($PSQL -qtAX -c "SELECT max(id) FROM rlarp.event" | tr -d '[:space:]')
if [ -z "$LAST" ]; then
    LAST=0
fi
SQL="SELECT id, at, what
FROM lgdat.event
WHERE id > ${LAST}"
echo "$SQL" > pull.sql
$PSQL <<'EOF'
TRUNCATE staging.event;
EOF
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq pull.sql -dt staging.event
$PSQL <<EOF
INSERT INTO rlarp.event SELECT * FROM staging.event;
TRUNCATE staging.event;
CALL rlarp.event_stats();
EOF
