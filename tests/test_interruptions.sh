#!/usr/bin/env bash
# ctest: slow
# Preservation ended at random moments: killed, cancelled, the medium full. It goes on to the same digests, no byte is
# lost, and the record shows the interruptions. TRIES: how many (100 in the long form, the target interruptions_long).
set -euo pipefail
genba=${GENBA:?path of the program}
tries=${TRIES:-10}
mib=${MIB:-96}
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
mkdir tree
for ((i = 0; i < 300; i++)); do head -c 200000 source >"tree/f$i"; done
complete() { "$genba" list evidence --json | grep -c '"complete": "complete"' || true; }
read_so_far() { # bytes that the process PID has read, in `have`; no fork, so that a moment is met
	have=0
	while read -r key value; do [ "$key" != rchar: ] || have=$value; done <"/proc/$1/io" || true
} 2>/dev/null
threads() { # works on pieces or files: more than one thread. What was to be kept before the first byte, is.
	local all=("/proc/$1/task"/*)
	[ ${#all[@]} -gt 1 ]
}
forms=(raw sealed hash tree)
early=0
done_before=0
shown=0
for ((i = 0; i < tries; i++)); do
	form=${forms[i % 4]}
	what=source as=$form
	[ "$form" != tree ] || what=tree as=raw
	touch source tree/f0 # another source each time: work of before is not gone on with
	before=$(complete)
	signal=$([ $((i / 4 % 2)) = 0 ] && echo KILL || echo INT)
	: >out # a kill may come before the redirection
	setsid "$genba" preserve "$what" --as "$as" --to "copies$i" >out 2>err &
	pid=$!
	deadline=$((SECONDS + 60))
	until threads "$pid" || ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $deadline ]; do :; done
	read_so_far "$pid"
	base=$have
	# ends somewhere in its midst, spread over all it will read: the source, and with a copy what was written
	wanted=$((RANDOM * 32768 + RANDOM))
	wanted=$((base + wanted % ((mib << 20) * ($([ "$form" = hash ] && echo 1 || echo 2)))))
	[ "$form" != tree ] || wanted=$((base + (wanted - base) % 110000000))
	while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $deadline ]; do
		read_so_far "$pid"
		[ "$have" -lt "$wanted" ] || break
	done
	kill -"$signal" "$pid" 2>/dev/null || true
	got=0
	wait "$pid" || got=$?
	label=$(tail -1 out | cut -d' ' -f1)
	if [ "$got" != 0 ] && [ "$(complete)" -gt "$before" ]; then # it was through, and on record, but had not ended
		done_before=$((done_before + 1))
		label=$("$genba" list evidence --json | sed -n 's/.*"label": "\(.*\)",*$/\1/p' | sort -V | tail -1)
	elif [ "$got" != 0 ]; then
		"$genba" preserve "$what" --as "$as" --to "copies$i" >out 2>err || fail "try $i ($form, $signal): $(cat err)"
		label=$(tail -1 out | cut -d' ' -f1)
		field "$label" interruptions | grep -q "gone on at" ||
			fail "try $i ($form, $signal, status $got, after $((have - base)) bytes): the interruption is not on record: $(cat out err)"
		shown=$((shown + 1))
	else
		early=$((early + 1))
	fi
	[ "$form" = tree ] || [ "$(field "$label" sha256)" = "$sum" ] ||
		fail "try $i ($form, $signal): another digest: $(cat out err)"
	[ "$(field "$label" complete)" = complete ] || fail "try $i: $label is not complete"
	if [ "$form" = tree ]; then
		diff -r tree "copies$i/tree" >/dev/null || fail "try $i: the copy of the tree differs"
	elif [ "$form" != hash ]; then
		[ "$(find "copies$i" -type f | wc -l)" = 1 ] || fail "try $i: $(ls "copies$i")"
		"$genba" extract "$label" - | cmp - source || fail "try $i ($form): other bytes"
	fi
	rm -rf "copies$i"
done
[ "$shown" -gt 0 ] || fail "no try was interrupted"

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
printf '%s tries: %s interrupted in the midst, each on record; %s ended behind the record, %s before the signal; all complete with the same digest; %s\n' \
	"$tries" "$shown" "$done_before" "$early" "$full"
