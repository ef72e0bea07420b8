#!/usr/bin/env bash
# The command contract, as a script of somebody else relies on it: names, options before and behind, `--`, JSON, labels,
# statuses 0 to 5, and what bad input leaves behind: nothing.
# ctest: slow
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d)
holder=
trap '[ -z "$holder" ] || kill "$holder" 2>/dev/null; chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
export XDG_DATA_HOME=$work/home XDG_RUNTIME_DIR=$work/run GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
mkdir -m 700 run
printf 'correct horse battery staple\n' >pass
printf 'wrong\n' >wrong
bad=0

wrong() {
	printf 'FAIL: %s\n' "$*"
	bad=$((bad + 1))
}
is() { # is WHAT WANTED GOT
	[ "$2" = "$3" ] || wrong "$1: wanted '$2', got '$3'"
}
status() { # status WANTED PATTERN COMMAND…: exit status, and what standard error must say (extended regexp; "" nothing said)
	local wanted=$1 pattern=$2 got=0
	shift 2
	"$@" >out 2>err </dev/null || got=$?
	[ "$got" = "$wanted" ] || { wrong "'${*#"$genba"}': status $got, wanted $wanted: $(head -c 300 err)"; return 0; }
	[ -z "$pattern" ] || grep -Eq -- "$pattern" err || wrong "'${*#"$genba"}' says '$(head -c 300 err)', not /$pattern/"
	[ "$wanted" = 0 ] || [ ! -s out ] || [ "${allow_out:-}" ] || wrong "'${*#"$genba"}' failed, and printed $(head -c 100 out)"
}
commits() {
	"$genba" log --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'
}
json() { # json EXPRESSION: of the array `a` on standard input
	python3 -c "import json, sys
a = json.load(sys.stdin)
print($1)"
}

# ---- before there is anything
status 1 'key new' "$genba" new site.genba --title x
status 1 'no case file|genba new' "$genba" list asset
status 2 'which case' env -u GENBA_CASE "$genba" list asset
status 2 'no command' "$genba" frobnicate
status 2 'usage: genba key' "$genba" key
status 2 'allowed: en, ja' "$genba" --lang fr key
status 2 'mark' "$genba" key new --name "Responder One" --mark 1 --kdf interactive
status 0 '' "$genba" key new --name "Responder One" --mark R1 --kdf interactive
status 1 'not overwritten' "$genba" key new --name "Responder One" --mark R1 --kdf interactive
is "key export is one ssh-ed25519 line" "1 ssh-ed25519" "$("$genba" key export | awk 'END {print NR, $1}')"
status 2 'title' "$genba" new site.genba
status 2 'interactive' "$genba" new site.genba --title x --kdf cheap
status 2 'RED' "$genba" new site.genba --title x --tlp PINK
[ ! -e site.genba ] || wrong "a refused 'new' left a file"
status 0 '' "$genba" new --title "Slow terminal" --kdf interactive --tlp AMBER site.genba --party "Organisation A" --no-recovery
status 1 'not overwritten' "$genba" new site.genba --title y

# ---- options before and behind, --, joined words, labels
is "options behind" R1-A1 "$("$genba" add asset hostname=HR-PC-03 status=suspected)"
is "options before" R1-N1 "$("$genba" note --on R1-A1 two words)"
is "options behind" R1-N2 "$("$genba" note two words --on R1-A1)"
is "option with =" R1-N3 "$("$genba" note --on=R1-A1 two words)"
is "-- ends options" R1-N4 "$("$genba" note -- --on is a word here)"
is "global options behind" R1-N5 "$(env -u GENBA_PASSPHRASE_FILE "$genba" note x --passphrase-file pass)"
is "-c before" R1-N6 "$(env -u GENBA_CASE "$genba" -c site.genba note x)"
is "words are joined" "two words" "$("$genba" show R1-N1 --json | json "a[0]['text']")"
is "-- kept the words" "--on is a word here" "$("$genba" show R1-N4 --json | json "a[0]['text']")"
is "note - reads standard input" R1-N7 "$(printf 'from\nstdin\n' | "$genba" note -)"
is "standard input is kept" 'from\nstdin' "$("$genba" show R1-N7 --json | json "a[0]['text'].replace(chr(10), chr(92) + 'n')")"

