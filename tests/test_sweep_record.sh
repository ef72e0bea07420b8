#!/usr/bin/env bash
# genba sweep on record: evidence by label, asset and path; what is missing; whose machine and when; the check and its limits;
# hits as observations; what cannot be read.
# ctest: slow
# shellcheck source=tests/help_sweep.sh
. "$(dirname "$(readlink -f "$0")")/help_sweep.sh"
sweep() { "$genba" sweep "$@" --jsonl >out 2>err; }
summary() { jq -r "select(.kind == \"summary\") | $1" out; }
hits() { jq -r 'select(.kind == "hit") | "\(.evidence) \(.path) \(.indicator) \(.asset) \(.when)"' out; }

quiet add indicator type=domain value='evil[.]test' role=c2
quiet add indicator type=url value='hxxps://up.test/put' role=upload
quiet add indicator type=ip value=203.0.113.9 false_positive=yes
"$genba" sweep >out 2>err
grep -q 'No evidence is on record' err || fail "a sweep of nothing says that it looked at something: $(cat err)"
quiet add asset hostname=proxy timezone=Asia/Tokyo
quiet add asset hostname=HR-PC-03 addresses=192.0.2.8
{
	printf '1416801909.123 45 192.0.2.7 TCP_MISS/200 5120 GET http://bad.example/ - DIRECT/203.0.113.9 text/html\n'
	printf '1416801910.123 45 192.0.2.8 TCP_MISS/200 77 CONNECT www.evil.test:443 - DIRECT/203.0.113.7 -\n'
} >proxy.log
printf 'timestamp,src_ip,method,url,status,bytes\n2014-11-24 13:05:09,192.0.2.8,PUT,"https://up.test/put",200,9\n' >fw.csv
mkdir host copies
printf 'x\0evil.test\0' >host/a.bin
gzip -k proxy.log
quiet preserve proxy.log.gz --on R1-A1
quiet preserve fw.csv --as sealed --to copies --on R1-A1
quiet preserve host --on R1-A2

# ---- all of it: a packed log, a sealed container, a folder
rm fw.csv # the container is what is left of it
sweep || fail "status: $(cat err)"
is "hits" 'R1-E1 proxy.log.gz evil.test R1-A2 2014-11-24T04:05:10.123Z
R1-E2 fw.csv https://up.test/put R1-A2 2014-11-24T04:05:09Z
R1-E3 a.bin evil.test R1-A2 null' "$(hits)"
is "a local time keeps its clock" local "$(jq -r 'select(.kind == "hit" and .evidence == "R1-E2") | .clock' out)"
is "the check" R1-K1 "$(summary .check)"
is "the sums" 'evil.test 2 2|https://up.test/put 1 1|' \
	"$(jq -r 'select(.kind == "indicator") | "\(.indicator) \(.hits) \(.evidence)"' out | tr '\n' '|')"
list=$(summary .list_sha256)
"$genba" show R1-K1 --json >check
is "the check's fields" 'indicator_sweep found R1-A1,R1-A2 R1-I1,R1-I2 R1-E1,R1-E2,R1-E3' \
	"$(jq -r '.[0] // . | "\(.method) \(.result) \(.on | join(",")) \(.indicators | join(",")) \(.evidence | join(","))"' check)"
is "the period of what was read" '2014-11-24T04:05:09Z/2014-11-24T04:05:10Z' "$(jq -r '.[0] // . | .period' check)"
grep -q "$list" check || fail "the limits name the digest of the list"
grep -q 'at most 200 times its size beyond 64 MiB\.' check || fail "the limits name that of what is packed"
grep -q 'https URLs' check || fail "the limits say what https hides"
is "swept follows" 'all all not_yet' "$(for i in 1 2 3; do "$genba" show R1-I$i --json | jq -r '.[0] // . | .swept'; done | tr '\n' ' ' | sed 's/ $//')"

# ---- what was sent to an indicator of the role `upload`, by client and hour: with the asset, in its hour, in UTC
is "uploads" 'R1-E2 2014-11-24T04:00:00Z 192.0.2.8 R1-A2 R1-I2 1' \
	"$(jq -r 'select(.kind == "upload") | "\(.evidence) \(.hour) \(.client) \(.asset) \(.label) \(.puts)"' out)"
