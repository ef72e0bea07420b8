#!/usr/bin/env bash
# The manual as a reader gets it: every command that exists is in `man genba`, the pages are clean mdoc, every page
# named under SEE ALSO exists; and the bash completion completes.
set -euo pipefail
genba=${GENBA:?path of the program}
man_dir=${GENBA_BUILD:?build folder}/man
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MANWIDTH=100 MANPAGER=cat GENBA_CASE=

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}

command -v man >/dev/null || { echo "SKIP: man-db is not installed"; exit 77; }
for page in "$man_dir"/*.[1-8] "$GENBA_SOURCE"/man/*.[1-8] "$GENBA_SOURCE"/man/ja/*.[1-8]; do
	[ -e "$page" ] || continue
	man --warnings -l "$page" >"$work/page" 2>"$work/warnings" || fail "man $page"
	[ ! -s "$work/warnings" ] || fail "$page: $(head -3 "$work/warnings")"
	[ "$(wc -l <"$work/page")" -gt 20 ] || fail "$page is empty"
done

# what `genba help` lists is what the manual tells
man -l "$man_dir/genba.1" | col -bx >"$work/genba.1" 2>/dev/null || man -l "$man_dir/genba.1" >"$work/genba.1"
"$genba" help | awk '/^  [a-z]/ && $1 != "genba" {print $1}' >"$work/commands"
[ "$(wc -l <"$work/commands")" -ge 20 ] || fail "genba help lists too few commands: $(cat "$work/commands")"
while read -r command; do
	grep -Eq "^     $command( |\$)" "$work/genba.1" || fail "man genba does not tell '$command'"
	"$genba" help "$command" >"$work/help"
	grep -q '^Example$' "$work/help" || fail "genba help $command has no example"
	"$genba" --lang ja help "$command" >/dev/null
done <"$work/commands"
# what of the environment is asked, and what is carried out beside the keys
grep -rhoE 'getenv\("GENBA_[A-Z_]+' "$GENBA_SOURCE"/core "$GENBA_SOURCE"/tui --include='*.c' | cut -d'"' -f2 | sort -u >"$work/variables"
while read -r name; do
	grep -q "^     $name\$" "$work/genba.1" || fail "man genba does not tell the variable $name"
done <"$work/variables"
python3 - "$GENBA_SOURCE" <<'EOF' || fail "man genba: what is carried out beside the keys is not what command.def says"
import re, sys
table = open(sys.argv[1] + '/tui/command/command.def', encoding='utf-8').read()
beside = {m[0] for m in re.findall(r'^COMMAND\("([a-z]+)"((?:(?!^COMMAND).)*)', table, re.S | re.M) if 'COMMAND_BESIDE' in m[1]}
page = open(sys.argv[1] + '/man/genba.1.in', encoding='utf-8').read()
told = set(re.search(r'^A long command\n\.Pq Cm (.*)$', page, re.M).group(1).split(' , '))
print(*sorted(beside ^ told))
sys.exit(beside != told)
EOF
for page in $(grep -oh '^\.Xr genba[^ ]* [0-9]' "$GENBA_SOURCE"/man/* | tr -d '\134' | awk '{print $2 "." $3}' | sort -u); do
	[ -e "$man_dir/$page" ] || [ -e "$GENBA_SOURCE/man/$page" ] || fail "SEE ALSO names $page, which does not exist"
done

# bash completion, asked as the shell asks it
complete_line() {
	bash -c '. "$1"; COMP_LINE=$2; COMP_POINT=${#2}; _genba; printf "%s\n" "${COMPREPLY[@]}"' - \
		"$man_dir/completions/genba" "$1"
}
completes() { # completes LINE WORD: WORD is among the candidates
	complete_line "$1" | grep -xF -e "$2" >/dev/null || fail "'$1' does not complete to '$2' but: $(complete_line "$1" | head -5)"
}
completes 'genba pres' preserve
completes 'genba -c x.genba no' note
completes 'genba add as' asset
completes 'genba add asset sta' status=
completes 'genba add asset hostname=X status=inf' infected
completes 'genba set R1-A1 contain' containment=
completes 'genba preserve --as r' raw
completes 'genba preserve x --o' --on
completes 'genba new x.genba --tlp GR' GREEN
completes 'genba key ba' backup
completes 'genba help pla' playbook
(cd "$work" && mkdir d && touch d/mail.eml && complete_line "genba preserve d/m" | grep -x d/mail.eml >/dev/null) || fail "no file names"
! complete_line 'genba frobnicate --x' | grep -qv -e '^$' -e '^--' || fail "completes what does not exist"
if command -v zsh >/dev/null; then zsh -n "$man_dir/completions/_genba"; fi
if command -v fish >/dev/null; then fish -n "$man_dir/completions/genba.fish"; fi
if command -v shellcheck >/dev/null; then shellcheck -s bash "$man_dir/completions/genba"; fi
# every promise names tests that there are
grep '^\.Pa ' "$GENBA_SOURCE/man/genba-threats.7" | sed 's/^\.Pa \([^ ]*\).*/\1/' | sort -u | while read -r test; do
	case $test in fuzz/*) file=fuzz/fuzz_${test#fuzz/}.c ;; *) file=$test ;; esac
	[ -e "$GENBA_SOURCE/tests/$file.c" ] || [ -e "$GENBA_SOURCE/tests/$file.sh" ] || [ -e "$GENBA_SOURCE/tests/$file" ] ||
		fail "genba-threats(7) names the test $test, which is not there"
done
echo "manual: $(wc -l <"$work/commands") commands told, completions complete"
