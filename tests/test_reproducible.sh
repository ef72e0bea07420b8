#!/usr/bin/env bash
# ctest: slow first
# Two builds of one commit, in two folders of other names, are the same bytes: the program, the bundle's archive and bill
# of materials, the Debian package. Usage: GENBA_SOURCE=folder tests/test_reproducible.sh
set -euo pipefail
source=${GENBA_SOURCE:?source folder}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git -C "$source" rev-parse HEAD >/dev/null 2>&1 || { echo "SKIP: no git repository"; exit 77; }
git clone -q "$source" "$work/source" # of one commit, whatever becomes of the source meanwhile
export SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git -C "$work/source" log -1 --format=%ct)

build() { # build FOLDER UMASK BUILD
	mkdir -p "${1%/*}"; git clone -q "$work/source" "$1"
	(
		cd "$1"
		umask "$2"
		cmake -S . -B "$3" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGENBA_TESTS=OFF >/dev/null
		cmake --build "$3" -j2 --target genba manual bundle >log 2>&1 || { tail log; exit 1; }
		cd "$3"
		umask 022 # CPack lets it into the headers of the package's outer archive
		cpack >log 2>&1 || { tail log; exit 1; }
		strip tui/genba -o genba.stripped
		sha256sum genba.stripped bundle/*.tar.zst bundle/*.spdx.json genba_*.deb
	)
}
build "$work/one" 022 build >"$work/sums1"
build "$work/the_other_and_deeper/folder" 077 out >"$work/sums2" || { cat "$work/sums2"; exit 1; }
cat "$work/sums1"
cmp "$work/sums1" "$work/sums2" || { diff "$work/sums1" "$work/sums2"; echo "FAIL: two builds differ"; exit 1; }
if command -v lintian >/dev/null; then
	! lintian --allow-root --fail-on error "$work"/one/build/genba_*.deb 2>&1 | grep '^E:' || { echo "FAIL: lintian"; exit 1; }
fi
python3 -m json.tool "$work"/one/build/bundle/*.spdx.json >/dev/null
echo "two builds, the same bytes"
