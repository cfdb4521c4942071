#!/bin/bash
source /opt/sync/as400/.env
psql -h usmidlnx01 -U "$PG_USER" -d ubm -c "TRUNCATE staging.live_quotes"
jrunner -scu "$MSSQL_URL" -scn "$MSSQL_USER" -scp "$MSSQL_PW" -dcu "$PG_URL" -dcn "$PG_USER" -dcp "$PGPASSWORD" -sq /opt/sync/live_quotes/pull.sql -dt staging.live_quotes
psql -h usmidlnx01 -U "$PG_USER" -d ubm -f /opt/sync/live_quotes/insert.sql
