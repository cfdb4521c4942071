#!/bin/bash
. /opt/sync/as400/.env
cd /opt/sync/as400/ffsbglr1
psql -h usmidlnx01 -U $PG_USER ubm -c 'truncate table rlarp.ffsbglr1_import'
/opt/jrunner/bin/jrunner -scu "$DB2_URL" -scn $DB2_USER -scp $DB2PW -dcu $PG_URL -dcn $PG_USER -dcp "$PGPASSWORD" -sq pull.sql -dt rlarp.ffsbglr1_import
psql -h usmidlnx01 -U $PG_USER ubm -f insert.sql
