#!/usr/bin/env bash
# What goes out and comes in: exports of the practice case and of a case full of hostile texts, judged by tests/exchange_check.py;
# round trips that differ only where a loss statement says so; the statuses of the contract. EXCHANGE_SCHEMAS=folder judges by the
# official schemas too: `cmake --build build --target exchange-check`.
# Usage: GENBA=program GENBA_SOURCE=folder tests/test_exchange.sh
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
source=${GENBA_SOURCE:?source folder}
command -v ssh-keygen >/dev/null || { echo "SKIP: ssh-keygen is not installed"; exit 77; }
echo practice >pass
export GENBA_PASSPHRASE_FILE=$work/pass LC_ALL=C.UTF-8
unset GENBA_CASE

status() { # WANTED COMMAND…
	local wanted=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = "$wanted" ] || fail "$*: status $got, not $wanted: $(cat err)"
}
exports() { # FOLDER
	mkdir "$1"
	for format in stix misp attackflow case; do
		"$genba" export $format "$1/$format.json" --internal --loss "$1/$format.loss" >/dev/null 2>err || fail "$1 $format: $(cat err)"
	done
	"$genba" export timesketch "$1/timesketch.csv" --internal >/dev/null 2>&1 || fail "timesketch"
	"$genba" export timesketch "$1/timesketch.jsonl" --internal >/dev/null 2>&1 || fail "timesketch"
	"$genba" export iris "$1/iris" --internal >/dev/null 2>err || fail "iris: $(cat err)"
}

# ---- the practice case

"$genba" demo --dir demo </dev/null >/dev/null 2>err || fail "demo: $(cat err)"
export GENBA_DATA=$work/demo GENBA_CASE=$work/demo/practice.genba
exports practice
to=$("$genba" add party name=Partner type=organisation)
decision=$("$genba" add decision title=Share choice=yes reason=others by="$to" when=2026-11-23)
gate=(--to "$to" --tlp AMBER --approved-by "$decision")
"$genba" twin practice/twin.json "${gate[@]}" >release 2>err || fail "twin: $(cat err)"
python3 "$source/tests/exchange_check.py" practice ${EXCHANGE_SCHEMAS:+"$EXCHANGE_SCHEMAS"} >seen || fail "the practice case: $(cat seen)"
cat seen
# with pseudonyms too: ids follow from what stands there, not from the names that stay
cp -r practice redacted
rm redacted/stix.json redacted/misp.json
for format in stix misp; do
	"$genba" export $format redacted/$format.json "${gate[@]}" --redacted >/dev/null 2>err || fail "$format with pseudonyms: $(cat err)"
done
python3 "$source/tests/exchange_check.py" redacted >seen || fail "the practice case with pseudonyms: $(cat seen)"

# ---- the twin, from outside

status 0 env -u GENBA_CASE "$genba" twin verify practice/twin.json
status 0 "$genba" twin verify practice/twin.json --against "$GENBA_CASE"
sed '0,/"salt":"[0-9a-f]/s//"salt":"x/' practice/twin.json >altered.json
got=0
"$genba" twin verify altered.json >/dev/null 2>&1 || got=$?
[ $got -ne 0 ] || fail "an altered twin is believed"
sed 's/"time":"2/"time":"1/' practice/twin.json >altered.json
status 4 "$genba" twin verify altered.json
"$genba" twin disclose "$(cat release)" R1-A1 hostname status >fields.json
"$genba" twin disclose "$(cat release)" R1-A1 hostname status --out fields.out 2>/dev/null
cmp fields.json fields.out # the workbench has no `>`
status 0 "$genba" twin verify practice/twin.json --disclosed fields.json
sed -i 's/infected/clean!!!/' fields.json
status 4 "$genba" twin verify practice/twin.json --disclosed fields.json

# ---- the contract of the gate

status 2 "$genba" export stix x.json
status 2 "$genba" export stix x.json --to "$to" --tlp RED --approved-by "$decision"
proposed=$("$genba" add decision title=Later choice=? reason=? by="$to" when=2026 status=proposed)
status 1 "$genba" export stix x.json --to "$to" --tlp AMBER --approved-by "$proposed"
status 1 "$genba" report incident --to "$to" --tlp AMBER --approved-by "$proposed" --out x.html
status 1 "$genba" twin x.twin --to "$to" --tlp AMBER --approved-by "$proposed"
status 2 "$genba" report incident --out x.html
status 2 "$genba" report weekly --internal --out x.html
if [ -e x.json ] || [ -e x.html ] || [ -e x.twin ]; then fail "what was refused made a file"; fi
status 0 "$genba" export stix x.json "${gate[@]}" --dry-run
[ ! -e x.json ] || fail "a dry run made a file"
"$genba" list release --json | python3 -c '
import json, sys
releases = json.load(sys.stdin)
assert len(releases) >= 9, len(releases)
for r in releases:
    assert r["kind"] == "release" and len(r["sha256"]) == 64 and r["records"] >= 0 and "left_out" in r and r["file"], r
