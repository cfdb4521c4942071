#!/bin/bash
set -euo pipefail
cd "$(dirname "$0")"
source ../.env

run_psql() {
    psql -X -v ON_ERROR_STOP=1 -h "${DW_HOST}" -p "${DW_PORT}" -U "${DW_USER}" "${DW_DB}" "$@"
}

run_psql -q -c "TRUNCATE staging.cust;"
jrunner -scu "${ERP_URL}" -scn "${ERP_USER}" -scp "${ERP_PW}" \
        -dcu "${DW_URL}" -dcn "${DW_USER}" -dcp "${DW_PW}" \
        -sq pull.sql -dt staging.cust
run_psql -f insert.sql
