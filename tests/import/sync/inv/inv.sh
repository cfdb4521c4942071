#!/bin/bash
# Invoices never change once they are written: append only.
set -e
here="$(dirname "$(readlink -f "$0")")"
source "${here}/../.env"
last=$($PSQL -Atc 'SELECT max(inv_no) FROM rlarp.inv')
last=${last:-0}

sql=$(cat "$here/pull.sql")
$PSQL -qc 'TRUNCATE staging.inv'
jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" \
  -sq <(printf '%s' "${sql//:last/$last}") -dt staging.inv
$PSQL -q1f "$here/insert.sql"
