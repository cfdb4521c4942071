//! Defining things: every noun, its success and its errors.

use super::support::World;

#[test]
fn a_literal_password_is_refused_and_nothing_is_stored() {
    let world = World::new();
    world
        .call("connection add dw --driver postgresql --url jdbc:postgresql://h/d --password hunter2")
        .fails(2, "must be a reference")
        .says("pipekit secrets set DW_PASSWORD");
    assert_eq!(world.own("SELECT count(*) FROM connection"), "0");
}
