#!/bin/bash
# small tables, in this order
/opt/sync/code/code.sh
/opt/sync/name/name.sh
/opt/sync/cust/sync.sh
bash /opt/sync/terms/terms.sh
/opt/sync/whse/whse.sh
source /opt/sync/.env
$PSQL -c "REFRESH MATERIALIZED VIEW rlarp.whse_city"
