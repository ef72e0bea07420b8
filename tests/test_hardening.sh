#!/usr/bin/env bash
# What protects the program that was built, and the opener of devices beside it: both lie anywhere in memory, no stack is executable,
# no table of addresses can be written to, stacks have canaries, calls that fill a buffer know its size, indirect jumps have marks.
# Usage: GENBA=program tests/test_hardening.sh
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
for program in "$genba" "$(dirname "$genba")/genba-open-device"; do
	name=${program##*/}
	readelf -hldW --dyn-syms "$program" >is
	if grep -q '__asan_init' is; then
		echo "SKIP: built with sanitizers"
		exit 77
	fi
	grep -q 'Type: *DYN' is || fail "$name lies at a fixed address"
	! grep -E 'GNU_STACK|^ *LOAD' is | grep 'RWE' || fail "$name has memory that is written and run"
	grep -q 'GNU_RELRO' is || fail "$name has no part that becomes read-only"
	grep -q 'BIND_NOW' is || fail "$name leaves its table of addresses open"
	grep -q '__stack_chk_fail' is || fail "$name has no canaries"
	if [ "$(uname -m)" = x86_64 ]; then
		objdump -d --no-show-raw-insn --disassemble=main "$program" >code
		grep -q endbr64 code || fail "$name has no marks for indirect jumps"
	fi
done
readelf --dyn-syms -W "$genba" >is
grep -qE '__[a-z]+_chk@' is || fail "no call knows the size of its buffer"
echo "hardening: as it was built"
