#!/usr/bin/env bash
# Records docs/demo.svg, the README's picture of a terminal, from a real run of the program on what `pipekit demo` makes.
# Needs Python, and pyte from PyPI, which it installs into a folder that it removes. tests/recording.rs says when to.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --locked --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyte==0.8.2
export PATH="$PWD/${CARGO_TARGET_DIR:-target}/debug:$PATH" HOME="$work" PIPEKIT_SECRETS="$work/secrets.env" TZ=UTC
(cd "$work" && pipekit --quiet demo >/dev/null)
PIPEKIT_DB="$work/pipekit-demo/pipekit.db" "$work/venv/bin/python" tests/support/recording.py "$work/pipekit-demo" docs/demo.svg