is "as an observation" 'https://up.test/put 1' "$("$genba" observations artefact=log_line --json 2>/dev/null | jq -r '.[] | "\(.sent_to) \(.puts)"')"

# ---- hits are observations, which are promoted
is "observations" 3 "$("$genba" observations artefact=hit --json 2>/dev/null | jq length)"
id=$("$genba" observations artefact=hit method=PUT --json 2>/dev/null | jq -r '.[0].id')
quiet promote "o:$id" event
is "promoted" 'exfiltration attacker R1-A2 R1-E2 R1-I2 R1-A1 2014-11-24T04:05:09Z' "$("$genba" show R1-V1 --json |
	jq -r '.[0] // . | "\(.type) \(.side) \(.assets[0]) \(.evidence[0]) \(.indicators[0]) \(.when_clock) \(.when[0:19])\(.when[-1:])"')"

# ---- words are looked for in records and, below them, in observations: some, and how many more
is "a word in both" 'indicator observation observation observations' "$("$genba" find evil.test --json | jq -r '.[].kind' | tr '\n' ' ' | sed 's/ $//')"
is "none is left out in silence" '1 1' "$("$genba" find evil.test --limit 1 --json | jq -r '.[] | select(.kind == "observations") | "\(.shown) \(.further)"')"
is "as it stands" 'R1-E1' "$("$genba" find '"CONNECT www.evil.test"' --json | jq -r '.[] | select(.kind == "observation") | .evidence')"
"$genba" find evil.test --limit 1 | grep -q '^and 1 further observation' || fail "how many more: $("$genba" find evil.test --limit 1)"
is "a word in neither" 0 "$("$genba" find no.such.word --json | jq length)"

# ---- nothing is missing; then a new indicator is, and only that is looked for
sweep --missing || fail "nothing missing: $(cat err)"
is "nothing missing" '0 null' "$(summary '"\(.files) \(.check)"')"
quiet add indicator type=domain value=bad.example
sweep --missing || fail "status of --missing: $(cat err)"
is "the new one only" 'R1-E1 proxy.log.gz bad.example null 2014-11-24T04:05:09.123Z' "$(hits)"
is "the check of the new one" 'R1-K2 R1-I4' "$(summary .check) $("$genba" show R1-K2 --json | jq -r '.[0] // . | .indicators | join(",")')"

# ---- once more: the same hits are there once
sweep R1-A1 R1-E3 || fail "status of labels: $(cat err)"
is "by asset and by evidence" 4 "$(hits | wc -l)"
is "no upload twice" 1 "$("$genba" observations artefact=log_line --json 2>/dev/null | jq length)"
is "no hit twice" 4 "$("$genba" observations artefact=hit --json 2>/dev/null | jq 'length')"

# ---- a path becomes evidence once, and is missing nothing afterwards; a foreign list is no records
printf 'bad.example\nother.test\n' >vendor
printf 'GET other.test and evil.test\n' >new.log
sweep new.log --on R1-A1 --list vendor || fail "status of a path: $(cat err)"
is "a path" 'R1-E4 new.log evil.test null null|R1-E4 new.log other.test null null|' "$(hits | sort | tr '\n' '|')"
is "no records of the list" 4 "$("$genba" list indicator --json | jq length)"
sweep new.log --on R1-A1 || fail "a path again: $(cat err)"
is "a path is evidence once" 4 "$("$genba" list evidence --json | jq length)"

# ---- a row that holds the indicator twice is one hit, in the sums as on record; of a log's text each place counts
quiet add indicator type=ip value=203.0.113.77
python3 -c "
import zipfile
with zipfile.ZipFile('srv.zip', 'w') as z: z.writestr('var/log/auth.log',
    'Nov 20 10:00:01 srv sshd[9]: reverse mapping for 203.0.113.77 [203.0.113.77] failed\\n')"
