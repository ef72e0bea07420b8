#!/usr/bin/env bash
# A sweep on record that does not come to its end: sectors that cannot be read, a stick that is pulled, Ctrl-C, a full disk.
# Hits before the place are given and the next evidence goes on; what was not written whole is not there.
# ctest: slow
# shellcheck source=tests/help_sweep.sh
. "$(dirname "$(readlink -f "$0")")/help_sweep.sh"
checks() { "$genba" list check --json 2>/dev/null | jq length; }
hits() { jq -r 'select(.kind == "hit") | "\(.evidence) \(.offset)"' out | wc -l; }
problems() { jq -r 'select(.kind == "problem") | "\(.evidence) \(.reason)"' out; }

quiet add asset hostname=proxy
quiet add indicator type=domain value=evil.test
python3 - <<'P'
line = b'1416801910.123 45 192.0.2.8 TCP_MISS/200 77 CONNECT www.evil.test:443 - DIRECT/203.0.113.7 -\n'
with open('stick.log', 'wb') as f:
    for i in range(40):  # a hit in each 256 KiB
        f.write(line + b'-' * ((256 << 10) - len(line) - 1) + b'\n')
open('next.log', 'wb').write(line)
open('many.log', 'wb').write(b''.join(b'%d ' % i + line for i in range(30000)))
P
mkdir copies
quiet preserve stick.log --as raw --split 4MiB --to copies --on R1-A1 # parts are read by the program, not by its worker
quiet preserve next.log --on R1-A1
part=$(ls copies/*.00[0-9] 2>/dev/null | head -1)
[ -n "$part" ] || fail "no part among $(ls copies)"

# ---- sectors that cannot be read; the medium is pulled in the midst
if [ -n "${GENBA_FAULTY:-}" ]; then
	faulty() { FAULTY_FILE=$work/$part LD_PRELOAD=$GENBA_FAULTY "$genba" sweep "$@" --jsonl >out 2>err; }
	rc=0
	FAULTY_SECTORS=1048576+512 faulty R1-E1 R1-E2 || rc=$?
	is "status with sectors that cannot be read" 1 "$rc"
	is "all hits but the one that lay there" 40 "$(hits)"
	problems | grep -q '^R1-E1 .*cannot be read' || fail "the sectors are told: $(problems)"
	rc=0
	FAULTY_PULLED_AT=2000000 faulty R1-E1 R1-E2 || rc=$?
	is "status of a pulled stick" 1 "$rc"
	problems | grep -q '^R1-E1 ' || fail "the place is told: $(problems)"
	[ "$(hits)" -ge 5 ] || fail "hits before the place, and of the next one: $(hits)"
	is "the next one goes on" 1 "$(jq -r 'select(.kind == "hit" and .evidence == "R1-E2") | .evidence' out | wc -l)"
	"$genba" show "$(jq -r 'select(.kind == "summary") | .check' out)" --json | grep -q 'Could not be read to the end' ||
		fail "the check says that it is not all"
	before=$(checks)
	rc=0
	cp many.log pulled.log
	FAULTY_FILE=$work/pulled.log FAULTY_PULLED_AT=1000000 LD_PRELOAD=$GENBA_FAULTY "$genba" sweep pulled.log --on R1-A1 >out 2>err || rc=$?
	[ "$rc" -ne 0 ] || fail "hashed and swept in one read from a pulled stick: status 0"
	is "its status" 1 "$rc"
	is "no check of what could not be hashed" "$before" "$(checks)"
	"$genba" verify >verify 2>&1 || fail "verify behind a pulled stick: $(cat verify)"
else
	echo "left out: faults of the source (built without the layer)"
fi

# ---- Ctrl-C at five moments: nothing of it is on record
quiet preserve many.log --on R1-A1
many=$("$genba" list evidence --json | jq -r '.[-1].label')
if [ -n "${GENBA_FAULTY:-}" ]; then
	mkdir slow
	quiet preserve many.log --as raw --split 4MiB --to slow --on R1-A1 # parts are read by the program, not by its worker
	read_slowly=$("$genba" list evidence --json | jq -r '.[-1].label')
	before=$(checks)
	for moment in 1 600000 1200000 1800000 2400000; do # the byte that is being read
		rm -f go go.reached
		FAULTY_FILE=$(echo "$work"/slow/*.001) FAULTY_WAIT_AT=$moment FAULTY_WAIT=$work/go LD_PRELOAD=$GENBA_FAULTY \
			"$genba" sweep "$read_slowly" --max 50000 >out 2>err &
		pid=$!
		until [ -e go.reached ]; do
			kill -0 $pid 2>/dev/null || fail "ended before byte $moment was read: $(cat err)"
			sleep 0.05
		done
		kill -INT $pid
		touch go
		rc=0
		wait $pid || rc=$?
		[ "$rc" -ne 0 ] || fail "a sweep that was stopped at byte $moment: status 0"
		is "nothing is on record of a sweep that was stopped at byte $moment" "$before" "$(checks)"
		"$genba" verify >verify 2>&1 || fail "verify behind Ctrl-C: $(cat verify)"
	done
	"$genba" sweep "$read_slowly" --max 50000 --jsonl >out 2>err || fail "a sweep of what was stopped before: $(cat err)"
	is "all hits of it" 30000 "$(hits)"
else
	echo "left out: Ctrl-C (built without the layer)"
fi
"$genba" sweep "$many" --max 50000 --jsonl >out 2>err || fail "a sweep behind those: $(cat err)"
is "all hits" 30000 "$(hits)"
is "of one set" 30000 "$("$genba" observations artefact=hit "evidence=$many" --json 2>/dev/null | jq length)"

# ---- no room left: the container of the hits, or the case, cannot grow
cp -r site.genba home full 2>/dev/null || { mkdir full && cp -r site.genba* home full; }
(cd full && rm -rf site.genba.observations)
before=$(GENBA_CASE=$work/full/site.genba checks)
size=$(stat -c %s full/site.genba)
refused=0
for more in 0 16 64 256; do # KiB that a file may have beyond what the case has
	rc=0
	(
		ulimit -f $((size / 1024 + more))
		GENBA_CASE=$work/full/site.genba exec "$genba" sweep "$many" --max 50000
	) >out 2>err || rc=$?
	[ "$rc" -eq 0 ] || refused=$((refused + 1))
	if [ "$rc" -ne 0 ] && ! grep -q 'nothing is lost' err; then # that is told if only the tidying at the end found no room
		is "nothing is on record of what found no room ($more KiB)" "$before" "$(GENBA_CASE=$work/full/site.genba checks)"
	fi
	before=$(GENBA_CASE=$work/full/site.genba checks)
	GENBA_CASE=$work/full/site.genba "$genba" verify >verify 2>&1 || true
	! grep -qi 'damaged' verify || fail "verify behind a full disk: $(cat verify)"
done
[ "$refused" -gt 0 ] || fail "there was always room: this test shows nothing"
GENBA_CASE=$work/full/site.genba "$genba" sweep "$many" --max 50000 --jsonl >out 2>err || fail "with room again: $(cat err)"
is "all hits, with room again" 30000 "$(hits)"
GENBA_CASE=$work/full/site.genba "$genba" verify >verify 2>&1 || fail "verify with room again: $(cat verify)"
