//! A merge is one transaction: nobody sees the destination between its deletion and its insertion, and what fails in
//! the middle leaves it as it was.

use super::support::{NEW, Pair, until};

/// Every way that empties, wholly or by key.
const WAYS: [&str; 3] =
    ["--strategy incremental --key id", "--strategy full --full-by delete", "--strategy full --full-by truncate"];

const BEFORE: [&str; 2] = ["1|old|1", "9|old|90"];

/// `orders` with a row at the destination that each way deletes.
fn with_a_row_to_delete(pair: Pair) -> Pair {
    let mut pair = pair.with_orders();
    pair.dst("INSERT INTO orders VALUES (1, 'old', 1)");
    pair.orders("--strategy append");
    pair
}

on_each! {
    /// Never 1: an insertion that fails takes the deletion back.
    fn what_was_deleted_comes_back_when_the_insertion_fails(pair) {
        let mut pair = with_a_row_to_delete(pair);
        pair.src("INSERT INTO orders VALUES (4, 'odd', 40)");
        // An index, as neither the staging table nor the gate knows of it: the last row is one too many.
        pair.dst("CREATE UNIQUE INDEX few ON orders (qty)");
        pair.src("UPDATE orders SET qty = 30 WHERE id = 4");
        for way in WAYS {
            pair.call(&format!("module edit orders {way}")).ok();
            pair.call("run orders").fails(1, "merging into orders on dst");
            assert_eq!(pair.loaded(), BEFORE, "{way}");
        }
        pair.src("DELETE FROM orders WHERE id = 4");
        pair.world.run("orders");
        assert_eq!(pair.loaded(), NEW);
    }
}

/// Never 1: another session looks while a merge stands between its deletion and its insertion. It sees what was there,
/// or waits, where the table is truncated.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn postgresql_between_the_deletion_and_the_insertion_others_see_what_was_there() {
    let mut pair = with_a_row_to_delete(Pair::postgres());
    pair.dst(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$;
         CREATE TRIGGER wait BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION wait()",
    );
    for way in WAYS {
        pair.call(&format!("module edit orders {way}")).ok();
        pair.dst("SELECT pg_advisory_lock(7)");
        let run = pair.world.start("run orders");
        let waits = "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory' \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        until("the merge has deleted, and is to insert", || pair.rows(waits).len() == 1);
        let mut reader = pair.pg().session();
        reader.batch_execute("SET lock_timeout = '200ms'").unwrap();
        let seen = reader.query("SELECT id FROM orders ORDER BY id", &[]);
        match seen {
            Ok(rows) => assert_eq!(rows.iter().map(|r| r.get::<_, i32>(0)).collect::<Vec<_>>(), [1, 9], "{way}"),
            Err(e) => {
                assert!(way.ends_with("truncate"), "{way}: {e:?}");
                assert_eq!(e.code().unwrap().code(), "55P03", "{e:?}");
            }
        }
        pair.dst("SELECT pg_advisory_unlock(7)");
        run.wait().ok();
        let left: &[&str] = if way.contains("full") { &[] } else { &["9|old|90"] };
        assert_eq!(pair.loaded(), [&NEW[..], left].concat(), "{way}");
        pair.dst(
            "DELETE FROM orders; SELECT pg_advisory_lock(7); INSERT INTO orders VALUES (1, 'old', 1), (9, 'old', 90)",
        );
        pair.dst("SELECT pg_advisory_unlock(7)");
    }
}

/// Never 1: where another server has the table, whether the merge is atomic is not pipekit's to say, and it says so.
#[test]
#[ignore = "needs PostgreSQL: tests/run.sh"]
fn a_preview_says_where_a_merge_may_not_be_atomic() {
    let mut pair = Pair::postgres();
    pair.src("CREATE TABLE orders (id, item, qty)");
    pair.dst(
        "CREATE FOREIGN DATA WRAPPER nobody; CREATE SERVER far FOREIGN DATA WRAPPER nobody;
         CREATE FOREIGN TABLE orders (id int, item text, qty int) SERVER far",
    );
    pair.orders("--strategy full --full-by delete");
    let preview = pair.world.json("module preview orders");
    assert_eq!(preview["atomic"], false);
    assert!(preview["warnings"].to_string().contains("whether the merge is atomic is up to its server"), "{preview}");
    pair.call("module preview orders").ok().prints("one transaction, atomic if its server makes it so");
    pair.dst("DROP FOREIGN TABLE orders; CREATE TABLE orders (id int, item text, qty int)");
    assert_eq!(pair.world.json("module preview orders")["atomic"], true);
    pair.call("module preview orders").ok().prints("atomic: one transaction\n");
}
