#!/bin/bash
# back to the pricing tool
. /opt/sync/as400/.env
cd /opt/sync/quote_out
sqlcmd -S usmidsql01 -d pricing -U $MSSQL_USER -P "$MSSQL_PW" -Q "TRUNCATE TABLE stage.QuoteScore"
jrunner -scu $PG_URL -scn $PG_USER -scp "$PGPASSWORD" -dcu "$MSSQL_URL" -dcn $MSSQL_USER -dcp "$MSSQL_PW" -sq pull.sql -dt stage.QuoteScore
sqlcmd -S usmidsql01 -d pricing -U $MSSQL_USER -P "$MSSQL_PW" -b -i insert.sql
