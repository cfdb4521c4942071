//! Looking: `status`, `log`, `watermark history`.

use super::support::World;

#[test]
fn an_empty_log_says_so() {
    let world = World::new();
    world.call("log").ok().says("no such runs");
    assert_eq!(world.call("log --json").ok().json(), serde_json::json!([]));
}
