#!/usr/bin/env bash
# The house: dependencies between folders point downwards only, in what is included and in what is linked; core/ knows no
# curses; headers teach and stand alone; files keep to their size. Usage: tests/test_house.sh [SOURCE [BUILD]]
set -euo pipefail
source=${1:-${GENBA_SOURCE:?source folder}}
build=${2:-${GENBA_BUILD:?build folder}}
cd "$source"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

wrong() {
	printf 'FAIL: %s\n' "$*"
	bad=1
}

# What each folder may use, besides itself.
may_use() {
	case $1 in
	base) echo "" ;;
	vault | history) echo "base" ;; # siblings
	case) echo "base vault history" ;;
	playbook | evidence | handover) echo "base vault history case" ;; # siblings
	report | mail | chain | sweep | triage) echo "base vault history case playbook evidence handover" ;;
	tui) echo "base vault history case playbook evidence handover report mail chain sweep triage" ;;
	*) return 1 ;;
	esac
}

layers=
for folder in core/*/ tui/; do
	[ -n "$(find "$folder" -maxdepth 1 -name '*.c' -print -quit)" ] || continue
	layer=$(basename "$folder")
	layers="$layers $layer"
	allowed=" $layer $(may_use "$layer") " || { wrong "$folder is no folder of the house"; continue; }

	# includes: "LAYER/NAME.h", always from the root
	grep -Hno '^#include "[^"]*"' "$folder"*.[ch] >"$work/includes" || true
	while IFS=: read -r file line include; do
		name=${include#*\"}
		name=${name%\"}
		case $name in
		*/*) used=${name%%/*} ;;
		catalogue.h) used=tui ;; # po/
		*) used=none ;;
		esac
		case $allowed in
		*" $used "*) ;;
		*) wrong "$file:$line: $layer may not include \"$name\"" ;;
		esac
	done <"$work/includes"

	[ "$layer" = tui ] || ! grep -Hn '#include <\(ncursesw/.*\|n\?curses\|panel\|menu\|form\|term\)\.h>' "$folder"*.[ch] ||
		wrong "core/ includes curses"
done

# symbols: what a layer takes from another must be defined below it
for layer in $layers; do
	archive=$build/core/libgenba_$layer.a
	[ "$layer" = tui ] && archive=$build/tui/libgenba_tui.a
	[ -f "$archive" ] || { wrong "$archive is not built"; continue; }
	nm -P "$archive" 2>/dev/null | awk '$2 ~ /^[TDBRVWC]$/ {print $1}' | LC_ALL=C sort -u >"$work/$layer.defined"
	nm -P "$archive" 2>/dev/null | awk '$2 == "U" {print $1}' | LC_ALL=C sort -u >"$work/$layer.all"
	LC_ALL=C comm -23 "$work/$layer.all" "$work/$layer.defined" >"$work/$layer.taken"
	[ -s "$work/$layer.defined" ] || wrong "$archive defines nothing"
done
for layer in $layers; do
	for other in $layers; do
		case " $layer $(may_use "$layer") " in
		*" $other "*) continue ;;
		esac
		while read -r symbol; do
			wrong "$layer takes $symbol from $other"
		done < <(LC_ALL=C comm -12 "$work/$layer.taken" "$work/$other.defined")
	done
done

# curses: no layer of core takes any symbol of the library
curses=$(ldconfig -p 2>/dev/null | awk '/libncursesw\.so\.6/ && !n++ {print $NF}')
tinfo=$(ldconfig -p 2>/dev/null | awk '/libtinfo\.so\.6/ && !n++ {print $NF}')
[ -n "$curses" ] || wrong "libncursesw is not found"
nm -DP "$curses" "$tinfo" 2>/dev/null | awk '$2 ~ /^[TDBRVW]$/ {sub(/@.*/, "", $1); print $1}' | LC_ALL=C sort -u >"$work/curses"
grep -qx wadd_wch "$work/curses" || wrong "the symbols of libncursesw cannot be read"
for layer in $layers; do
	[ "$layer" = tui ] && continue
	while read -r symbol; do
		wrong "core/$layer takes $symbol from curses"
	done < <(LC_ALL=C comm -12 "$work/$layer.taken" "$work/curses")
done

# sizes, and headers that open with a paragraph
for file in core/*/*.[ch] tui/*.[ch] po/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch]; do
	[ -f "$file" ] || continue
	[ "$(wc -l <"$file")" -le 850 ] || wrong "$file has $(wc -l <"$file") lines: cut it where its purposes part"
	case $file in
	*.h) head -1 "$file" | grep -q '^/\*' || wrong "$file does not open by saying what it is for" ;;
	esac
done

# every header stands alone
flags=$(pkg-config --cflags libsodium sqlite3 libgit2 jansson yaml-0.1 libcrypto libzstd ncursesw)
for header in core/*/*.h tui/*.h; do
	# shellcheck disable=SC2086
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" | cc -std=gnu11 -D_GNU_SOURCE -fsyntax-only $flags -I. -Icore -Ipo -x c - \
		2>"$work/alone" || wrong "$header does not stand alone: $(grep -m1 error "$work/alone")"
done

[ $bad = 0 ] && echo "house: $(wc -w <<<"$layers") layers, dependencies point downwards"
exit $bad
