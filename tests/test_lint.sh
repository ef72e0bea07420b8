#!/usr/bin/env bash
# clang-tidy over core, tui, po and opener (.clang-tidy says what it looks for). A file that was found clean is not looked at
# again until something that it sees changes (tests/lint/tidy.py). All of it takes some minutes on two cores where nothing
# is known yet, so this test looks at what the last 25 commits changed; with GENBA_LINT=all, which is what the target
# `lint` does, at every file.
# ctest: slow first
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
build=${GENBA_BUILD:?build folder}
command -v clang-tidy >/dev/null || { echo "SKIP: clang-tidy is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# err.c defines what tests/lint/analyzer.h wraps
git ls-files 'core/*.c' 'tui/*.c' 'po/*.c' 'opener/*.c' | grep -v '^core/base/err\.c$' >"$work/files"
if [ "${GENBA_LINT:-}" != all ] && git rev-parse -q --verify HEAD~25 >/dev/null; then
	git diff --name-only HEAD~25 >"$work/changed"
	grep -Fxf "$work/changed" "$work/files" >"$work/some" || true
	mv "$work/some" "$work/files"
fi
[ -s "$work/files" ] || { echo "no C file was changed"; exit 0; }
python3 tests/lint/tidy.py . "$build" <"$work/files" >"$work/found" || { echo "FAIL: clang-tidy did not run"; exit 1; }

bad=0
while read -r file check _; do
	case $file in '#'* | '') continue ;; esac
	grep -qFx "$file" "$work/files" || continue
	grep -q "^$file:.*\[$check\]" "$work/found" ||
		{ echo "FAIL: tests/lint/known lists $check in $file, which is not found any more: take it out"; bad=1; }
	grep -v "^$file:.*\[$check\]" "$work/found" >"$work/rest" || true
	mv "$work/rest" "$work/found"
done <tests/lint/known
if [ -s "$work/found" ]; then
	cat "$work/found"
	echo "FAIL: clang-tidy found $(wc -l <"$work/found") places"
	bad=1
fi
echo "clang-tidy: $(wc -l <"$work/files") files looked at"
exit $bad