quiet preserve srv.zip --on R1-A1
quiet triage R1-E5
sweep R1-E5 || fail "status of rows: $(cat err)"
is "two places of the text, one row" '3 3 3' "$(hits | wc -l) $(summary .hits) $("$genba" observations artefact=hit evidence=R1-E5 --json 2>/dev/null | jq length)"
is "of the indicator" 3 "$(jq -r 'select(.kind == "indicator") | .hits' out)"
"$genba" show "$(summary .check)" | grep -q 'Hits: 3, of which 3 lines are kept' || fail "the check counts otherwise"
"$genba" find "reverse mapping" >out 2>/dev/null
grep -q '11-20T10:00:01 ' out || fail "the line is not found: $(cat out)" # a log without a zone: nobody may take its time for UTC's
if grep -q '10:00:01Z' out; then fail "a zone is invented: $(cat out)"; fi

# ---- what cannot be read is told, and is not swept
mv proxy.log.gz elsewhere
rc=0
sweep R1-E1 R1-E4 || rc=$?
is "status of what is not there" 1 "$rc"
is "a problem names it" R1-E1 "$(jq -r 'select(.kind == "problem") | .evidence' out)"
is "the check does not" R1-E4 "$("$genba" show "$(summary .check)" --json | jq -r '.[0] // . | .evidence | join(",")')"
rc=0
sweep R1-X9 || rc=$?
[ "$rc" -ne 0 ] || fail "a label that is none"
rc=0
sweep R1-X9 /dev/null R1-E4 || rc=$?
is "words that name nothing are told, and the rest is read" '1 /dev/null R1-X9 R1-E4' \
	"$rc $(jq -r 'select(.kind == "problem") | .path' out | sort | tr '\n' ' ')$("$genba" show "$(summary .check)" --json |
		jq -r '.[0] // . | .evidence | join(",")')"

# ---- a set that a check names and this copy does not hold is told, of evidence that is swept
quiet add check method=triage on=R1-A1 when=2026-11-20 result=found evidence=R1-E4 \
	limits="Observations: 7, digest of the set $(printf '%064d' 7)."
gone=$("$genba" list check --json | jq -r '.[-1].label')
rc=0
sweep R1-E4 || rc=$?
is "a set that is not here" "1 R1-E4 $gone" "$rc $(jq -r 'select(.kind == "problem") | "\(.evidence) \(.path)"' out)"
jq -r 'select(.kind == "problem") | .reason' out | grep -q 'not in this copy' || fail "why: $(cat out)"
sweep R1-E5 || fail "a set of other evidence is told: $(cat out)"
quiet retract "$gone" --reason 'made for a test'

