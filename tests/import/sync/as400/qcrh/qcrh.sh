#!/bin/bash
source /opt/sync/as400/.env
P=$(psql -h usmidlnx01 -U "$PG_USER" -d ubm -At -c "SELECT quote_literal(max(fspr)) FROM rlarp.qcrh")
sed "s/PREV_PERIOD/$P/" /opt/sync/as400/qcrh/pull.sql > /tmp/qcrh.sql
psql -h usmidlnx01 -U "$PG_USER" -d ubm -c "truncate table rlarp.qcrh_import"
/opt/jrunner/bin/jrunner -scu "$DB2_URL" -scn "$DB2_USER" -scp "$DB2PW" -dcu "$PG_URL" -dcn "$PG_USER" -dcp "$PGPASSWORD" -sq /tmp/qcrh.sql -dt rlarp.qcrh_import -t
psql -h usmidlnx01 -U "$PG_USER" -d ubm -f /opt/sync/as400/qcrh/insert.sql
