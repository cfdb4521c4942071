#!/usr/bin/env bash
# Fuzzes the reading and changing of SELECT lists: tests/fuzz.sh [SECONDS]. What is found is in fuzz/artifacts/. Needs a
# nightly toolchain; cargo-fuzz is installed where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
rustup toolchain list | grep -q ^nightly || rustup toolchain install nightly --profile minimal
cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz
seeds=fuzz/corpus/columns
mkdir -p "$seeds"
# The first byte is the kind's place in KINDS of tests/columns/properties.rs.
python3 - "$seeds" <<'PY'
import pathlib, re, sys
for kind, file in enumerate(sorted(pathlib.Path("tests/columns").glob("*.sql"))):
    for n, case in enumerate(re.split(r"^--[=!] .*\n", file.read_text(), flags=re.M)[1:]):
        pathlib.Path(sys.argv[1], f"{file.stem}{n}").write_bytes(bytes([kind]) + case.rstrip("\n").encode())
PY
cargo +nightly fuzz run columns -- -max_total_time="$seconds" -max_len=4096 -dict=fuzz/sql.dict -print_final_stats=1
