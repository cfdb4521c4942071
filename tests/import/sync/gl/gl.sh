#!/bin/ksh
# general ledger, from the period before the last on
DIR=/opt/sync/gl
. /opt/sync/.env
PERIOD=$($PSQL -At -f $DIR/period.sql)

cat <<EOF > $DIR/pull.run.sql
SELECT PERIOD, ACCT, SEQ, AMOUNT
FROM LGDAT.GL
WHERE PERIOD >= '$PERIOD'
EOF

cat <<EOF > $DIR/insert.run.sql
DELETE FROM rlarp.gl WHERE period >= '$PERIOD';
INSERT INTO rlarp.gl (period, acct, seq, amount)
SELECT period, acct, seq, amount FROM staging.gl;
EOF

$PSQL -c "truncate table staging.gl"
jrunner -scu $ERP_URL -scn $ERP_USER -scp $ERP_PW -dcu $DW_URL -dcn $DW_USER -dcp $DW_PW -sq $DIR/pull.run.sql -dt staging.gl
$PSQL -f $DIR/insert.run.sql