assert any(r["format"] == "twin" and r["to"] and r["approved_by"] for r in releases)
' || fail "list release"
sha256sum practice/stix.json | cut -c1-64 | grep -qf - <("$genba" list release --json) || fail "the digest on record is another"

# a disk that fills leaves no half file
if mkdir full && mount -t tmpfs -o size=8k none full 2>/dev/null; then
	got=0
	"$genba" export stix full/x.json --internal >/dev/null 2>&1 || got=$?
	left=$(ls full)
	umount full
	if [ $got != 1 ] || [ -n "$left" ]; then fail "a full disk: status $got, $left"; fi
fi

# what is asked for is what leaves, also for those who hold the case
for who in "--internal" "${gate[*]} --redacted"; do
	# shellcheck disable=SC2086
	status 0 "$genba" export stix asked.json $who --where kind=event
	python3 -c '
import json
types = {o["type"] for o in json.load(open("asked.json"))["objects"]}
assert "note" in types and types <= {"note", "report", "marking-definition"}, types' || fail "--where $who"
	rm asked.json
done

# what a killed export left is gone after the next one to the same place; a stranger's file is not
(umask 077 && touch again.json.new-0123abcd again.json.new-mine)
status 0 "$genba" export stix again.json --internal
if [ -e again.json.new-0123abcd ] || [ ! -e again.json.new-mine ]; then fail "what is left: $(ls again.json*)"; fi
rm again.json*

# neither does a limit of the size of files, whoever is stopped by it: no half file, and no release on record
releases() { "$genba" list release --json | grep -c '"format"' || true; }
before=$(releases)
for what in "export stix" "export misp" "export case" "export attackflow" "report incident --out" "twin"; do
	case $what in
	twin) arguments=("${gate[@]}") ;;
	*) arguments=(--internal) ;;
	esac
	got=0
	# shellcheck disable=SC2086
	(ulimit -f 2 && "$genba" $what limited.out "${arguments[@]}" >/dev/null 2>err) || got=$?
	left=$(find . -maxdepth 1 -name 'limited.out*')
	if [ $got != 1 ] || [ -n "$left" ]; then fail "$what with no room: status $got, $left: $(cat err)"; fi
done
got=0
(ulimit -f 1 && "$genba" export iris limited --internal >/dev/null 2>err) || got=$?
if [ $got != 1 ] || [ -e limited ]; then fail "iris with no room: status $got: $(cat err)"; fi
[ "$(releases)" = "$before" ] || fail "what did not leave is on record"
# what is taken in is on record whole, or not at all
python3 -c '
print("message,datetime,timestamp_desc")
for i in range(4000):
    print(f"row {i} of a long list,2026-11-23T05:{i // 60 % 60:02}:{i % 60:02}+00:00,Event")' >long.csv
"$genba" list event --json >there
size=$(($(stat -c %s "$GENBA_CASE") / 1024))
got=0
(ulimit -f $((size + 64)) && "$genba" import timesketch long.csv --as records >/dev/null 2>err) || got=$?
[ $got = 1 ] || fail "import with no room: status $got: $(cat err)"
status 0 "$genba" verify
"$genba" list event --json | cmp - there || fail "a part of what was taken in is on record"

# ---- a case of hostile texts, and the way back

unset GENBA_DATA GENBA_CASE
export GENBA_CASE=$work/hostile.genba
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new "$GENBA_CASE" --title '</script>=cmd' >/dev/null 2>&1
"$genba" script - <<'S' >/dev/null || fail "the hostile case"
add asset "hostname==cmd|' /C calc'!A0" status=infected
add asset "hostname=HOST\u2028TWO" status=suspected
add party "name=O'Brien \\ Söhne" type=organisation
add indicator type=domain value=evil.example role=c2 shareable=approved
add indicator type=file_path "value=C:\\Users\\x\\it's.exe"
add indicator type=url "value=http://evil.example/a'b?c=d"
add indicator type=mutex "value=Global\\{=1+1}"
add indicator type=sha256 value=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
add indicator type=task value=Updater
add event "title=@SUM(1+1) </script><script>alert(1)</script>" side=attacker when=2026-11-23T14:05:09+09:00 assets=R1-A1
add event "title=Second" side=attacker when=2026-11
add flow from=R1-I1 to=R1-A1 type=c2 event=R1-V1
add flow from=R1-A1 to=R1-A2 type=lateral event=R1-V2
add measure "title=-1+1" track=provisional status=done done_at=2026-11-24
note --stance fact "line one, “quoted”"
add mail "subject=+49 請求書" from_addr=a@evil.example when=2026-11-22T10:00:00+09:00 "to=総務 <b@corp.example>, c@corp.example" message_id=<1@x>
add mail "subject=+49 請求書" from_addr=a@evil.example when=2026-11-22T10:05:00+09:00 count=7
S
exports hostile
cp practice/twin.json hostile/twin.json
python3 "$source/tests/exchange_check.py" hostile ${EXCHANGE_SCHEMAS:+"$EXCHANGE_SCHEMAS"} >seen || fail "the hostile case: $(cat seen)"