# ---- many hits lie beside the case: a turned bit is named, they are made again, go along with a copy, and are purged
python3 -c "
for i in range(30000): print('14168%05d.%03d 45 192.0.2.8 TCP_MISS/200 77 CONNECT www.evil.test:443 - DIRECT/203.0.113.7 - %08d' % (i, i % 1000, i))" >many.log
quiet preserve many.log --on R1-A1
sweep R1-E6 --max 50000 || fail "many hits: $(cat err)"
many=$(summary .check)
is "all of them are kept" 30000 "$(summary .kept)"
"$genba" verify >verify 2>&1 || fail "verify: $(cat verify)"
container=$(echo site.genba.observations/*.gev)
[ -s "$container" ] || fail "no container beside the case"
python3 - "$container" <<'P'
import sys
with open(sys.argv[1], 'r+b') as f:
    f.seek(0, 2)
    at = f.tell() // 2
    f.seek(at)
    byte = f.read(1)[0]
    f.seek(at)
    f.write(bytes([byte ^ 4]))
P
rc=0
"$genba" verify >verify 2>&1 || rc=$?
[ "$rc" -ne 0 ] || fail "a turned bit is not found"
grep -q 'block' verify || fail "the block is not named: $(cat verify)"
sweep R1-E6 --max 50000 || fail "again: $(cat err)"
"$genba" verify >verify 2>&1 || fail "made again: $(cat verify)"
is "made again" 30000 "$("$genba" observations artefact=hit evidence=R1-E6 --json 2>/dev/null | jq length)"
many=$(summary .check)
quiet handover --for Station --case-passphrase-file pass --kdf interactive --out small.genba
grep -q 'with-observations' err || fail "what stays is not told: $(cat err)"
[ ! -e small.genba.observations ] || fail "it went along unasked"
quiet handover --for Station --case-passphrase-file pass --kdf interactive --out copy.genba --with-observations
is "a copy has them" 30000 "$(GENBA_CASE=$work/copy.genba "$genba" observations artefact=hit evidence=R1-E6 --json 2>/dev/null | jq length)"
is "one without them has the small ones" 9 "$(GENBA_CASE=$work/small.genba "$genba" observations artefact=hit evidence!=R1-E6 --json 2>/dev/null | jq '[.[].id] | unique | length')"
quiet purge "$many" --reason "personal data"
is "purged" 0 "$("$genba" observations artefact=hit evidence=R1-E6 --json 2>/dev/null | jq length)"

"$genba" verify >verify 2>&1 || fail "verify: $(cat verify)"

# ---- what an indicator says is changed: it was never looked for. One that was found is retracted: the check that found it says so
export GENBA_CASE=$work/stale.genba
"$genba" new stale.genba --title "Stale" --kdf interactive --no-recovery 2>/dev/null
board() { "$genba" board 2>/dev/null | grep -E "$1" | wc -l; }
quiet add asset hostname=proxy
quiet add indicator type=domain value=bad.example
quiet add indicator type=domain value=evil.test
printf 'x bad.example y\n' >a.log
printf 'x evil.test other.example y\n' >b.log
quiet preserve a.log --on R1-A1
quiet preserve b.log --on R1-A1
sweep || fail "a sweep: $(cat err)"
is "nothing is missing, nothing stale" 0 "$(board 'not swept|refuted since')"
quiet set R1-I1 value=other.example
is "the Board knows of the change" 1 "$(board '1 indicator not swept over 2 pieces')"
is "and of the check that found what it was" 1 "$(board '1 check found .*since')"
sweep --missing || fail "status of --missing after a change: $(cat err)"
is "only what was changed is looked for" 'R1-K2 R1-I1 other.example' \
	"$(summary .check) $("$genba" show R1-K2 --json | jq -r '.[0] // . | .indicators | join(",")') $(jq -r 'select(.kind == "hit") | .indicator' out)"
is "all of its evidence was read again" 0 "$(board 'not swept|refuted since')"
quiet set R1-I1 action=watch
is "another field changes nothing" 0 "$(board 'not swept')"
quiet add indicator type=domain value=third.example
is "a new one is missing" 1 "$(board '1 indicator not swept over 2 pieces')"
quiet retract R1-I3 --reason "a mistake"
is "until it is retracted" 0 "$(board 'not swept')"
quiet retract R1-I1 --reason "a mistake"
is "checks that found it rest on nothing" 1 "$(board '1 check found .*since')"
sweep || fail "a sweep: $(cat err)"
is "until the evidence is read again" 0 "$(board 'refuted since')"

# ---- thousands of indicators are one check
export GENBA_CASE=$work/many.genba
"$genba" new many.genba --title "Many" --kdf interactive --no-recovery 2>/dev/null
(echo type,value; for i in $(seq 3000); do echo "domain,host$i.evil$i.example"; done) >many.csv
quiet import csv many.csv indicator
quiet add asset hostname=proxy
printf 'x host7.evil7.example y\n' >few.log
quiet preserve few.log --on R1-A1
sweep || fail "thousands of indicators: $(cat err)"
is "all of them are on record" 3000 "$("$genba" show R1-K1 --json | jq '.[0] // . | .indicators | length')"

# ---- evidence of no machine, as mails are: what is found in it is on record, too
export GENBA_CASE=$work/mails.genba
"$genba" new mails.genba --title "Mails" --kdf interactive --no-recovery 2>/dev/null
quiet add indicator type=domain value=evil.test
printf 'see http://www.evil.test/a\n' >text.log
quiet preserve text.log
sweep --missing || fail "a sweep of what is of no machine: $(cat err)"
is "its check" R1-K1 "$(summary .check)"
is "found in it" found "$("$genba" show R1-K1 --json | jq -r '.[0] // . | .result')"
sweep --missing || fail "once more: $(cat err)"
is "nothing is missing then" 0 "$(summary .files)"

# ---- an address that several machines had is of the one that had it then: days are those of its time zone
export GENBA_CASE=$work/leases.genba
"$genba" new leases.genba --title "Leases" --kdf interactive --no-recovery 2>/dev/null
quiet add indicator type=domain value=evil.test
quiet add asset hostname=PC-1 timezone=Asia/Tokyo addresses='192.0.2.7 2014-11-01/2014-11-20, 192.0.2.9'
quiet add asset hostname=PC-2 timezone=Asia/Tokyo addresses='192.0.2.8;192.0.2.7 2014-11-21/..'
quiet add asset hostname=PC-3 addresses='192.0.2.9, 192.0.2.8 2014-11-24'
for at in 192.0.2.7@2014-11-20T14:59:59Z 192.0.2.7@2014-11-20T15:00:00Z 192.0.2.7@2014-10-31T14:59:59Z 192.0.2.8@2014-11-24T10:00:00Z \
	192.0.2.8@2014-11-25T10:00:00Z 192.0.2.9@2014-11-24T10:00:00Z; do
	printf '%s.000 45 %s TCP_MISS/200 77 CONNECT evil.test:443 - DIRECT/203.0.113.7 -\n' "$(date -d "${at#*@}" +%s)" "${at%@*}"
done >leases.log
quiet preserve leases.log --on R1-A1
sweep || fail "leases: $(cat err)"
is "of who had it then, and of nobody where two may have had it" 'R1-A1 R1-A2 null R1-A3 R1-A2 null' \
	"$(jq -r 'select(.kind == "hit") | .asset' out | tr '\n' ' ' | sed 's/ $//')"

# ---- who talked to what was refuted did no harm: neither its event nor the report says so
quiet set R1-I1 false_positive=yes
quiet promote "o:$("$genba" observations artefact=hit --json 2>/dev/null | jq -r '.[0].id')" event
is "of a refuted indicator" 'null unknown R1-I1' \
	"$("$genba" show R1-V1 --json | jq -r '.[0] // . | "\(.type) \(.side) \(.indicators[0])"')"
quiet add indicator type=ip value=203.0.113.7 role=c2
quiet report incident --internal --form text --out report
grep -A12 'Indicators' report | grep -q 'False positive' || fail "the report does not say what was refuted: $(grep -A12 Indicators report)"

# ---- who came from an indicator came to the machine that wrote the log
export GENBA_CASE=$work/vpn.genba
"$genba" new vpn.genba --title "VPN" --kdf interactive --no-recovery 2>/dev/null
quiet add indicator type=ip value=203.0.113.66
quiet add asset hostname=VPN-01 timezone=Asia/Tokyo
printf 'timestamp,src_ip,method,url,status,bytes\n2014-09-25 13:05:09,203.0.113.66,POST,"https://vpn.test/login",403,9\n' >vpn.csv
quiet preserve vpn.csv --on R1-A1
sweep || fail "a log of an exit: $(cat err)"
quiet promote "o:$("$genba" observations artefact=hit --json 2>/dev/null | jq -r '.[0].id')" event
is "of the machine of the log" 'R1-A1 R1-E1' "$("$genba" show R1-V1 --json | jq -r '.[0] // . | "\(.assets[0]) \(.evidence[0])"')"
is "by the clock of that machine" 2014-09-25T04:05:09.0000000Z "$("$genba" show R1-V1 --json | jq -r '.[0] // . | .when')"

# ---- a row of a local clock whose zone nobody knows is no UTC, and becomes right once the zone is on record
quiet add asset hostname=GW-01
printf '2014-09-26T13:05:09 gw sshd[1]: Failed password for root from 203.0.113.66 port 22 ssh2\n' >auth.log
quiet preserve auth.log --on R1-A2
quiet triage R1-E2
sweep
row='select(.observation and .artefact == "hit")'
is "a row of no known zone" '2014-09-26T13:05:09.0000000 local' \
	"$(jq -r 'select(.kind == "hit" and .observation) | "\(.when) \(.clock)"' out)"
quiet set R1-A2 timezone=Asia/Tokyo
quiet promote "o:$("$genba" observations artefact=hit --json 2>/dev/null | jq -r ".[] | $row | .id" | head -1)" event
is "its zone told later" 2014-09-26T13:05:09.0000000+09:00 "$("$genba" show R1-V2 --json | jq -r '.[0] // . | .when')"
