//! What MySQL and MariaDB alone have.

use super::case::{Case, Expect::*, On::*, PLAIN};

const HERE: Case = Case { on: Mariadb, ..PLAIN };

/// No two rows have got the same number.
const DISTINCT_IDS: Option<(&str, [&str; 4])> = Some(("SELECT count(*) - count(DISTINCT id) FROM t", ["0"; 4]));

/// `t (code, qty)`, where `b` is there and `B` comes.
const CODES: Case = Case {
    seed: "INSERT INTO t (code, qty) VALUES ('a', 10), ('b', 20)",
    source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('B', 20), ('c', 30), ('d', 40)",
    query: "SELECT code, qty FROM s",
    key: &["code"],
    look: "SELECT code, qty FROM t",
    new: &["B|20", "c|30", "d|40"],
    equal: |a, b| a.eq_ignore_ascii_case(b),
    ..HERE
};

/// Two that are one come at once.
const TWICE: &str = "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('B', 20), ('b', 30), ('d', 40)";
const REPEATED: &str = "1 values of the unique key (code) are staged more than once";
const PADDED: &str = "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('b  ', 20), ('c', 30), ('d', 40)";

/// `t (id, v)`, and for `v` the text `$v` comes.
macro_rules! holds {
    ($type:literal, $old:literal, $v:literal, $shown:literal) => {
        Case {
            what: concat!($type, ", and ", $v),
            make: concat!("CREATE TABLE t (id INT, v ", $type, ")"),
            seed: concat!("INSERT INTO t VALUES (1, '", $old, "'), (2, '", $old, "')"),
            source: concat!(
                "CREATE TABLE s (id INTEGER, v TEXT); INSERT INTO s VALUES (2, '",
                $v,
                "'), (3, '",
                $v,
                "')"
            ),
            query: "SELECT id, v FROM s",
            look: "SELECT id, v FROM t",
            new: &[concat!("2|", $shown), concat!("3|", $shown)],
            ..HERE
        }
    };
}

/// A name of the database's table and key, as it stands between backticks and as it is.
macro_rules! name {
    ($what:literal: $sql:literal = $name:literal) => {
        Case {
            what: $what,
            make: concat!("CREATE TABLE `", $sql, "` (`", $sql, "` INT, item VARCHAR(9), qty INT)"),
            seed: concat!("INSERT INTO `", $sql, "` VALUES (1, 'old', 10), (2, 'old', 20)"),
            table: concat!("`", $sql, "`"),
            key: &[$name],
            unique: &[$name],
            look: concat!("SELECT * FROM `", $sql, "`"),
            query: "SELECT id, item, qty FROM s",
            ..HERE
        }
    };
}

const WITH_KEY: &str = "CREATE TABLE t (id INT PRIMARY KEY, item VARCHAR(9), qty INT)";
const REFERENCED: Case = Case { make: WITH_KEY, fresh: true, ..HERE };
const PARENT: &str = "Cannot delete or update a parent row: a foreign key constraint fails";

/// A deletion would change the other table.
const REACHES: Case = Case {
    full: Refused("deleting from t would reach {database}.other"),
    incremental: Refused("deleting from t would reach {database}.other"),
    ..REFERENCED
};

const VIEW: Case = Case {
    make: "CREATE TABLE t_base (id INT, item VARCHAR(9), qty INT); CREATE VIEW t AS SELECT id, item, qty FROM t_base",
    seed: "INSERT INTO t_base VALUES (1, 'old', 10), (2, 'old', 20)",
    ..HERE
};
const KEPT_OUT: &str = "3 rows were staged and 2 came into t";
const WITHOUT_TRANSACTIONS: &str = "t is of an engine without transactions";

const WAITS: Case = Case { url: "sessionVariables=innodb_lock_wait_timeout=1,lock_wait_timeout=1", ..HERE };
const LOCKED: &str = "Lock wait timeout exceeded";

