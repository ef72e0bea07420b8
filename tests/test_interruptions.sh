#!/usr/bin/env bash
# ctest: slow
# Preservation ended at random moments: killed, cancelled, the medium full. It goes on to the same digests, no byte is
# lost, and the record shows the interruptions. TRIES: how many (100 in the long form: TRIES=100 tests/test_interruptions.sh).
set -euo pipefail
genba=${GENBA:?path of the program}
tries=${TRIES:-6}
mib=${MIB:-160}
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-interruptions-XXXXXX")
main=$BASHPID # a child that is ended before it becomes the program must not clean up for us
clean() {
	[ "$BASHPID" = "$main" ] || return 0
	umount "$work/small" 2>/dev/null || true
	rm -rf "$work"
}
trap clean EXIT
cd "$work"
export XDG_DATA_HOME=$work/home GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
fail() { printf 'FAIL: %s\n' "$*" >&2; exit 1; }
field() { "$genba" show "$1" --json | sed -n "s/.*\"$2\": \"\(.*\)\",\{0,1\}\$/\1/p"; }

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null
"$genba" new site.genba --title "Interruptions" --no-recovery 2>/dev/null
head -c "${mib}M" /dev/urandom >source
sum=$(sha256sum <source | cut -d' ' -f1)
forms=(raw sealed hash)
killed=0
shown=0
for ((i = 0; i < tries; i++)); do
	form=${forms[i % 3]}
	touch source # another source each time: work of before is not gone on with
	signal=$([ $((i % 2)) = 0 ] && echo KILL || echo INT)
	: >out # a kill may come before the redirection
	setsid "$genba" preserve source --as "$form" --to "copies$i" >out 2>err &
	pid=$!
	# the work begins when the case says so, ends somewhere in its midst: spread over the time by what was written
	wanted=$((RANDOM % mib))
	deadline=$((SECONDS + 30))
	have=0
	while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $deadline ]; do
		[ "$form" = hash ] || have=$(du -sm "copies$i" 2>/dev/null | cut -f1 || true)
		if [ "$form" = hash ]; then # nothing is written: some milliseconds
			have=$((have + 1 + RANDOM % 40))
		fi
		[ "${have:-0}" -lt "$wanted" ] || break
	done
	kill -"$signal" "$pid" 2>/dev/null || true
	got=0
	wait "$pid" || got=$?
	[ "$got" = 0 ] || killed=$((killed + 1))
	label=$(tail -1 out | cut -d' ' -f1)
	if [ "$got" != 0 ]; then
		"$genba" preserve source --as "$form" --to "copies$i" >out 2>err || fail "try $i ($form, $signal): $(cat err)"
		label=$(tail -1 out | cut -d' ' -f1)
		[ -z "$(field "$label" interruptions)" ] || shown=$((shown + 1))
	fi
	[ "$(tail -1 out | cut -d' ' -f2)" = "$sum" ] || fail "try $i ($form, $signal): another digest: $(cat out err)"
	[ "$(field "$label" complete)" = complete ] || fail "try $i: $label is not complete"
	if [ "$form" != hash ]; then
		[ "$(find "copies$i" -type f | wc -l)" = 1 ] || fail "try $i: $(ls "copies$i")"
		"$genba" extract "$label" - | cmp - source || fail "try $i ($form): other bytes"
	fi
	rm -rf "copies$i"
done
[ "$killed" -gt 0 ] || fail "no try was interrupted"
[ "$shown" -gt 0 ] || fail "no interruption is on record"

# a medium that is full in the midst (sealed: what it will need is not known before), and has room later
full="skipped: no tmpfs can be mounted here"
mkdir small
if mount -t tmpfs -o size=$((mib / 2))m none small 2>/dev/null; then
	touch source
	got=0
	"$genba" preserve source --as sealed --to small >out 2>err || got=$?
	[ "$got" = 1 ] || fail "full medium: status $got: $(cat err)"
	label=$(cut -d' ' -f1 out)
	[ "$(field "$label" complete)" = interrupted ] || fail "full medium: $label is not on record as interrupted: $(cat out err)"
	mount -o remount,size=$((mib * 2))m small
	"$genba" preserve source --as sealed --to small >out 2>err || fail "after the full medium: $(cat err)"
	[ "$(cat out)" = "$label $sum" ] || fail "after the full medium: $(cat out)"
	field "$label" interruptions | grep -q "No space left" || fail "the full medium is not on record: $(field "$label" interruptions)"
	"$genba" extract "$label" - | cmp - source || fail "full medium: other bytes"
	full="a full medium gone on with"
fi
printf '%s tries: %s interrupted, %s of them on record, all complete with the same digest; %s\n' "$tries" "$killed" "$shown" "$full"
