//! The service, where systemd runs: a machine that says so, and a `systemctl` that says how it is.

use super::super::support::{World, as_root};
use super::{look_as, shop};
use std::os::unix::fs::PermissionsExt;

/// As if the machine had been booted by systemd (sd_booted(3)).
const BOOTED: &[&str] = &[
    "unshare",
    "--mount",
    "sh",
    "-c",
    "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec \"$@\"",
    "sh",
];

/// From now on the unit has these properties.
fn unit(world: &World, load: &str, active: &str, enabled: &str) {
    let lines = format!("LoadState={load}\\nActiveState={active}\\nUnitFileState={enabled}\\nResult=exit-code\\n");
    std::fs::create_dir_all(world.path("bin")).unwrap();
    let path = world.file("bin/systemctl", &format!("#!/bin/sh\nprintf '{lines}'\n"));
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
#[ignore = "needs root and a mount: tests/run.sh"]
fn how_the_service_is() {
    if std::env::var_os("PIPEKIT_TEST_NO_MOUNT").is_some() {
        return;
    }
    as_root();
    let mut world = shop();
    let bin = world.path("bin").to_str().unwrap().to_owned();
    world.set("PATH", &format!("{bin}:{}", std::env::var("PATH").unwrap()));
    let name = "service pipekit.service";
    unit(&world, "loaded", "active", "enabled");
    look_as(&world, BOOTED, "").all_works().finds("ok", name, "it runs, and begins with the machine", "");
    unit(&world, "loaded", "active", "disabled");
    look_as(&world, BOOTED, "").all_works().finds(
        "warning",
        name,
        "does not begin with the machine",
        "systemctl enable",
    );
    unit(&world, "loaded", "failed", "enabled");
    look_as(&world, BOOTED, "").finds("error", name, "it failed (exit-code)", "`journalctl -u pipekit -n 50`");
    unit(&world, "loaded", "inactive", "enabled");
    look_as(&world, BOOTED, "").all_works().finds("warning", name, "it does not run (inactive)", "--now pipekit");
    // A machine that has no such unit needs none.
    unit(&world, "not-found", "inactive", "");
    let seen = look_as(&world, BOOTED, "").all_works();
    assert!(!seen.text.stdout().contains("pipekit.service"), "{}", seen.text.stdout());
}