# ---- --json: one array of flat objects, each with label and kind
printf 'Subject: x\n' >mail.eml
"$genba" preserve mail.eml --on R1-A1 >preserved
is "preserve prints label and digest" "R1-E1 $(sha256sum <mail.eml | cut -d' ' -f1)" "$(cat preserved)"
is "preserve is --as hash if nothing is said" hash "$("$genba" show R1-E1 --json | json "a[0]['form']")"
"$genba" add event title=first when=2014-12~ side=attacker >/dev/null
for command in "list asset" "list note" "show R1-A1" "find HR" "timeline" "board" "log" "play" "verify" "list responder" "list case"; do
	# shellcheck disable=SC2086
	"$genba" $command --json >out 2>err || wrong "$command --json: $(cat err)"
	json "all(isinstance(r, dict) and 'label' in r and 'kind' in r and not any(isinstance(v, dict) for v in r.values()) for r in a)" \
		<out >flat 2>&1 || true
	is "$command --json is an array of flat objects with label and kind" True "$(cat flat)"
done
is "an empty answer is an empty array" "[]" "$("$genba" list party --where name=nobody --json | json a)"
is "field names are the kinds'" HR-PC-03 "$("$genba" list asset --json | json "a[0]['hostname']")"
is "a record named twice" R1-A1 "$("$genba" set R1-A1,HR-PC-03,R1-A1 os=Debian)"

# ---- refused input changes nothing, names the field and lists what is allowed
before=$(commits)
allow_out=
status 2 'kinds: .*asset' "$genba" add nonsense title=x
status 2 'nosuchfield.*help asset' "$genba" add asset hostname=X nosuchfield=1
status 2 'status.*infected' "$genba" add asset hostname=X status=purple
status 2 'required: hostname' "$genba" add asset status=infected
status 2 'when' "$genba" add event title=x when=gestern side=attacker
status 2 'FIELD=VALUE' "$genba" add asset hostname
status 2 'KIND is missing: usage: genba add' "$genba" add
status 2 'R9-A9' "$genba" note --on R9-A9 x
status 1 'R1-A9' "$genba" set R1-A9 status=infected
status 2 'status.*infected' "$genba" set R1-A1 status=purple
status 2 'reason' "$genba" retract R1-N1
status 2 'an undo needs a reason' "$genba" undo
status 2 'unknown option --frobnicate' "$genba" note x --frobnicate
status 2 'unknown option --form: --as says which' "$genba" preserve x --form raw
"$genba" key export own.pub && "$genba" key export | cmp -s - own.pub || wrong "key export FILE does not write what key export prints"
status 1 'own.pub' "$genba" key export own.pub
for command in "log" "find HR" "observations"; do
	# shellcheck disable=SC2086
	for number in many -1 5x ''; do status 2 'a number is wanted' "$genba" $command --limit "$number"; done
done
status 1 "'nofield' is no field of finding" "$genba" findings nofield=1
status 2 "'-' is none" "$genba" export stix - --internal
status 2 "'-' is none" "$genba" report alert --internal --out -
[ ! -e - ] || wrong "a file of the name '-' was made"
status 2 '^genba: FILE is missing: usage: genba twin' "$genba" twin verify
status 2 'needs a value' "$genba" note x --on
status 2 'takes no value' "$genba" list asset --json=1
status 2 'kinds: ' "$genba" list nonsense
status 2 'filter' "$genba" list asset --where 'nosuchfield=1'
status 2 'time' "$genba" list asset --at nonsense
status 2 'hash, raw|allowed' "$genba" preserve mail.eml --as sculpture
status 2 'sha256' "$genba" preserve mail.eml --hash crc32
status 2 '^genba: usage: genba export' "$genba" export pigeon out
status 2 '^genba: usage: genba export' "$genba" export
status 2 '^genba: KIND is missing: usage' "$genba" export csv
status 2 '^genba: FILE is missing: usage' "$genba" export csv asset
status 2 '^genba: PATH is missing: usage' "$genba" preserve
status 2 '^genba: TEXT is missing: usage' "$genba" note
status 2 '^genba: WHO is missing: usage' "$genba" chain confirm
status 2 '^genba: RUN is missing: usage' "$genba" play pause
status 2 '^genba: SITE.genba is missing: usage' "$genba" desk open R1-Q1
status 2 '^genba: FIELD=VALUE is missing: usage' "$genba" set R1-A1
status 2 '^genba: usage: genba retract' "$genba" retract R1-A1 R1-A2
status 1 'no such|No such|cannot' "$genba" preserve "$work/absent"
status 2 '' "$genba" step frobnicate done
status 2 'isolate' "$genba" play nosuchplaybook
is "refused input made no action" "$before" "$(commits)"

