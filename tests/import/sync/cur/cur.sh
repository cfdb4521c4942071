#!/bin/bash
source /opt/sync/.env
main() {
	cat <<-SQL > /tmp/cur.sql
		select cur, descr -- "currency"
		from lgdat.cur
	SQL
	$PSQL -c "truncate staging.cur"
	jrunner -scu "$ERP_URL" -scn "$ERP_USER" -scp "$ERP_PW" -dcu "$DW_URL" -dcn "$DW_USER" -dcp "$DW_PW" -sq /tmp/cur.sql -dt staging.cur
	$PSQL -v ON_ERROR_STOP=1 <<-SQL
		START TRANSACTION;
		TRUNCATE rlarp.cur;
		INSERT INTO rlarp.cur (cur, descr)
		SELECT cur, descr FROM staging.cur;
		COMMIT;
	SQL
}
main "$@"
