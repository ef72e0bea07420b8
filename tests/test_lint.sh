#!/usr/bin/env bash
# clang-tidy over core, tui, po and opener (.clang-tidy says what it looks for). All of it takes some five minutes on two cores, so a
# CI run looks at what the last 25 commits changed; elsewhere, and with GENBA_LINT=all, every file is looked at.
# ctest: slow
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
build=${GENBA_BUILD:?build folder}
command -v clang-tidy >/dev/null || { echo "SKIP: clang-tidy is not installed"; exit 77; }
runner=$(command -v run-clang-tidy || command -v run-clang-tidy-14)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# err.c defines what tests/lint/analyzer.h wraps
git ls-files 'core/*.c' 'tui/*.c' 'po/*.c' 'opener/*.c' | grep -v '^core/base/err\.c$' >"$work/files"
if [ "${CI:-}" = true ] && [ "${GENBA_LINT:-}" != all ] && git rev-parse -q --verify HEAD~25 >/dev/null; then
	git diff --name-only HEAD~25 >"$work/changed"
	grep -Fxf "$work/changed" "$work/files" >"$work/some" || true
	mv "$work/some" "$work/files"
fi
[ -s "$work/files" ] || { echo "no C file was changed"; exit 0; }
pattern=$(sed "s|^|^$PWD/|; s|\.c\$|\\\\.c\$|" "$work/files" | paste -sd'|')
# clang does not know this flag of gcc
sed 's/ -mmemcpy-strategy=[^ ]*//' "$build/compile_commands.json" >"$work/compile_commands.json"
status=0
"$runner" -quiet -j "$(nproc)" -p "$work" -extra-arg=-include -extra-arg="$PWD/tests/lint/analyzer.h" -extra-arg=-I"$PWD/core" \
	"$pattern" >"$work/all" 2>&1 || status=$?
sed 's/\x1b\[[0-9;]*m//g' "$work/all" | grep -E '(error|warning): .*\[' | sed "s|^$PWD/||; s/,-warnings-as-errors\]/]/" |
	sort -u >"$work/found" || true
[ "$status" = 0 ] || [ -s "$work/found" ] || { tail -20 "$work/all"; echo "FAIL: clang-tidy did not run"; exit 1; }

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
exit $bad
