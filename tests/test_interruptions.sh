#!/usr/bin/env bash
# ctest: slow
# Preservation ended at random moments: killed, cancelled, the medium of the copy full, the medium of the source pulled. It
# goes on to the same digests, no byte is lost, and the record shows the interruption and its cause.
# TRIES: how many must have been ended in the midst (100 in the long form, the target interruptions_long). The full medium
# is a small tmpfs, which needs root; the pulled one a layer over the program's reads (faulty_source.c).
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
tries=${TRIES:-12}
mib=${MIB:-96}
main=$BASHPID # a child that is ended before it becomes the program must not clean up for us
clean() {
	[ "$BASHPID" = "$main" ] || return 0
	umount "$work/small" 2>/dev/null || true
	clean_work
}
trap clean EXIT
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
field() { "$genba" show "$1" --json | sed -n "s/.*\"$2\": \"\(.*\)\",\{0,1\}\$/\1/p"; }
complete() { "$genba" list evidence --json | grep -c '"complete": "complete"' || true; }

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Interruptions" --kdf interactive --no-recovery 2>/dev/null
head -c "${mib}M" /dev/urandom >source
sum=$(sha256sum <source | cut -d' ' -f1)
mkdir tree small
for ((i = 0; i < 300; i++)); do head -c 200000 source >"tree/f$i"; done
tree_bytes=$((300 * 200000))
left_out=
slack=$((8 << 20)) # of the small medium, so that nothing is full before it is made so
if ! mount -t tmpfs -o size=$(((mib << 20) + slack)) none small 2>/dev/null; then
	left_out="$left_out full media (no tmpfs can be mounted);"
fi
[ -n "${GENBA_FAULTY:-}" ] || left_out="$left_out pulled media (built without the layer);"

# cause:form; the first twelve have every cause and every form
plan=(KILL:raw FULL:sealed PULLED:split KILL:sealed FULL:raw PULLED:sealed
	KILL:split FULL:split PULLED:raw KILL:hash KILL:tree INT:split-sealed
	FULL:split-sealed PULLED:split-sealed KILL:split-sealed PULLED:hash FULL:tree INT:sealed
	INT:raw INT:hash INT:tree)

