#!/usr/bin/env bash
# Observations in deltas: sets that are new since the last parcel travel, large ones if they are asked for; replaced and purged ones
# are told; what the check on record does not name is not taken.
# Usage: GENBA=path/to/genba tests/test_handover_observations.sh
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"
rows() { as "$1" observations --json --limit 100000 2>/dev/null | jq -c '.[] | [.id, .evidence, .artefact, .when, .text]' | sort; }
same_rows() { # same_rows WHAT COUNT: both copies say the same
	rows one >one.rows
	rows two >two.rows
	cmp one.rows two.rows || fail "$1: the copies differ: $(diff one.rows two.rows | head -5)"
	is "$1: rows" "$2" "$(wc -l <one.rows)"
}
answer() { # answer PERSON: one learns what that copy has
	as "$1" note "so far" >/dev/null
	as "$1" handover --to one.pub --out "answer-$((++answers)).delta" --delta 2>/dev/null || fail "no answer of $1"
	status 0 as one merge "answer-$answers.delta"
}
answers=0
trap 'echo "FAIL: line $LINENO" >&2' ERR
delta() { as one handover --to two.pub --out "$1" --delta "${@:2}" 2>handover.log || fail "handover: $(cat handover.log)"; }

person one two
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Rows" --kdf interactive --no-recovery 2>/dev/null
as one add asset hostname=proxy >/dev/null
as one add indicator type=domain value='evil[.]test' role=c2 >/dev/null
line='45 192.0.2.8 TCP_MISS/200 77 CONNECT www.evil.test:443 - DIRECT/203.0.113.7 -'
printf '1416801910.123 %s\n' "$line" >a.log
long=$(printf '記%.0s' {1..80}).log # so long that a set keeps the beginning of it
printf '1416801911.123 %s\n1416801912.123 %s\n' "$line" "$line" >"$long"
as one preserve a.log --on R1-A1 >/dev/null
as one sweep >/dev/null 2>&1
as one handover --to two.pub --out two.genba >/dev/null 2>&1
as two accept --receipt receipt >/dev/null 2>&1
same_rows "the whole copy" 1

# --- a sweep, then a delta
as one preserve "$long" --on R1-A1 >/dev/null
as one sweep --missing >/dev/null 2>&1
delta one.delta
status 0 as two merge one.delta --dry-run
is "nothing is written by a dry run" 1 "$(rows two | wc -l)"
status 0 as two merge one.delta
grep -q '1 set of observations came along, rows: 2' out || fail "what came is told: $(cat out)"
same_rows "after a delta" 3
status 0 as two verify
status 0 as two merge one.delta
same_rows "merged again" 3
answer two

# --- a delta is refused by a copy without its base
cp two.genba base.genba
mkdir -p base && cp -r two/* base/
as one add indicator type=domain value=www.evil.test role=c2 >/dev/null
printf '1416801913.123 %s\n' "$line" >c.log
as one preserve c.log --on R1-A1 >/dev/null
as one sweep >/dev/null 2>&1 # the sets of before are replaced
delta second.delta
status 0 as two merge second.delta
grep -q 'are replaced by newer ones' out || fail "what is replaced is told: $(cat out)"
same_rows "after a sweep of everything" 8
status 0 as two verify
answer two
as one note "later" >/dev/null
delta third.delta
status 1 as base merge third.delta
grep -q 'which never came to this copy' err || fail "a delta without its base: $(cat err)"
is "and nothing of it is there" 3 "$(as base observations --json 2>/dev/null | jq length)"

# --- a large set: only if it is asked for
python3 -c "
for i in range(30000):
    print('%d.000 $line' % (1416900000 + i))" >many.log
as one preserve many.log --on R1-A1 >/dev/null
as one sweep --missing --max 100000 >/dev/null 2>&1
[ -d one.genba.observations ] || fail "the set is not large enough to lie beside the case"
delta large.delta
grep -q '1 large set of observations stays here' handover.log || fail "what stays is told: $(cat handover.log)"
for name in asked broken full stopped; do
	cp two.genba $name.genba
	mkdir -p $name && cp -r two/* $name/
done
status 0 as two merge large.delta
grep -q 'are large and did not come along' out || fail "what did not come is told: $(cat out)"
status 0 as two verify
delta asked.delta --with-observations
grep -q '1 large set of observations goes along' handover.log || fail "what goes is told: $(cat handover.log)"
is "only what is new goes" 1 "$(find asked.delta.observations -type f | wc -l)"
status 0 as asked merge asked.delta
grep -q '1 set of observations came along, rows: 60000' out || fail "the large set came: $(cat out)"
is "rows of the large set" "$(rows one | sha256sum)" "$(rows asked | sha256sum)"
status 0 as asked verify
# the disk is full while the container is copied (no file may grow as large as it): all is as before, and goes well later
before=$(rows full | sha256sum)
as full verify >/dev/null 2>&1 || fail "the copy before"
(ulimit -f $(($(stat -c %s asked.delta.observations/*.gev) / 1024 - 20)) && status 1 as full merge asked.delta) || fail "a full disk: $(cat err)"
grep -q "cannot write '.*full.genba.observations/" err || fail "a full disk is told: $(cat err)"
is "as before" "$before" "$(rows full | sha256sum)"
is "no piece of the container stays" 0 "$(find full.genba.observations -type f 2>/dev/null | wc -l)"
status 0 as full merge asked.delta
is "and later it comes" "$(rows one | sha256sum)" "$(rows full | sha256sum)"
# Ctrl-C while it is taken: the old state or the new one, and then the new one
as stopped merge asked.delta >out 2>err &
merging=$!
until [ -n "$(find stopped.genba.observations -type f 2>/dev/null)" ] || ! kill -0 $merging 2>/dev/null; do :; done
kill -INT $merging 2>/dev/null || true
wait $merging || true
status 0 as stopped verify
case $(rows stopped | sha256sum) in
"$before" | "$(rows one | sha256sum)") ;;
*) fail "stopped: neither as before nor whole" ;;
esac
status 0 as stopped merge asked.delta
is "merged again" "$(rows one | sha256sum)" "$(rows stopped | sha256sum)"
is "one container" 1 "$(find stopped.genba.observations -type f | wc -l)"
# a byte of the container is another one: the records come, the set stays out
python3 - asked.delta.observations/*.gev <<'P'
import sys
bytes_ = bytearray(open(sys.argv[1], 'rb').read())
bytes_[len(bytes_) // 2] ^= 1
open(sys.argv[1], 'wb').write(bytes_)
P
cp -r asked.delta.observations fourth.delta.observations
cp asked.delta fourth.delta
status 0 as broken merge fourth.delta
grep -q 'left out: the observations of R1-K' out || fail "a damaged container: $(cat out)"
status 0 as broken verify
is "nothing of it stays" 0 "$(find broken.genba.observations -type f 2>/dev/null | wc -l)"

# --- purged there, still here
answer asked
last=$(as one list check --json | jq -r 'map(.label) | max_by(ltrimstr("R1-K") | tonumber)')
as one purge "$last" --reason "personal data" >/dev/null 2>purge.log || fail "purge: $(cat purge.log)"
delta purged.delta
status 0 as asked merge purged.delta
grep -q "the observations of $last were purged in the other copy; here they still are" out || fail "what was purged is told: $(cat out)"
status 0 as asked verify
