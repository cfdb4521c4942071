#!/usr/bin/env bash
# Renews what is made by a command and checked in: completions/, docs/, man/, tests/snapshots/, a table in CONTRIBUTING.md.
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
PIPEKIT_RENEW=1 cargo test --quiet --test pipekit -- the_whole_command_reference the_list_of_hard_values \
  the_document_of_destinations each_line_of_what_must_never_happen >/dev/null
git status --short completions docs man tests/snapshots CONTRIBUTING.md
