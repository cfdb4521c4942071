#!/usr/bin/env bash
# Fuzzes what reads text that others write: tests/fuzz.sh [SECONDS] [TARGET…]. All targets of fuzz/fuzz_targets, 60 seconds
# each, if nothing else is said; a line a target, and exit code 1 on a finding, which is in fuzz/artifacts/TARGET. It begins
# with what fuzz/corpus keeps; what it learns besides is in fuzz/target/corpus, for the next time. Needs a nightly toolchain;
# cargo-fuzz is installed where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true
[ $# -gt 0 ] || set -- $(cd fuzz/fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//')
rustup toolchain list | grep -q ^nightly || rustup toolchain install nightly --profile minimal
cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz
# The queries of tests/columns, too. The first byte is the kind's place in KINDS of tests/columns/properties.rs.
queries=fuzz/target/corpus/queries
mkdir -p "$queries"
python3 - "$queries" <<'PY'
import pathlib, re, sys
for kind, file in enumerate(sorted(pathlib.Path("tests/columns").glob("*.sql"))):
    for n, case in enumerate(re.split(r"^--[=!] .*\n", file.read_text(), flags=re.M)[1:]):
        pathlib.Path(sys.argv[1], f"{file.stem}{n}").write_bytes(bytes([kind]) + case.rstrip("\n").encode())
PY
# Nothing here is unsafe: the sanitizer of addresses would only make it slower.
cargo +nightly fuzz build --sanitizer none --codegen-units 16
findings=0
for target; do
    learnt=fuzz/target/corpus/$target
    artifacts=fuzz/artifacts/$target
    mkdir -p "$learnt" "$artifacts"
    options=(-max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1)
    corpora=("$learnt" "fuzz/corpus/$target")
    case $target in columns) options+=(-dict=fuzz/sql.dict) corpora+=("$queries") ;; requests) options+=(-max_len=20000) ;; esac
    before=$(find "$artifacts" -type f | wc -l)
    found=0
    cargo +nightly fuzz run --sanitizer none --codegen-units 16 "$target" "${corpora[@]}" -- "${options[@]}" >"$artifacts.log" 2>&1 || found=1
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$artifacts.log")
    new=$(($(find "$artifacts" -type f | wc -l) - before))
    [ "$new" -ge "$found" ] || new=$found
    printf '%-13s %9s inputs, %s findings, corpus %s + %s\n' "$target" "${inputs:-?}" "$new" \
        "$(find "fuzz/corpus/$target" -type f | wc -l)" "$(find "$learnt" -type f | wc -l)"
    if [ "$found" -ne 0 ]; then
        findings=1
        grep -m5 -A3 -E "panicked at|ERROR: libFuzzer" "$artifacts.log" | cut -c1-2000
        echo "    all of it is in $artifacts.log; again: cargo +nightly fuzz run $target FILE"
    fi
done
exit "$findings"
