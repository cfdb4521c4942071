"""The servers, the tools, and the commands of those that take part."""

import os
import sys

from measure import Meter


class Bench:
    """The servers, the tools, and pipekit."""

    def __init__(self, folder, rows):
        env = os.environ
        self.folder, self.rows, self.pipekit, self.jdbc = folder, rows, env["PIPEKIT"], env["JDBC"]
        # The binary itself: Debian's wrapper costs 25 ms a call.
        self.psql = f"{env['PG_BIN']}/psql -X -q"
        self.mariadb = f"mariadb --no-defaults --skip-ssl -h 127.0.0.1 -P {env['MY_PORT']} -u admin --local-infile=1"
        self.pg_url = f"jdbc:postgresql://127.0.0.1:{env['PGPORT']}/bench"
        self.h2_url = f"jdbc:h2:{folder}/h2/src"
        # pgloader speaks MySQL without TLS only.
        self.my_url = f"jdbc:mariadb://127.0.0.1:{env['MY_PORT']}/bench?sslMode=disabled"
        self.pg_uri = f"postgresql://postgres:{env['PGPASSWORD']}@127.0.0.1:{env['PGPORT']}/bench"
        self.sling_pg = f"{self.pg_uri}?sslmode=disable"
        self.my_uri = f"mysql://admin:{env['MYSQL_PWD']}@127.0.0.1:{env['MY_PORT']}/bench"
        self.env = dict(env, PGDATABASE="bench", PIPEKIT_DB=f"{folder}/pipekit.db", PIPEKIT_SECRETS=f"{folder}/secrets.env",
                        HOME=folder, SLING_DISABLE_TELEMETRY="true", INGESTR_DISABLE_TELEMETRY="true")
        self.meter = Meter(folder, self.env, [int(env["PG_PID"]), int(env["MY_PID"])])

    def sh(self, command):
        done = self.meter.run(command)
        if done.error:
            sys.exit(f"failed: {command}\n{done.error}")
        return done

    def pg(self, sql):
        self.sh(f"{self.psql} -v ON_ERROR_STOP=1 <<'SQL'\n{sql}\nSQL")

    def my(self, sql, database="bench"):
        self.sh(f"{self.mariadb} {database} <<'SQL'\n{sql}\nSQL")

    def call(self, arguments):
        self.sh(f"{self.pipekit} -q {arguments}")

    def copy(self, source, dest):
        """The floor between two tables of PostgreSQL."""
        return f"{self.psql} -c 'COPY {source} TO STDOUT (FORMAT binary)' | {self.psql} -c 'COPY {dest} FROM STDIN (FORMAT binary)'"

    def load_my(self, table):
        return f"{self.mariadb} bench -e \"LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE {table} CHARACTER SET utf8mb4\""

    def transfer(self, source, query, dest, table, program=None):
        """A transfer with jrunner's flags, by the built-in runner or by the JDBC program."""
        logins = {self.pg_url: ("postgres", "$PGPASSWORD"), self.my_url: ("admin", "$MYSQL_PWD")}
        (scn, scp), (dcn, dcp) = logins.get(source, ("sa", "")), logins.get(dest, ("sa", ""))
        with open(f"{self.folder}/{query}.sql", "w") as file:
            file.write(f"SELECT * FROM {query}")
        flags = f"-scu '{source}' -scn {scn} -sq {query}.sql -dcu '{dest}' -dcn {dcn} -dt {table}"
        if program:
            return f"{program} {flags} -scp \"{scp}\" -dcp \"{dcp}\""
        return f"JRUNNER_SCP=\"{scp}\" JRUNNER_DCP=\"{dcp}\" {self.pipekit} jrunner {flags}"

    def sling(self, source, stream, dest, table, mode="truncate", more=""):
        return f"$SLING run --src-conn '{source}' --src-stream {stream} --tgt-conn '{dest}' --tgt-object {table} --mode {mode} {more}"

    def ingestr(self, source, stream, dest, table, strategy="replace", more=""):
        return (f"$INGESTR ingest --source-uri '{source}' --source-table {stream} --dest-uri '{dest}' --dest-table {table} "
                f"--incremental-strategy {strategy} --yes --progress log {more}")

    def pgloader(self, source, match, dest):
        """A file that loads the table `match` of a database into a table of PostgreSQL that is there."""
        schema = {"mysql": "ALTER SCHEMA 'bench' RENAME TO 'public'"}.get(source.partition(":")[0], "")
        alter = f"{schema} ALTER TABLE NAMES MATCHING '{match}' RENAME TO '{dest}'"
        only = "TABLE NAMES LIKE" if source.startswith("sqlite") else "TABLE NAMES MATCHING"
        within = " IN SCHEMA 'public'" if source.startswith("pgsql") else ""
        cast = "CAST type tinyint to boolean using tinyint-to-boolean" if source.startswith("mysql") else ""
        name = f"{source.partition(':')[0]}_{match}.load"
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(f"LOAD DATABASE FROM {source} INTO {self.pg_uri} WITH data only, batch size = 20MB, prefetch rows = 20000 "
                       f"{cast} INCLUDING ONLY {only} '{match}'{within} {alter};")
        return f"pgloader --quiet --no-ssl-cert-verification {name}"
