#!/bin/bash
. "$(dirname "$0")/../.env"
dir=${0%/*}

pull() {
    local file=$1 table=$2
    jrunner -scu "${ERP_URL}" -scn "${ERP_USER}" -scp "${ERP_PW}" \
            -dcu "${DW_URL}" -dcn "${DW_USER}" -dcp "${DW_PW}" \
            -sq "$file" -dt "$table"
}

merge()
{
    ${PSQL} -f "${dir}/insert.sql"
}

${PSQL} -c "truncate staging.item"
if pull "$dir/pull.sql" staging.item; then
    merge
else
    echo "item failed" | mail -s "sync" dw@example.com
    exit 1
fi
