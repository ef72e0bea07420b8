#!/usr/bin/env bash
# The house: tests/house/check.py reads the tree and the symbols of what was built; here every header is compiled alone, and
# all of them in one unit. Usage: tests/test_house.sh [SOURCE [BUILD]]
set -euo pipefail
source=${1:-${GENBA_SOURCE:?source folder}}
build=${2:-${GENBA_BUILD:?build folder}}
cd "$source"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

python3 tests/house/check.py "$source" "$build" || bad=1

flags=$(pkg-config --cflags libsodium sqlite3 libgit2 jansson yaml-0.1 libcrypto libzstd ncursesw)
compile="cc -std=gnu11 -D_GNU_SOURCE -fsyntax-only $flags -I. -Icore -Ipo -x c"
find core tui -name '*.h' | LC_ALL=C sort >"$work/headers"
export compile work
alone() {
	out=$(printf '#include "%s"\n#include "%s"\n' "$1" "$1" | $compile - 2>&1) ||
		printf 'FAIL: %s does not stand alone: %s\n' "$1" "$(grep -m1 error <<<"$out")" >>"$work/wrong"
}
export -f alone
xargs -P 2 -n 16 bash -c 'for header; do alone "$header"; done' alone <"$work/headers"

# kinds_table.h is how rows are written, and its macros are for them only
grep -v kinds_table "$work/headers" | sed 's/.*/#include "&"/' >"$work/all.c"
out=$($compile "$work/all.c" 2>&1) || printf 'FAIL: the headers do not compile in one unit: %s\n' "$(grep -m3 error <<<"$out")" >>"$work/wrong"

[ ! -s "$work/wrong" ] || { cat "$work/wrong"; bad=1; }
exit $bad
