#!/usr/bin/env bash
# ctest: slow
# The stick pulled at 50 random moments. Usage: GENBA=path tests/test_stick_long.sh
set -euo pipefail
exec env GENBA_PULLS="${GENBA_PULLS:-50}" bash "$(dirname "$0")/test_stick.sh"