random_below() { # of 30 bits
	at=$(((RANDOM * 32768 + RANDOM) % $1))
}
read_so_far() { # bytes that the process PID has read, in `have`; no fork, so that a moment is met
	have=0
	while read -r key value; do [ "$key" != rchar: ] || have=$value; done <"/proc/$1/io" || true
} 2>/dev/null
threads() { # works on pieces or files: more than one thread. What was to be kept before the first byte, is.
	local all=("/proc/$1/task"/*)
	[ ${#all[@]} -gt 1 ]
}
alive() { kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $deadline ]; }

end_by_signal() { # somewhere in its midst, spread over all it will read: the source, and with a copy what was written
	read_so_far "$pid"
	local base=$have
	case $form in
	tree) random_below $((2 * tree_bytes - 10000000)) ;;
	hash) random_below $((mib << 20)) ;;
	*) random_below $((mib << 21)) ;;
	esac
	if ! read -r _ <"/proc/$pid/io"; then # who is not root cannot see how far it is: at some moment
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
	fi 2>/dev/null
	while alive && [ -n "$have" ] && [ "$have" -gt 0 ]; do
		read_so_far "$pid"
		[ "$have" -lt $((base + at)) ] || break
	done
	kill -"$cause" "$pid" 2>/dev/null || true
}
end_by_full_medium() { # another file takes the room; what is left is enough for a random part of the copy
	local need=$((mib << 20))
	[ "$form" != tree ] || need=$tree_bytes
	random_below $((need - (4 << 20)))
	fallocate -l $(((mib << 20) + slack - at - (2 << 20))) small/filler 2>/dev/null || rm -f small/filler
}
start() { # preserves in the background; `go` again in the foreground
	command=("$genba" preserve "$what" --as "$as" --to "$to")
	[ "$form" = "${form#split}" ] || command+=(--split 7MiB)
	deadline=$((SECONDS + 300))
	if [ "$cause" = PULLED ]; then
		random_below $((mib << 20))
		export FAULTY_FILE=$work/source FAULTY_PULLED_AT=$at
		LD_PRELOAD=$GENBA_FAULTY setsid "${command[@]}" >out 2>err &
		pid=$!
		unset FAULTY_FILE FAULTY_PULLED_AT
		return
	fi
	setsid "${command[@]}" >out 2>err &
	pid=$!
	until threads "$pid" || ! alive; do :; done
	if [ "$cause" = FULL ]; then end_by_full_medium; else end_by_signal; fi
}

declare -A shown=()
total=0
early=0
done_before=0
for ((i = 0; total < tries && i < 4 * tries + 40; i++)); do
	cause=${plan[i % ${#plan[@]}]%%:*} form=${plan[i % ${#plan[@]}]#*:}
	[ "$cause" != FULL ] || mountpoint -q small || continue
	[ "$cause" != PULLED ] || [ -n "${GENBA_FAULTY:-}" ] || continue
	what=source to=$work/copies
	case $form in
	*sealed) as=sealed ;;
	hash) as='hash' ;;
	tree) as=raw what=tree ;;
	*) as=raw ;;
	esac
	[ "$cause" != FULL ] || to=$work/small/copies
	touch source tree/f0 # another source each time: work of before is not gone on with
	before=$(complete)
	: >out # a kill may come before the redirection
	start
	got=0
	wait "$pid" || got=$?
	rm -f small/filler
	try="try $i ($cause, $form, status $got)"
	label=$(tail -1 out | cut -d' ' -f1)
	if [ "$got" != 0 ] && [ "$(complete)" -gt "$before" ]; then # it was through, and on record, but had not ended
		done_before=$((done_before + 1))
		label=$("$genba" list evidence --json | sed -n 's/.*"label": "\(.*\)",*$/\1/p' | sort -V | tail -1)
	elif [ "$got" != 0 ]; then
		case $cause in
		KILL) [ "$got" = 137 ] || fail "$try: $(cat out err)" ;;
		*)
			[ "$got" = 1 ] || fail "$try: $(cat out err)"
			[ "$(field "$label" complete)" = interrupted ] || fail "$try: $label is not on record as interrupted: $(cat out err)"
			;;
		esac
		first=$label
		if [ "$cause" = KILL ]; then # what to go on with is known from `verify`
			"$genba" verify >verified 2>/dev/null || fail "$try: verify: $(cat verified)"
			[ "$(grep -c '^not finished: ' verified)" = 1 ] || fail "$try: unfinished work is not listed: $(cat verified)"
			eval "command=(\"\$genba\" $(sed -n 's/^not finished: .*; to go on: genba //p' verified))"
		fi
		"${command[@]}" >out 2>err || fail "$try: gone on with: $(cat out err)"
		label=$(tail -1 out | cut -d' ' -f1)
		[ "$cause" = KILL ] || [ "$label" = "$first" ] || fail "$try: gone on with as $label: $(cat out err)"
		case $cause in
		FULL) why='No space left on device' ;;
		PULLED) why='No such device' ;;
		INT) why='cancelled\|stopped by the person' ;;
		*) why='ended' ;;
		esac
		field "$label" interruptions | grep -q "($why)\|: $why.*gone on at\|$why.*gone on at" ||
			fail "$try: '$why' is not on record: $(field "$label" interruptions) $(cat out err)"
		shown[$cause]=$((${shown[$cause]:-0} + 1))
		total=$((total + 1))
	else
		early=$((early + 1))
	fi
	[ "$form" = tree ] || [ "$(field "$label" sha256)" = "$sum" ] || fail "$try: another digest: $(cat out err)"
	[ "$(field "$label" complete)" = complete ] || fail "$try: $label is not complete"
	mkdir -p "$to" # hashing makes none
	copies=$(find "$to" -type f | wc -l)
	case $form in
	tree) diff -r tree "$to/tree" >/dev/null || fail "$try: the copy of the tree differs" ;;
	hash) [ "$copies" = 0 ] || fail "$try: $(ls "$to")" ;;
	*)
		"$genba" extract "$label" - | cmp - source || fail "$try: other bytes"
		case $form in
		raw) cmp source "$to/source" || fail "$try: other bytes" ;;
		split) cat "$to"/source.[0-9]* | cmp - source || fail "$try: the parts joined are other bytes" ;;
		esac
		# nothing half is left beside it
		if [ "$form" = "${form#split}" ]; then
			[ "$copies" = 1 ] || fail "$try: $(ls "$to")"
		elif [ "$copies" -lt $((mib / 7)) ] || [ "$copies" -gt $((mib / 7 + 2)) ] || [ -n "$(find "$to" -name '*.part')" ]; then
			fail "$try: $(ls "$to")"
		fi
		;;
	esac
	rm -rf "$to"
done
if "$genba" verify | grep '^not finished'; then fail "finished work is listed as unfinished"; fi
[ "$total" -ge "$tries" ] || fail "only $total of $tries were ended in the midst"
summary=
for cause in KILL INT FULL PULLED; do summary="$summary $cause ${shown[$cause]:-0},"; done
printf '%s interrupted in the midst (%s), each gone on with to the same digests and bytes, and on record with its cause; besides %s ended behind the record, %s before the moment%s\n' \
	"$total" "${summary:1:-1}" "$done_before" "$early" "${left_out:+; left out:$left_out}"