# ---- retract, undo
status 0 '' "$genba" retract R1-N6 --reason "not needed"
is "a retracted record is not listed" 0 "$("$genba" list note --json | json "sum(r['label'] == 'R1-N6' for r in a)")"
is "but with --retracted" 1 "$("$genba" list note --retracted --json | json "sum(r['label'] == 'R1-N6' for r in a)")"
"$genba" list note --retracted | grep -q '^R1-N6  20.*: not needed  ' || wrong "a retracted row is not marked"
is "rows that are marked" 1 "$("$genba" list note --retracted | grep -c '^R1-N[0-9]*  20[0-9-]* .*: ')"
"$genba" list note --retracted --csv | grep -q '^label,retracted,retract_reason,' || wrong "CSV does not say what is retracted"
"$genba" list note --retracted --csv | grep -q '^R1-N6,20[^,]*,not needed,' || wrong "CSV does not mark a retracted row"
is "columns of CSV twice" "" "$("$genba" list note --retracted --csv | head -1 | tr -d '\r' | tr , '\n' | sort | uniq -d)"
is "JSON marks it" "not needed" "$("$genba" list note --retracted --json | json "[r for r in a if 'retracted' in r][0]['retract_reason']")"
status 0 "" "$genba" undo --reason "it is"
grep -q "^undone: retract R1-N6" out || wrong "undo does not say what it undid: $(cat out)"
is "undo brought it back" 1 "$("$genba" list note --json | json "sum(r['label'] == 'R1-N6' for r in a)")"
is "--at shows the past" suspected "$("$genba" set R1-A1 status=infected && "$genba" show R1-A1 --at "$("$genba" log --json | json "a[1]['id']")" --json | json "a[0]['status']")"

# ---- scripts: words as a shell splits them, comments, the line number, --keep-going, a label only once committed
cat >script <<'S'
# a comment
note "two words" and\ more  # behind a command too
note 'single # quoted'
S
is "a script prints labels, a line each" "R1-N8 R1-N9" "$("$genba" script script | tr '\n' ' ' | sed 's/ $//')"
is "words are split as a shell does" "two words and more" "$("$genba" show R1-N8 --json | json "a[0]['text']")"
is "# inside quotes is text" "single # quoted" "$("$genba" show R1-N9 --json | json "a[0]['text']")"
is "script - reads standard input" R1-N10 "$(printf 'note x\n' | "$genba" script -)"
printf 'note one\nset R1-A1 status=purple\nnote three\n' >script
got=0; "$genba" script script >out 2>err || got=$?
is "a failing line gives its status" 2 "$got"
grep -q 'line 2' err || wrong "a failing line is not named by number: $(cat err)"
is "and stops the script" R1-N11 "$(cat out)"
got=0; "$genba" script --keep-going script >out 2>err || got=$?
is "--keep-going goes on, with the first failure's status" "2 R1-N12 R1-N13" "$got $(tr '\n' ' ' <out | sed 's/ $//')"
grep -q 'line 2' err || wrong "--keep-going does not name the line: $(cat err)"
printf 'note "unclosed\n' >script
status 2 'line 1' "$genba" script script
printf 'key show\n' >script
status 2 'line 1.*session' "$genba" script script
got=0; "$genba" note "to a full device" >/dev/full 2>err || got=$?
[ "$got" = 1 ] || wrong "standard output that is full: status $got: $(cat err)"

# ---- playbooks
mkdir -p home/genba/playbooks
printf 'type: playbook\nname: broken\nworkflow:\n  a: {type: nonsense}\n' >broken.yaml
allow_out=1
status 1 '^([^:]*: )?[^:]*broken.yaml:[0-9]+:[0-9]+: ' "$genba" playbook check broken.yaml
status 1 'broken.yaml:[0-9]+:[0-9]+: ' "$genba" play ./broken.yaml
allow_out=
for name in isolate preserve investigate; do
	status 0 '' "$genba" playbook check "$name"
done
is "play prints the run's label first" R1-J1 "$("$genba" play isolate --on R1-A1 2>/dev/null | head -1)"
allow_out=1
status 2 'reason' "$genba" step skip
allow_out=

