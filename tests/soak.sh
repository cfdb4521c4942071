#!/usr/bin/env bash
# Random faults against real databases: tests/soak.sh [SECONDS [SEED]]. A finding stops it, and says its seed and where
# its files were kept.
set -euo pipefail
export PIPEKIT_SOAK_SECONDS=${1:-600} PIPEKIT_TEST_KEEP=1
if [ $# -gt 1 ]; then export PIPEKIT_SOAK_SEED=$2; fi
exec "$(dirname "$0")/run.sh" random_faults_have_no_finding --nocapture
