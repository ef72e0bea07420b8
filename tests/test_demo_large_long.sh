#!/usr/bin/env bash
# ctest: slow
# The large practice case, made twice, and in Japanese.
GENBA_LONG=1 exec bash "$(dirname "$0")/test_demo_large.sh"
