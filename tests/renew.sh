#!/usr/bin/env bash
# Renews what is made by a command and checked in: completions/, docs/destinations.md, man/, tests/snapshots/.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet
pipekit=${CARGO_TARGET_DIR:-target}/debug/pipekit
rm -rf man completions
mkdir -p completions
"$pipekit" --quiet man man
"$pipekit" completions bash >completions/pipekit.bash
"$pipekit" completions zsh >completions/_pipekit
"$pipekit" completions fish >completions/pipekit.fish
PIPEKIT_RENEW=1 cargo test --quiet --test pipekit -- the_whole_command_reference the_document_of_destinations >/dev/null
git status --short completions docs man tests/snapshots
