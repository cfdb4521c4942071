#!/usr/bin/env bash
# Random faults against real databases: tests/soak.sh [SECONDS [SEED]]. A finding stops it, and says its seed and where
# its files were kept. It prints how often each kind of fault was seen, on each kind of destination, staged and direct;
# PIPEKIT_SOAK_LEAST=20 makes it fail where one was seen less often than that. 20 minutes see each some 20 times.
set -euo pipefail
export PIPEKIT_SOAK_SECONDS=${1:-600} PIPEKIT_TEST_KEEP=1
if [ $# -gt 1 ]; then export PIPEKIT_SOAK_SEED=$2; fi
exec "$(dirname "$0")/run.sh" random_faults_have_no_finding --nocapture