# a mail is an email-message with its addresses, and was observed; what refers to it leads there
python3 - <<'P' || fail "mails in STIX"
import json
objects = {o['id']: o for o in json.load(open('hostile/stix.json'))['objects']}
mails = [o for o in objects.values() if o['type'] == 'email-message']
seen = [o for o in objects.values() if o['type'] == 'observed-data']
assert len(mails) == 1 and len(seen) == 2, (mails, seen)  # two mails of one sender and subject
assert objects[mails[0]['from_ref']]['value'] == 'a@evil.example'
assert sorted(objects[i]['value'] for i in mails[0]['to_refs']) == ['b@corp.example', 'c@corp.example'], mails
assert all(mails[0]['id'] in o['object_refs'] for o in seen)
assert sorted(o['number_observed'] for o in seen) == [1, 7]
report, = [o for o in objects.values() if o['type'] == 'report']
assert set(report['object_refs']) == {i for i in objects if not i.startswith(('report', 'marking-definition'))}
lost = json.load(open('hostile/stix.loss'))
assert any(l['what'] == 'field' and l['field'] == 'message_id' for l in lost), lost
P

# the same again: every id is what it was
"$genba" export stix again.json --internal >/dev/null 2>&1
"$genba" export misp again-misp.json --internal >/dev/null 2>&1
python3 - <<'P' || fail "a second export has other ids"
import json
ids = lambda name: sorted(o['id'] for o in json.load(open(name))['objects'] if o['type'] != 'bundle')
assert ids('hostile/stix.json') == ids('again.json')
uuids = lambda name: sorted(a['uuid'] for o in [json.load(open(name))['Event']] for a in o['Attribute'] + o['Object'])
assert uuids('hostile/misp.json') == uuids('again-misp.json')
P

# into an empty case and back: what differs is named in one of the two loss statements
for format in stix misp; do
	export GENBA_CASE=$work/$format.genba
	"$genba" new "$GENBA_CASE" --title Partner >/dev/null 2>&1
	"$genba" import $format hostile/$format.json --loss $format.in --json >imported 2>err || fail "import $format: $(cat err)"
	"$genba" list indicator --json >there
	GENBA_CASE=$work/hostile.genba "$genba" list indicator --json >here
	python3 - $format <<'P' || fail "the way back of $format"
import json, sys
format = sys.argv[1]
said = json.load(open('imported'))
assert said[0]['items'] == said[0]['taken'] + said[0]['named'], said[0]
lost = json.load(open(f'hostile/{format}.loss'))
also = json.load(open(f'{format}.in'))
gone = {l['label'] for l in lost if l['what'] == 'record'}
fields = {l['field'] for l in lost + also if l['what'] == 'field'}
there = {(r['type'], r['value']): r for r in json.load(open('there'))}
always = {'label', 'id', 'author', 'entered', 'modified', 'shareable', 'tlp', 'origin', 'action', 'swept', 'do_not_query'}
for r in json.load(open('here')):
    if r['label'] in gone:
        continue
    other = there.get((r['type'], r['value']))
    assert other, f"{r['label']} {r['value']} did not come back, and nothing says so"
    for name, value in r.items():
        if name not in always and name not in fields and value != 'unknown':
            assert other.get(name) == value, (r['label'], name, value, other.get(name))
P
done
status 1 "$genba" import misp hostile/misp.json
status 2 "$genba" import stix hostile/stix.json --as observations
status 1 "$genba" import stix hostile/timesketch.csv
status 0 "$genba" import timesketch hostile/timesketch.csv --json
status 0 "$genba" import timesketch hostile/timesketch.jsonl --as records
status 0 "$genba" import iris hostile/iris/iocs.csv --again
status 0 "$genba" verify
echo "exchange: exports are what their formats say, and come back"
