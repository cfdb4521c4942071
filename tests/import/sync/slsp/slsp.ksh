#!/bin/ksh
SYNCDIR=/opt/sync ; export SYNCDIR
. $SYNCDIR/.env
DIR=`dirname $0`
LASTID=`$PSQL -A -t -c "SELECT COALESCE(MAX(SLSP), 0) FROM RLARP.SLSP" | xargs`
SQLFILE=/tmp/slsp.sql
cat > $SQLFILE << END_OF_SQL
SELECT SLSP
      ,NAME
FROM   LGDAT.SLSP
WHERE  SLSP > ${LASTID}   -- new ones only
END_OF_SQL
${PSQL} -c "TRUNCATE TABLE STAGING.SLSP"
jrunner -scu ${ERP_URL} -scn ${ERP_USER} -scp ${ERP_PW} -dcu ${DW_URL} -dcn ${DW_USER} -dcp ${DW_PW} -sq ${SQLFILE} -dt STAGING.SLSP
RC=$?
if [ "$RC" -ne 0 ]
then
    exit $RC
fi
${PSQL} -c "INSERT INTO RLARP.SLSP (SLSP, NAME) SELECT SLSP, NAME FROM STAGING.SLSP"
