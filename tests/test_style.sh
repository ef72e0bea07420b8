#!/usr/bin/env bash
# What machines can say of the text in seconds: cppcheck, shell scripts, white space, names that must not be here.
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
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

if have cppcheck; then
	cppcheck --quiet --std=c11 --enable=warning,performance,portability,style --inline-suppr --error-exitcode=1 \
		--suppressions-list=tests/lint/cppcheck.suppress --library=posix,gnu,tests/lint/cppcheck.cfg \
		--template='{file}:{line}: {message} [{id}]' -D_GNU_SOURCE -DGENBA_VERSION='""' -Icore -I. -Ipo core tui po ||
		wrong "cppcheck (an exception needs its reason in tests/lint/cppcheck.suppress)"
fi

if have shellcheck; then
	files bootstrap .ci/run po/update '*.sh' | xargs shellcheck -e SC1010 || wrong "shellcheck"
fi

while IFS= read -r file; do
	[ -f "$file" ] || continue
	case $file in
	*.po | tests/data/* | tests/*/corpus/* | tests/*/golden/*) continue ;;
	esac
	if LC_ALL=C grep -nI '[[:blank:]]$' "$file" /dev/null | head -3 | grep .; then wrong "$file: blanks at the end of lines"; fi
	[ ! -s "$file" ] || [ -z "$(tail -c1 "$file")" ] || ! grep -Iq . "$file" || wrong "$file: no newline at the end"
done < <(files '*')

[ -z "$skipped" ] || echo "not checked, since not installed:$skipped"
exit $bad
