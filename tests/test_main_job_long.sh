#!/usr/bin/env bash
# The main job on /usr: more than 1,000 files and 1 GB.
# ctest: slow room
GENBA_TREE=/usr GENBA_TREE_BYTES=1000000000 exec bash "$(dirname "$0")/test_main_job.sh"
