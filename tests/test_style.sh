#!/usr/bin/env bash
# What machines can say of the text in seconds: the format, cppcheck, shell scripts, white space, names that must not be here.
# ctest: first
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

wrong() {
	printf 'FAIL: %s\n' "$*"
	bad=1
}
files() { # files PATTERN…: as git knows them, or as they lie in an exported tree
	git ls-files -co --exclude-standard -- "$@" 2>/dev/null || find . -path ./build -prune -o -name "${1##*/}" -print
}
skipped=
have() {
	command -v "$1" >/dev/null || { skipped="$skipped $1"; return 1; }
}

if have clang-format; then
	files '*.c' '*.h' | while IFS= read -r file; do [ -f "$file" ] && printf '%s\0' "$file"; done |
		xargs -0 clang-format --dry-run -Werror 2>&1 | grep -E '^[a-z].*: error' | cut -d: -f1 | LC_ALL=C sort -u >"$work/unformatted" || true
	grep -v '^#' tests/lint/unformatted | LC_ALL=C sort >"$work/known" || true
	while read -r file; do
		wrong "$file is not formatted: clang-format -i $file"
	done < <(LC_ALL=C comm -23 "$work/unformatted" "$work/known")
	while read -r file; do
		wrong "$file is formatted: take it out of tests/lint/unformatted"
	done < <(LC_ALL=C comm -13 "$work/unformatted" "$work/known")
fi

if have cppcheck; then
	cppcheck --quiet --std=c11 --enable=warning,performance,portability,style --inline-suppr --error-exitcode=1 \
		--suppressions-list=tests/lint/cppcheck.suppress --library=posix,gnu,tests/lint/cppcheck.cfg \
		--template='{file}:{line}: {message} [{id}]' -D_GNU_SOURCE -DGENBA_VERSION='""' -Icore -I. -Ipo core tui po ||
		wrong "cppcheck (an exception needs its reason in tests/lint/cppcheck.suppress)"
fi

if have shellcheck; then
	files bootstrap .ci/run po/update '*.sh' | xargs shellcheck -S warning -e SC1010 || wrong "shellcheck"
fi

files '*' | grep -Ev '\.po$|^(\./)?tests/(data/|[^/]*/(corpus|golden)/)' | while IFS= read -r file; do
	if [ -f "$file" ]; then printf '%s\0' "$file"; fi
done >"$work/texts"
if LC_ALL=C xargs -0 grep -nIH '[[:blank:]]$' <"$work/texts" | head -30 | grep .; then wrong "blanks at the end of lines"; fi
python3 - "$work/texts" >"$work/unended" <<'P' || wrong "the ends of files cannot be looked at"
import sys
for name in open(sys.argv[1], "rb").read().split(b"\0")[:-1]:
    data = open(name, "rb").read()
    if data and not data.endswith(b"\n") and b"\0" not in data:
        print(name.decode(errors="replace"))
P
while IFS= read -r file; do
	wrong "$file: no newline at the end"
done <"$work/unended"

[ -z "$skipped" ] || echo "not checked, since not installed:$skipped"
exit $bad
