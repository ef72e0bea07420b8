#!/usr/bin/env bash
# The quick tests once more in a build of its own with AddressSanitizer and UndefinedBehaviorSanitizer (preset
# asan-ubsan), and a few of them under valgrind, which sees uninitialised memory too. Those that do at length what others do once
# are left out here; in a build with that preset they run too.
# ctest: slow first
set -euo pipefail
source=${GENBA_SOURCE:?source folder}
build=${GENBA_BUILD:?build folder}
jobs=$(nproc)

grep -q '^GENBA_SANITIZE:BOOL=ON' "$build/CMakeCache.txt" && { echo "SKIP: this build has the sanitizers already"; exit 77; }
unset GENBA GENBA_BUILD
# instrumented code makes the compiler see ranges that are none: warnings are errors in the plain build only
linker=
! command -v ld.gold >/dev/null || linker=-fuse-ld=gold # some 250 programs are linked, in a third of the time
cmake -S "$source" -B "$build/asan" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-O1 -g1" -DCMAKE_EXE_LINKER_FLAGS="$linker" \
	-DGENBA_SANITIZE=ON -DGENBA_WERROR=OFF >/dev/null
cmake --build "$build/asan" -j "$jobs" | tail -1
# what was freed is watched for 16 MB more, not for 256: each program that forks copies the tables of all that is kept
export ASAN_OPTIONS=detect_stack_use_after_return=1:quarantine_size_mb=16 UBSAN_OPTIONS=print_stacktrace=1
# what reads the source text only, or is a campaign, says nothing new here
left_out='^test_(style|house|lint|translations|manual|spelling|readme)$|campaign|mutants|core/history/test_export'
# One way tried at many moments or places, or in many sizes; what remains walks it: evidence/test_preserve and care/test_verify,
# observation/test_observation, handover/merge and test_handover_evidence, the rooms' own tests of sweep and triage with
# test_sweep_image, test_triage_trees and test_triage_damaged, fuzz/csv and tui/test_import_screen, the tests of each screen.
left_out="$left_out|^core/(evidence/test_altered|case/care/test_verify_slices|finding/observation/test_observation_kill)\$"
left_out="$left_out|^core/handover/(crash_handover|hostile/test_histories)\$"
left_out="$left_out|^test_(handover|handover_observations|merged|overwrite|sweep|triage_volumes|csv)\$"
left_out="$left_out|^tui/test_(first_reader|pseudo|walk_large)\$"
ctest --test-dir "$build/asan" -j "$jobs" -LE 'slow|bench' --output-on-failure -E "$left_out" | tail -40
# it runs itself under strace, where leaks cannot be looked for
ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 ctest --test-dir "$build/asan" -R core/history/test_export --output-on-failure | tail -20

command -v valgrind >/dev/null || { echo "valgrind is not installed: not run"; exit 0; }
run=0
for name in core_base_test_words core_base_test_json core_base_time_test_edtf core_base_test_printable core_history_test_sshsig \
	core_playbook_load_test_condition tui_test_command_help; do
	[ -x "$build/tests/$name" ] || continue
	valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
		"$build/tests/$name" >"$build/valgrind.log" 2>&1 || { tail -40 "$build/valgrind.log"; echo "FAIL: valgrind on $name"; exit 1; }
	run=$((run + 1))
done
[ "$run" -ge 4 ] || { echo "FAIL: only $run tests were run under valgrind"; exit 1; }
echo "sanitizers: clean; valgrind: $run tests clean"