pub const CASES: &[Case] = &[
    // Columns that fill themselves.
    Case {
        what: "auto_increment, filled: 0 is a number as any",
        make: "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, item VARCHAR(9), qty INT)",
        source: "CREATE TABLE s (id INTEGER, item TEXT, qty INTEGER);
                 INSERT INTO s VALUES (2, 'new', 20), (0, 'zero', 30)",
        new: &["2|new|20", "0|zero|30"],
        append: Refused("Duplicate entry '2' for key 'PRIMARY'"),
        ..HERE
    },
    Case {
        what: "auto_increment, not among the columns",
        make: "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, item VARCHAR(9), qty INT)",
        query: "SELECT item, qty FROM s",
        columns: &["item", "qty"],
        key: &["qty"],
        look: "SELECT item, qty FROM t",
        new: &["new|20", "ünï|30", "NULL|40"],
        key_at: &[1],
        also: DISTINCT_IDS,
        ..HERE
    },
    Case {
        what: "auto_increment, and NULL comes for it: the server numbers the rows",
        make: "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, item VARCHAR(9), qty INT)",
        query: "SELECT NULL, item, qty FROM s",
        look: "SELECT item, qty FROM t",
        new: &["new|20", "ünï|30", "NULL|40"],
        incremental: Refused("3 of 3 staged rows have NULL in the merge key id"),
        also: DISTINCT_IDS,
        ..HERE
    },
    Case {
        what: "an INVISIBLE column, which is left to its default",
        make: "CREATE TABLE t (id INT, hidden INT INVISIBLE DEFAULT 7, item VARCHAR(9), qty INT)",
        look: "SELECT id, item, qty, hidden FROM t",
        new: &["2|new|20|7", "3|ünï|30|7", "4|NULL|40|7"],
        ..HERE
    },
    Case {
        what: "an INVISIBLE column that the module names",
        make: "CREATE TABLE t (id INT INVISIBLE DEFAULT 7, item VARCHAR(9), qty INT)",
        columns: &["id", "item", "qty"],
        ..HERE
    },
    Case {
        what: "a generated column in the middle, VIRTUAL",
        make: "CREATE TABLE t (id INT, twice INT AS (qty * 2) VIRTUAL, item VARCHAR(9), qty INT)",
        look: "SELECT id, item, qty, twice FROM t",
        new: &["2|new|20|40", "3|ünï|30|60", "4|NULL|40|80"],
        ..HERE
    },
    Case {
        what: "a TIMESTAMP that is NOT NULL, and NULL comes for it: it does not become the time of the merge",
        make: "SET explicit_defaults_for_timestamp = 0; CREATE TABLE t (id INT, item VARCHAR(9), qty TIMESTAMP)",
        seed: "INSERT INTO t VALUES (1, 'old', '2020-01-01 00:00:00')",
        query: "SELECT id, item, NULL FROM s",
        url: "sessionVariables=explicit_defaults_for_timestamp=0",
        ..HERE
    }
    .refused("pipekit: NULL in qty, which is NOT NULL"),
    Case {
        what: "a TIMESTAMP that changes by itself, not among the columns",
        make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT, at TIMESTAMP DEFAULT NOW() ON UPDATE NOW())",
        columns: &["id", "item", "qty"],
        also: Some(("SELECT count(*) FROM t WHERE at IS NULL", ["0"; 4])),
        ..HERE
    },
    Case {
        what: "extra columns whose default is an expression",
        make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT, more VARCHAR(36) DEFAULT (concat('a', 'b')))",
        columns: &["id", "item", "qty"],
        look: "SELECT id, item, qty, more FROM t",
        new: &["2|new|20|ab", "3|ünï|30|ab", "4|NULL|40|ab"],
        ..HERE
    },
    // Types.
    holds!("BIGINT UNSIGNED", "1", "18446744073709551615", "18446744073709551615"),
    holds!("INT UNSIGNED", "1", "-1", "").refused("row 1, column v"),
    holds!("TINYINT UNSIGNED ZEROFILL", "1", "255", "255"),
    holds!("TINYINT(1)", "1", "-128", "-128"),
    holds!("DECIMAL(5,2)", "1", "1.239", "").refused("row 1, column v"),
    holds!("VARCHAR(3)", "o", "abc ", "").refused("row 1, column v"),
    holds!("VARCHAR(3) CHARACTER SET latin1", "o", "äöü", "äöü"),
    holds!("VARCHAR(3) CHARACTER SET latin1", "o", "尺寸", "").refused("column"),
    holds!("DATE", "2020-01-01", "0000-00-00", "").refused("row 1, column v: '0000-00-00' does not fit date"),
    holds!("DATETIME", "2020-01-01", "2026-02-31 00:00:00", "").refused("row 1, column v"),
    holds!("DATETIME(3)", "2020-01-01", "2026-02-28 23:59:59.1234", "").refused("row 1, column v"),
    holds!("TIME(3)", "10:00", "-838:59:59", "-838:59:59.000"),
    holds!("YEAR", "2020", "1901", "1901"),
    holds!("ENUM('so so', 'it''s', 'a\\\\b')", "so so", "a\\b", "a\\b"),
    holds!("ENUM('a', 'b')", "a", "c", "").refused("column"),
    holds!("SET('a', 'b')", "a", "a,b", "a,b"),
    holds!("JSON", "{}", "{\"b\" : 1.50}", "{\"b\" : 1.50}"),
    holds!("UUID", "123e4567-e89b-12d3-a456-426655440000", "123E4567-e89b-12d3-a456-426655440001", "123e4567-e89b-12d3-a456-426655440001"),
    holds!("VARCHAR(9) COMPRESSED", "o", "ü", "ü"),
    // Keys.
    Case {
        what: "a collation that ignores case",
        make: "CREATE TABLE t (code VARCHAR(9) COLLATE utf8mb4_general_ci PRIMARY KEY, qty INT)",
        incremental: Refused("'B' where it has 'b'"),
        append: Refused("Duplicate entry 'B' for key 'PRIMARY'"),
        ..CODES
    },
    Case {
        what: "a collation that ignores case, and keys that must not repeat repeat",
        make: "CREATE TABLE t (code VARCHAR(9) COLLATE utf8mb4_general_ci, qty INT)",
        source: TWICE,
        unique: &["code"],
        ..CODES
    }
    .refused(REPEATED),
    Case {
        what: "a collation that ignores case, in a database whose own does not, and a character set besides",
        make: "ALTER DATABASE COLLATE utf8mb4_bin; CREATE TABLE t (code VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_general_ci, qty INT)",
        incremental: Refused("'B' where it has 'b'"),
        ..CODES
    },
    Case {
        what: "a collation that ignores accents, and takes ß for ss",
        make: "CREATE TABLE t (code VARCHAR(9) COLLATE utf8mb4_unicode_ci, qty INT)",
        seed: "INSERT INTO t VALUES ('strasse', 10), ('été', 20)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('Straße', 30), ('ete', 40)",
        new: &["Straße|30", "ete|40"],
        incremental: Refused("'Straße' where it has 'strasse'"),
        ..CODES
    },
    Case {
        what: "a collation that ignores blanks at the end, as most do",
        make: "CREATE TABLE t (code VARCHAR(9) COLLATE utf8mb4_bin, qty INT)",
        source: PADDED,
        new: &["b  |20", "c|30", "d|40"],
        incremental: Refused("'b  ' where it has 'b'"),
        ..CODES
    },
    Case {
        what: "a collation that does not ignore blanks at the end",
        make: "CREATE TABLE t (code VARCHAR(9) COLLATE utf8mb4_nopad_bin, qty INT)",
        source: PADDED,
        new: &["b  |20", "c|30", "d|40"],
        equal: |a, b| a == b,
        ..CODES
    },
    Case {
        what: "VARBINARY, which ignores nothing",
        make: "CREATE TABLE t (code VARBINARY(9), qty INT)",
        source: TWICE,
        new: &["B|20", "b|30", "d|40"],
        equal: |a, b| a == b,
        ..CODES
    },
    Case {
        what: "DECIMAL, which is equal whatever its decimals",
        make: "CREATE TABLE t (code DECIMAL(9,3), qty INT)",
        seed: "INSERT INTO t (code, qty) VALUES (1.0, 10), (2.0, 20)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('2.00', 20), ('3', 30)",
        new: &["2.000|20", "3.000|30"],
        ..CODES
    },
    Case {
        what: "an ENUM as a key",
        make: "CREATE TABLE t (code ENUM('a', 'b', 'c', 'd') COLLATE utf8mb4_general_ci, qty INT)",
        source: "CREATE TABLE s (code TEXT, qty INTEGER); INSERT INTO s VALUES ('b', 20), ('c', 30), ('d', 40)",
        new: &["b|20", "c|30", "d|40"],
        ..CODES
    },
    Case {
        what: "a TEXT as a key, with an index on its beginning",
        make: "CREATE TABLE t (code TEXT COLLATE utf8mb4_general_ci, qty INT, KEY (code(2)))",
        incremental: Refused("'B' where it has 'b'"),
        ..CODES
    },
    // Triggers.
    Case {
        what: "a BEFORE trigger that changes the rows",
        then: "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.item = concat(NEW.item, '!')",
        new: &["2|new!|20", "3|ünï!|30", "4|NULL|40"],
        ..HERE
    },
    Case {
        what: "a BEFORE trigger that fills what is NOT NULL",
        make: "CREATE TABLE t (id INT, item VARCHAR(9) NOT NULL, qty INT)",
        then: "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.item = coalesce(NEW.item, 'none')",
        new: &["2|new|20", "3|ünï|30", "4|none|40"],
        ..HERE
    },
    Case {
        what: "triggers that write into another table",
        make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT); CREATE TABLE audit (op VARCHAR(9), id INT)",
        then: "CREATE TRIGGER i AFTER INSERT ON t FOR EACH ROW BEGIN INSERT INTO audit VALUES ('INSERT', NEW.id); END;
               CREATE TRIGGER d AFTER DELETE ON t FOR EACH ROW INSERT INTO audit VALUES ('DELETE', OLD.id)",
        also: Some((
            "SELECT op, count(*) FROM audit GROUP BY op ORDER BY op",
            ["", "DELETE|2; INSERT|3", "DELETE|1; INSERT|3", "INSERT|3"],
        )),
        ..HERE
    },
    Case {
        what: "a trigger that signals an error",
        then: "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN
                 IF NEW.qty = 40 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no forties'; END IF; END",
        ..HERE
    }
    .refused("no forties"),
    Case {
        what: "a trigger that keeps rows from being deleted, which it can by an error only",
        then: "CREATE TRIGGER x BEFORE DELETE ON t FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'they stay'",
        full: Refused("they stay"),
        incremental: Refused("they stay"),
        ..HERE
    },
    // Views.
    Case { what: "a view that can be written to as it is", ..VIEW },
    Case {
        what: "a view of a view, with other names",
        make: "CREATE TABLE t_base (a INT, b VARCHAR(9), c INT); CREATE VIEW t_between AS SELECT c AS z, a AS x, b AS y FROM t_base;
               CREATE VIEW t AS SELECT x AS id, y AS item, z AS qty FROM t_between",
        ..VIEW
    },
    Case {
        what: "a view of some rows only, which takes rows that it then does not show",
        make: "CREATE TABLE t_base (id INT, item VARCHAR(9), qty INT); CREATE VIEW t AS SELECT * FROM t_base WHERE qty < 35",
        full: Decides { holds: &["2|new|20", "3|ünï|30"], counts: (Some(2), 2), says: KEPT_OUT },
        incremental: Decides { holds: &["1|old|10", "2|new|20", "3|ünï|30"], counts: (Some(1), 2), says: KEPT_OUT },
        append: Decides {
            holds: &["1|old|10", "2|old|20", "2|new|20", "3|ünï|30"],
            counts: (Some(0), 2),
            says: KEPT_OUT,
        },
        ..VIEW
    },
    Case {
        what: "a view of some rows only, WITH CHECK OPTION",
        make: "CREATE TABLE t_base (id INT, item VARCHAR(9), qty INT);
               CREATE VIEW t AS SELECT * FROM t_base WHERE qty < 35 WITH CHECK OPTION",
        ..VIEW
    }
    .refused("CHECK OPTION failed"),
    Case {
        what: "a view that can't be written to",
        make: "CREATE TABLE t_base (id INT, item VARCHAR(9), qty INT);
               CREATE VIEW t AS SELECT id, max(item) AS item, sum(qty) AS qty FROM t_base GROUP BY id",
        ..VIEW
    }
    .refused("t is a view that can't be written through"),
    Case {
        what: "a view of a view of a table without transactions",
        make: "CREATE TABLE `t_b``ase` (id INT, item VARCHAR(9), qty INT) ENGINE = MyISAM; CREATE VIEW t_between AS SELECT * FROM `t_b``ase`;
               CREATE VIEW t AS SELECT * FROM t_between",
        seed: PLAIN.seed,
        ..VIEW
    }
    .refused(WITHOUT_TRANSACTIONS),
    Case {
        what: "a view of a view of a table from which a deletion cascades",
        make: "CREATE TABLE t_base (id INT PRIMARY KEY, item VARCHAR(9), qty INT); CREATE VIEW t_between AS SELECT * FROM t_base;
               CREATE VIEW t AS SELECT id, item, qty FROM t_between;
               CREATE TABLE other (id INT, FOREIGN KEY (id) REFERENCES t_base (id) ON DELETE CASCADE)",
        then: "INSERT INTO other VALUES (2)",
        fresh: true,
        full: Refused("deleting from t would reach {database}.other"),
        incremental: Refused("deleting from t would reach {database}.other"),
        ..VIEW
    },
    // Kinds of tables.
    Case { what: "MyISAM", make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT) ENGINE = MyISAM", ..HERE }
        .refused(WITHOUT_TRANSACTIONS),
    Case { what: "Aria", make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT) ENGINE = Aria", ..HERE }
        .refused(WITHOUT_TRANSACTIONS),
    Case { what: "MEMORY", make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT) ENGINE = MEMORY", ..HERE }
        .refused(WITHOUT_TRANSACTIONS),
    Case {
        what: "partitions, one of them for all that is left",
        make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT) PARTITION BY RANGE (qty)
               (PARTITION low VALUES LESS THAN (25), PARTITION rest VALUES LESS THAN MAXVALUE)",
        ..HERE
    },
    Case {
        what: "partitions, and none for a row that comes",
        make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT) PARTITION BY RANGE (qty) (PARTITION low VALUES LESS THAN (25))",
        ..HERE
    }
    .refused("Table has no partition for value 30"),
    Case {
        what: "a table with a history of its own (SYSTEM VERSIONING)",
        make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT) WITH SYSTEM VERSIONING",
        ..HERE
    },
    Case { what: "a sequence", make: "CREATE SEQUENCE t", seed: "", look: "SELECT 1", ..HERE }.refused("t is a sequence"),
    Case {
        what: "a table of the server's own",
        make: "",
        seed: "",
        table: "mysql.user",
        look: "SELECT 1",
        ..HERE
    }
    .refused("mysql.user is the database's own"),
    Case {
        what: "the module's own staging table",
        make: "CREATE TABLE pipekit_staging_{module} (id INT, item VARCHAR(9), qty INT)",
        seed: "INSERT INTO pipekit_staging_{module} VALUES (1, 'old', 10)",
        table: "{database}.pipekit_staging_{module}",
        look: "SELECT id, item, qty FROM pipekit_staging_{module}",
        ..HERE
    }
    .refused("is pipekit's own"),
    Case {
        what: "a table of another database on the server",
        make: "CREATE DATABASE {database}_there; CREATE TABLE {database}_there.t (id INT, item VARCHAR(9), qty INT)",
        seed: "INSERT INTO {database}_there.t VALUES (1, 'old', 10), (2, 'old', 20)",
        table: "{database}_there.t",
        look: "SELECT * FROM {database}_there.t",
        undo: "DROP DATABASE {database}_there",
        ..HERE
    },
    Case {
        what: "tables whose names differ in case only",
        make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT); CREATE TABLE T (a INT); INSERT INTO T VALUES (7)",
        also: Some(("SELECT a FROM T", ["7"; 4])),
        ..HERE
    },
    // Foreign keys.
    Case {
        what: "a table that others refer to, none of its rows",
        then: "CREATE TABLE other (tid INT, FOREIGN KEY (tid) REFERENCES t (id))",
        ..REFERENCED
    },
    Case {
        what: "a row that is referred to goes and comes again, which is checked at once",
        then: "CREATE TABLE other (tid INT, FOREIGN KEY (tid) REFERENCES t (id)); INSERT INTO other VALUES (2)",
        full: Refused(PARENT),
        incremental: Refused(PARENT),
        ..REFERENCED
    },
    Case {
        what: "ON DELETE CASCADE",
        then: "CREATE TABLE other (tid INT, FOREIGN KEY (tid) REFERENCES t (id) ON DELETE CASCADE); INSERT INTO other VALUES (2)",
        ..REACHES
    },
    Case {
        what: "ON DELETE SET NULL",
        then: "CREATE TABLE other (tid INT, FOREIGN KEY (tid) REFERENCES t (id) ON DELETE SET NULL); INSERT INTO other VALUES (2)",
        ..REACHES
    },
    Case {
        what: "ON DELETE CASCADE from another database",
        then: "CREATE DATABASE {database}_there; CREATE TABLE {database}_there.other
                 (tid INT, FOREIGN KEY (tid) REFERENCES {database}.t (id) ON DELETE CASCADE)",
        undo: "DROP DATABASE {database}_there",
        full: Refused("deleting from t would reach {database}_there.other"),
        incremental: Refused("deleting from t would reach {database}_there.other"),
        ..REFERENCED
    },
    Case {
        what: "ON DELETE CASCADE, allowed",
        then: "CREATE TABLE parts (tid INT, FOREIGN KEY (tid) REFERENCES t (id) ON DELETE CASCADE); INSERT INTO parts VALUES (1), (2)",
        cascades: true,
        also: Some(("SELECT tid FROM parts ORDER BY 1", ["", "", "1", "1; 2"])),
        ..REFERENCED
    },
    Case {
        what: "a table that refers to itself with ON DELETE CASCADE: rows of its own would go that none replaces",
        make: "CREATE TABLE t (id INT PRIMARY KEY, item VARCHAR(9), qty INT, FOREIGN KEY (qty) REFERENCES t (id) ON DELETE CASCADE)",
        seed: "INSERT INTO t VALUES (1, 'old', 1), (2, 'old', 1)",
        source: "CREATE TABLE s (id INTEGER, item TEXT, qty INTEGER); INSERT INTO s VALUES (2, 'new', 2), (3, 'ünï', 3)",
        new: &["2|new|2", "3|ünï|3"],
        fresh: true,
        full: Refused("deleting from t would reach {database}.t"),
        incremental: Refused("deleting from t would reach {database}.t"),
        ..HERE
    },
    Case {
        what: "a table that refers to another, which lacks one that comes",
        make: "CREATE TABLE other (id INT PRIMARY KEY); INSERT INTO other VALUES (10), (20), (30);
               CREATE TABLE t (id INT, item VARCHAR(9), qty INT, FOREIGN KEY (qty) REFERENCES other (id))",
        ..HERE
    }
    .refused("Cannot add or update a child row"),
    // Names.
    name!("a reserved word": "select" = "select"),
    name!("backticks": "a ``b`` c" = "a `b` c"),
    name!("double and single quotes": "it's \"so\"" = "it's \"so\""),
    name!("dots, semicolons and comments": "a.b; -- c /* d # e" = "a.b; -- c /* d # e"),
    name!("backslashes": "a\\b\\n\\'" = "a\\b\\n\\'"),
    name!("letters beyond ASCII": "Größe 尺寸 ﷼" = "Größe 尺寸 ﷼"),
    name!("nothing but digits": "007" = "007"),
    name!("an alias of the merge's own": "staged" = "staged"),
    name!("a column of the receipt": "state" = "state"),
    name!("64 letters": "n23456789_123456789_123456789_123456789_123456789_123456789_1234"
        = "n23456789_123456789_123456789_123456789_123456789_123456789_1234"),
    // Rights.
    Case {
        what: "a login that may do what a load needs, and all in a database for staging",
        table: "{database}.t",
        grants: "GRANT SELECT, INSERT, DELETE ON t TO {login}",
        ..HERE
    },
    Case {
        what: "a login that may not DELETE",
        table: "{database}.t",
        grants: "GRANT SELECT, INSERT ON t TO {login}",
        full: Refused("GRANT SELECT, INSERT, DELETE ON `{database}`.`t` TO '{login}'@'%'"),
        incremental: Refused("GRANT SELECT, INSERT, DELETE ON `{database}`.`t` TO '{login}'@'%'"),
        ..HERE
    },
    Case {
        what: "a login that may INSERT only",
        table: "{database}.t",
        grants: "GRANT INSERT ON t TO {login}",
        full: Refused("GRANT SELECT, INSERT, DELETE ON `{database}`.`t` TO"),
        incremental: Refused("GRANT SELECT, INSERT, DELETE ON `{database}`.`t` TO"),
        ..HERE
    },
    Case {
        what: "a login that may not make staging tables",
        table: "{database}.t",
        grants: "GRANT SELECT, INSERT, DELETE ON t TO {login}; REVOKE CREATE ON {database}_staging.* FROM {login}",
        ..HERE
    }
    .refused("GRANT CREATE, DROP, SELECT, INSERT, UPDATE, DELETE ON DATABASE.* TO '{login}'@'%'"),
    Case {
        what: "a view whose definition the login may not see",
        make: VIEW.make,
        seed: VIEW.seed,
        table: "{database}.t",
        grants: "GRANT SELECT, INSERT, DELETE ON t TO {login}",
        ..HERE
    }
    .refused("is a view whose definition the login may not see"),
    Case {
        what: "a session with odd settings (NO_BACKSLASH_ESCAPES, ANSI_QUOTES, sql_safe_updates, sql_select_limit, autocommit, completion_type)",
        url: "sessionVariables=sql_mode='NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH,NO_ZERO_DATE',sql_safe_updates=1,sql_select_limit=1,autocommit=0,completion_type=1",
        ..HERE
    },
    Case {
        what: "a database whose tables are MyISAM by default",
        make: "CREATE TABLE t (id INT, item VARCHAR(9), qty INT) ENGINE = InnoDB",
        url: "sessionVariables=default_storage_engine=MyISAM",
        ..HERE
    },
    // Others at work.
    Case {
        what: "a reader in a transaction that stays open (a mysqldump)",
        held: "START TRANSACTION WITH CONSISTENT SNAPSHOT; SELECT count(*) FROM t",
        ..WAITS
    },
    Case {
        what: "a row of the same key that somebody has locked",
        held: "START TRANSACTION; SELECT * FROM t WHERE id = 2 FOR UPDATE",
        full: Refused(LOCKED),
        incremental: Refused(LOCKED),
        append: Refused("who holds it: pipekit connection query dst"),
        ..WAITS
    },
    Case {
        what: "an ALTER TABLE or a LOCK TABLES that is not over",
        held: "LOCK TABLES t READ",
        ..WAITS
    }
    .refused(LOCKED),
];
