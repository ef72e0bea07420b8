#!/usr/bin/env bash
# What cannot be written: a full disk, a folder that is not there, a closed pipe, a closed standard output. Each is told, ends with
# 1, leaves nothing under the final name, and the case as it was. A full disk is a small tmpfs, which needs root.
# Usage: GENBA=program tests/test_write_errors.sh
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"
main=$BASHPID
clean() {
	[ "$BASHPID" = "$main" ] || return 0
	umount "$work/full" 2>/dev/null || true
	clean_work
}
trap clean EXIT
person one two
export XDG_DATA_HOME=$work/one GENBA_CASE=$work/one.genba LC_ALL=C.UTF-8
"$genba" new one.genba --title "Files" --kdf interactive --no-recovery 2>/dev/null
"$genba" add asset hostname=PC-1 >/dev/null
head -c 3000000 /dev/urandom >big
"$genba" preserve big --on R1-A1 >/dev/null
for i in {1..600}; do printf 'add indicator type=domain value=d%d.example role=c2\n' "$i"; done | "$genba" script - >/dev/null

state() { "$genba" list transfer --json; "$genba" list release --json; "$genba" list responder --json; }
fails() { # fails WORDS WORD…: the command
	local words=$1 got=0 before
	shift
	before=$(state)
	"$genba" "$@" </dev/null >out 2>err || got=$?
	[ $got = 1 ] || fail "'$*': status $got: $(cat out err)"
	grep -q -e "$words" err || fail "'$*' does not say '$words': $(cat err)"
	is "'$*': on record" "$before" "$(state)"
}
for line in "export stix nowhere/x --internal" "export svg nowhere/x" "export csv asset nowhere/x" "report incident --internal --out nowhere/x" \
	"print custody R1-E1 --out nowhere/x" "extract R1-E1 nowhere/x" "handover --to two.pub --out nowhere/x" \
	"handover --to two.pub --out nowhere/x --delta" "backup nowhere" "import csv nowhere" "sweep big --look --password-file nowhere"; do
	# shellcheck disable=SC2086
	fails nowhere $line
done
[ ! -e nowhere ] || fail "a folder was made"
if mkdir full && mount -t tmpfs -o size=16k none full 2>/dev/null; then
	for line in "export stix full/x --internal" "export csv indicator full/x" "report incident --internal --out full/x" \
		"extract R1-E1 full/x" "new full/x --title t --kdf interactive --no-recovery" "salvage full/x"; do
		# shellcheck disable=SC2086
		fails 'full/x' $line
		is "'$line' leaves" "" "$(ls full)"
	done
	for how in "" --delta; do # whoever it goes to is a responder by then
		# shellcheck disable=SC2086
		expect 1 'full/x.*No space left' "$genba" handover --to two.pub --out full/x $how
		! grep -q '\.part' out err || fail "another name than the one asked for: $(cat out err)"
		is "no half copy" "" "$(ls full)"
	done
	umount full
else
	echo "left out: a full disk (no tmpfs can be mounted here)"
fi
for line in "list indicator" "export csv indicator -" "log" "help" "verify" "show R1-E1 --json" "extract R1-E1 -" "print custody R1-E1"; do
	for place in full closed; do
		got=0
		# shellcheck disable=SC2086
		case $place in
		full) "$genba" $line >/dev/full 2>err || got=$? ;;
		closed) "$genba" $line >&- 2>err || got=$? ;;
		esac
		[ $got = 1 ] || fail "'$line', standard output $place: status $got"
		grep -q 'cannot write' err || fail "'$line', standard output $place: not told: $(cat err)"
	done
done
expect 0 'nothing wrong found' "$genba" verify
