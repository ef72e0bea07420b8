#!/usr/bin/env bash
# genba triage of ESE databases: resource usage, the web cache, background transfers; damaged ones are bounded, and the files before
# and behind them are read. TRIAGE_DAMAGED is how many of each kind (200: the campaign).
# ctest: slow
set -euo pipefail
genba=${GENBA:?path of the program}
make_ese=$(cd "$(dirname "$0")" && pwd)/make_ese.py
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-databases-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
is() { # is WHAT EXPECTED GOT
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}
mkdir -p C/Windows/System32/sru C/Users/tanaka/WebCache C/ProgramData
python3 "$make_ese" srum C/Windows/System32/sru/SRUDB.dat
python3 "$make_ese" webcache C/Users/tanaka/WebCache/WebCacheV01.dat
python3 "$make_ese" bits C/ProgramData/qmgr.db
"$genba" triage C --look --jsonl >out 2>err || fail "$(cat out err)"
is "usage" '\Device\HarddiskVolume2\ProgramData\rar.exe S-1-5-21-1-2-3-1001 700000000 0 2025-11-20T00:53:20.0000000Z' \
	"$(jq -r 'select(.artefact == "srum" and .offset == 0) | "\(.program) \(.sid) \(.bytes_sent) \(.bytes_received) \(.when)"' out)"
is "rows of usage" 4 "$(jq -r 'select(.artefact == "srum") | .id' out | sort -u | wc -l)"
is "a visit" 'https://files.example/up tanaka 2 History' \
	"$(jq -r 'select(.artefact == "browser" and .when) | "\(.url) \(.user) \(.access_count) \(.container)"' out)"
is "a transfer" 'http://cdn.example/upd.exe C:\ProgramData\upd.exe 4096' \
	"$(jq -r 'select(.artefact == "bits" and .table == "file") | "\(.url) \(.target) \(.size)"' out)"
is "and its job" 'update C:\ProgramData\upd.exe S-1-5-18' \
	"$(jq -r 'select(.artefact == "bits" and .table == "job") | "\(.job) \(.command) \(.sid)"' out)"
for rule in exfiltration.srum persistence.bits-command; do
	is "$rule" seen "$(jq -r --arg rule $rule 'select(.kind == "finding" and .rule == $rule) | .state' out)"
done

# nothing is said of a transfer none of whose texts can be read, but that it is there
mkdir torn
python3 "$make_ese" bits-torn torn/qmgr.db
"$genba" triage torn --look --jsonl >out 2>err || fail "$(cat out err)"
is "a torn transfer" 'file null null' "$(jq -r 'select(.artefact == "bits") | "\(.table) \(.target) \(.size)"' out)"

# flipped, cut, filled: what is left is read, and nothing ends the program
python3 - "${TRIAGE_DAMAGED:-6}" <<'P'
import os, random, sys
random.seed(19)
for path in ('C/Windows/System32/sru/SRUDB.dat', 'C/Users/tanaka/WebCache/WebCacheV01.dat', 'C/ProgramData/qmgr.db'):
    whole = open(path, 'rb').read()
    for i in range(int(sys.argv[1])):
        data = bytearray(whole)
        if i % 4 == 0:
            data = data[:random.randrange(8, len(data))]
        elif i % 4 == 1:
            for _ in range(random.randrange(1, 60)):
                data[random.randrange(len(data))] = random.randrange(256)
        elif i % 4 == 2:
            for _ in range(random.randrange(1, 20)):  # where something stands
                at = random.choice([k for k in range(0, len(data), 97) if any(data[k:k + 97])]) + random.randrange(97)
                data[at % len(data)] = random.choice((0, 1, 0x7f, 0x80, 0xff))
        else:
            at = random.randrange(len(data))
            data[at:at + 4096] = os.urandom(min(4096, len(data) - at))
        os.makedirs(f'd/{i}', exist_ok=True)
        open(f'd/{i}/' + os.path.basename(path), 'wb').write(data)
P
cp C/ProgramData/qmgr.db d/
status=0
"$genba" triage d --look --jsonl >out 2>err || status=$?
[ "$status" -le 1 ] || fail "status $status: $(tail -3 err)"
is "all were looked at" "$((3 * ${TRIAGE_DAMAGED:-6} + 1))" "$(jq -r 'select(.kind == "summary") | .files' out)"
is "the whole one among them" 2 "$(jq -r 'select(.artefact == "bits" and .path == "qmgr.db") | .id' out | wc -l)"
is "a problem has a place and a reason" true "$(jq -s 'map(select(.kind == "problem")) | length > 0 and all(.[]; .path != "" and .reason != "")' out)"
# what belongs to a file and is too large to be read beside it is told
python3 - <<'P'
import os, sqlite3
folder = 'b/Users/a/AppData/Local/Google/Chrome/User Data/Default'
os.makedirs(folder)
d = sqlite3.connect(folder + '/History')
d.executescript("""create table urls(id integer primary key, url text, title text, visit_count integer, typed_count integer, last_visit_time integer, hidden integer);
create table visits(id integer primary key, url integer, visit_time integer, from_visit integer, transition integer, segment_id integer, visit_duration integer);
insert into urls values (1, 'http://evil.test/', 't', 1, 0, 13061280000000000, 0); insert into visits values (1, 1, 13061280000000000, 0, 0, 0, 0);""")
d.close()
P
visits() { jq -r 'select(.url == "http://evil.test/") | .url' out | sort -u | wc -l; }
"$genba" triage b --look --jsonl >out 2>err || fail "a browser's database: $(cat out err)"
is "the visit without a -wal" 1 "$(visits)"
truncate -s 97M "b/Users/a/AppData/Local/Google/Chrome/User Data/Default/History-wal"
status=0
"$genba" triage b --look --jsonl >out 2>err || status=$?
is "with a -wal that is too large" "1 1" "$status $(visits)"
jq -r 'select(.kind == "problem") | .reason' out | grep -q 'the file -wal beside it could not be read, or is larger than 96 MiB' || fail "a large -wal: $(cat out)"
rm -r b
echo "databases: ok"