# ---- unlocking
status 3 'passphrase' "$genba" --passphrase-file wrong list asset
status 3 'passphrase' env XDG_DATA_HOME="$work/other" "$genba" list asset
status 3 'passphrase' "$genba" --passphrase-file wrong key passwd --new-passphrase-file pass
status 1 'absent' "$genba" --passphrase-file absent list asset
: >empty
status 3 '' "$genba" --passphrase-file empty list asset
if env -u GENBA_PASSPHRASE_FILE setsid "$genba" list asset >out 2>err </dev/null; then wrong "without a terminal and a file it opened"; fi

# ---- what is no case
mkdir folder.genba
status 1 'directory' "$genba" -c folder.genba list asset
printf 'not a case\n' >no.genba
status 1 'not a case' "$genba" -c no.genba list asset
: >empty.genba
status 1 'empty|not a case' "$genba" -c empty.genba list asset
status 1 'no case file' "$genba" -c absent.genba list asset
for size in 10 5000 20000 60000; do
	head -c $size site.genba >cut.genba
	got=0; "$genba" -c cut.genba list asset >/dev/null 2>err || got=$?
	case $got in 1 | 4) ;; *) wrong "cut to $size bytes: status $got: $(cat err)" ;; esac
	grep -Eq 'truncated|not a case|damaged' err || wrong "cut to $size bytes: $(cat err)"
done
cp site.genba flipped.genba
python3 - flipped.genba <<'P'
import os, sys
with open(sys.argv[1], 'r+b') as f:
    at = os.path.getsize(sys.argv[1]) - 6000
    f.seek(at); byte = f.read(1)[0]; f.seek(at); f.write(bytes([byte ^ 1]))
P
allow_out=1
got=0; "$genba" -c flipped.genba verify >out 2>err || got=$?
is "a flipped bit is found" 4 "$got"
grep -Eqi 'page|damage' out err || wrong "the damage is not named: $(cat out err)"
allow_out=

# ---- a reader that has seen enough is no fault to speak of
"$genba" help 2>said | true || true
for _ in 1 2 3; do "$genba" list event 2>>said | head -c 1 >/dev/null || true; done
[ ! -s said ] || wrong "a closed pipe is told: $(cat said)"

# ---- read only, and open elsewhere
status 1 'reading only|read-only' "$genba" --read-only note x
status 1 'copy the case to where it can be written' "$genba" --read-only export stix read-only.json --internal
status 0 '' "$genba" --read-only list asset
mkfifo hold
(exec 9<>hold; exec "$genba" script - <&9 >held 2>&1) &
holder=$!
exec 8>hold
printf 'note holding\n' >&8
for _ in $(seq 6000); do [ -s held ] && break; sleep 0.05; done
[ -s held ] || wrong "the script session did not start: $(cat held)"
status 5 'open elsewhere' "$genba" -c site.genba list asset
exec 8>&-
kill -9 "$holder"
wait "$holder" 2>/dev/null || true
holder=
status 0 '' "$genba" list note --json
grep -q holding out || wrong "what a killed session had printed a label for is lost"
status 0 'not on record' "$genba" verify --evidence
status 0 'not on record' "$genba" verify R1-E1
status 0 '' "$genba" verify R1-E1 --record
! grep -q 'not on record' err || wrong "what was put on record is said not to be: $(cat err)"

# ---- evidence that is gone or was changed
printf 'Subject: y\n' >mail.eml
allow_out=1
status 4 '' "$genba" verify --evidence
grep -q R1-E1 out || wrong "the changed evidence is not named: $(cat out)"
rm mail.eml
got=0; "$genba" verify --evidence >out 2>err || got=$?
grep -q R1-E1 out err || wrong "the missing evidence is not named: $(cat out err)"

# ---- what the rules say of several that are set at once, each by its label
label1=$("$genba" add asset hostname=W-1 2>err)
label2=$("$genba" add asset hostname=W-2 2>err)
allow_out=1
status 0 "^$label2: isolated, but not how" "$genba" set "$label1,$label2" containment=isolated
grep -q "^$label1: isolated, but not how" err || wrong "nothing is said of the first that was set: $(cat err)"
status 0 "^$label2: isolated, but not how" "$genba" set asset --where 'hostname~W-' department=x

"$genba" --version | grep -Eq '^genba [0-9]' || wrong "--version"
[ $bad = 0 ] && echo "contract: kept"
exit $((bad > 0))
