#!/usr/bin/env bash
# ctest: slow
# A handover and a merge that are killed (SIGKILL) at random moments leave the old state whole, or the new one.
# Usage: GENBA=path/to/genba tests/test_handover_kill.sh [N]   N deaths each (default 5)
deaths=${1:-${GENBA_KILLS:-5}}
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

head_of() { # head_of PERSON
	as "$1" log --limit 1 --json | sed -n 's/.*"id": "\(.*\)".*/\1/p'
}
took() { # took COMMAND…: its milliseconds, into `ms`
	local start
	start=$(date +%s%N)
	"$@" >/dev/null 2>&1 || fail "'$*' failed"
	ms=$((($(date +%s%N) - start) / 1000000 + 1))
}
killed_as() { # killed_as PERSON COMMAND…: dies within the time that it takes
	local person=$1 after=$((RANDOM % ms))
	shift
	XDG_DATA_HOME=$work/$person timeout -s KILL "$((after / 1000)).$(printf %03d $((after % 1000)))" \
		"$genba" -c "$work/$person.genba" "$@" >/dev/null 2>&1
}

person one two
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Killed" 2>/dev/null
work_before() {
	local i
	for ((i = 0; i < 300; i++)); do
		printf 'add indicator type=domain value=before-%d.example role=c2\n' "$i"
	done
}
{
	echo 'add asset hostname=HR-PC-03 status=unchecked'
	work_before
} | as one script - >/dev/null
took as one handover --to two.pub --out two.genba

died=0
came=0
stand=1 # transfers that stand
for ((i = 0; died < deaths && i < 20 * deaths; i++)); do
	rm -f again.genba*
	before=$(head_of one)
	if killed_as one handover --to two.pub --out again.genba; then
		stand=$((stand + 1))
		continue
	fi
	died=$((died + 1))
	status 0 as one verify
	# what was there is still there
	as one log --json >all.log
	grep -q "$before" all.log || fail "the state before the handover is gone"
	[ ! -e again.genba ] || { came=$((came + 1)) && stand=$((stand + 1)); }
	# on record is what there is a copy of, and nothing half is left beside it
	is "transfers that stand" "$stand" "$(as one list transfer --json | grep -c '"label"')"
	for part in again.genba.*; do
		[ ! -e "$part" ] || fail "left behind: $part"
	done
	if [ -e again.genba ]; then
		cp again.genba probe.genba
		mkdir -p probe && cp -r two/genba probe/
		status 0 as probe verify
	fi
done
[ "$died" -ge "$deaths" ] || fail "only $died handovers could be killed in time"
status 0 as one handover --to two.pub --out last.genba

work_apart two 200 right model=right clean
work_apart one 20 left os=left infected
as two handover --to one.pub --out two.delta --delta 2>/dev/null
cp one.genba saved.genba
took as one merge two.delta
merged=$(tree one)
cp saved.genba one.genba
rm -rf one/genba/seen # the mark of what this machine has seen
old=$(tree one)
killed=0
new=0
for ((i = 0; killed < deaths && i < 20 * deaths; i++)); do
	cp saved.genba one.genba
	rm -rf one/genba/seen # the mark of what this machine has seen
	rm -f one.genba-wal
	if killed_as one merge two.delta; then
		continue
	fi
	killed=$((killed + 1))
	status 0 as one verify
	now=$(tree one)
	[ "$now" = "$old" ] || [ "$now" = "$merged" ] || fail "a killed merge left a third state"
	[ "$now" = "$old" ] || new=$((new + 1))
	status 0 as one merge two.delta
	is "the tree of the merge done again" "$merged" "$(tree one)"
done
[ "$killed" -ge "$deaths" ] || fail "only $killed merges could be killed in time"
printf 'killed: %d handovers (%d copies were whole, none was half), %d merges (%d had happened, none half)\n' \
	"$died" "$came" "$killed" "$new"
