#!/usr/bin/env bash
# Doors that each must be shut: a passphrase that is none, an identity that is not there, a damaged page behind any command,
# a limit of file sizes, numbers that overflow.
# ctest: slow
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_DATA_HOME=$work/home XDG_RUNTIME_DIR=$work/run GENBA_PASSPHRASE_FILE=$work/pass GENBA_CASE=$work/site.genba
mkdir -m 700 run
echo 'correct horse battery staple' >pass
printf '\nsecond line\n' >blank
bad=0

wrong() {
	printf 'FAIL: %s\n' "$*"
	bad=$((bad + 1))
}
refused() { # refused STATUS PATTERN COMMAND…
	local wanted=$1 pattern=$2 got=0
	shift 2
	"$@" >out 2>err </dev/null || got=$?
	[ "$got" = "$wanted" ] || wrong "'${*#"$genba"}': status $got, wanted $wanted: $(head -c 300 err)"
	[ -z "$pattern" ] || grep -Eq -- "$pattern" err || wrong "'${*#"$genba"}' says '$(head -c 300 err)', not /$pattern/"
}

# ---- an empty passphrase, at every door
refused 2 'empty passphrase' "$genba" key new --name One --mark R1 --kdf interactive --passphrase-file blank
"$genba" key new --name One --mark R1 --kdf interactive >/dev/null 2>&1
refused 2 'empty passphrase' "$genba" new other.genba --title x --case-passphrase-file blank --kdf interactive
[ ! -e other.genba ] || wrong "a refused 'new' left a file"
"$genba" new --title x --no-recovery --kdf interactive site.genba >/dev/null 2>&1
"$genba" note one >/dev/null
"$genba" add asset hostname=PC-1 >/dev/null
refused 2 'empty passphrase' "$genba" handover --for Counsel --out handed.genba --case-passphrase-file blank --kdf interactive
[ ! -e handed.genba ] || wrong "a refused handover left a file"
refused 2 'empty passphrase' "$genba" key slots add --passphrase --new-passphrase-file blank --kdf interactive
refused 2 'empty passphrase' "$genba" key passwd --new-passphrase-file blank --kdf interactive
[ "$("$genba" key slots | wc -l)" = 1 ] || wrong "a refused passphrase became a slot"
refused 3 'no slot opens' "$genba" list asset --passphrase-file blank

# ---- a weak one is taken, with the time that guessing takes; it opens however its letters were typed
printf 'a\n' >weak
printf 'caf\303\251\357\274\221\357\274\222 ladder orbit cactus\n' >nfc # full-width digits
printf 'cafe\314\20112 ladder orbit cactus\n' >nfd                        # ASCII digits
refused 0 'weak.*within about a second' "$genba" handover --for Counsel --out weak.genba --case-passphrase-file weak --kdf interactive
refused 0 'written and verified' "$genba" handover --for Counsel --out handed.genba --case-passphrase-file nfc --kdf interactive
grep -q weak err && wrong "a strong passphrase is called weak: $(cat err)"
for form in nfc nfd; do
	refused 0 "no identity" env XDG_DATA_HOME="$work/none" "$genba" -c handed.genba --passphrase-file $form list asset
	grep -q PC-1 out || wrong "the passphrase as $form does not show the case"
done
refused 3 'no slot opens' env XDG_DATA_HOME="$work/none" "$genba" -c handed.genba --passphrase-file weak list asset
"$genba" key slots add --passphrase --new-passphrase-file nfd --kdf interactive >/dev/null 2>&1 || wrong "slots add"
mkdir copies-here
for command in "backup copies-here" "purge R1-N1 --reason x" "key slots remove 1 --reason x"; do
	# shellcheck disable=SC2086
	refused 2 "'blank': an empty passphrase" "$genba" $command --case-passphrase-file blank
done
"$genba" backup copies-here --case-passphrase-file nfc --kdf interactive >/dev/null 2>err || wrong "backup: $(cat err)"
refused 2 "'blank': an empty passphrase" "$genba" backup copies-here --restore back.genba --case-passphrase-file blank
"$genba" key slots remove 1 --reason done >/dev/null 2>err || wrong "slots remove: $(cat err)"

# ---- no identity: nothing is asked that cannot fit
refused 3 "no identity in '$work/none.*--data" env -u GENBA_PASSPHRASE_FILE XDG_DATA_HOME="$work/none" "$genba" list asset

# ---- numbers that overflow
"$genba" add site name=Head terminals=9000000000000000000 servers=9000000000000000000 >/dev/null 2>&1 || true
"$genba" board >out || wrong "the board: $?"
! grep -q -- '-[0-9][0-9]* %' out || wrong "the board counts below zero: $(grep % out)"

# ---- the board bears the highest label of what it tells
head -n 1 out | grep -qF '[TLP:AMBER]' || wrong "the label of the board: $(head -n 1 out)"
red=$("$genba" add asset hostname=PC-RED status=infected tlp=RED)
"$genba" board | head -n 1 | grep -qF '[TLP:RED]' || wrong "a board with a machine that is RED: $("$genba" board | head -n 1)"
"$genba" retract "$red" --reason done >/dev/null

# ---- what is no file is refused at every door that opens one, at once
mkfifo fifo
for outside in fifo /dev/zero .; do
	while IFS= read -r words; do
		status=0
		# shellcheck disable=SC2086
		timeout 30 "$genba" ${words//@/$outside} >out 2>err </dev/null || status=$?
		case $status in 1 | 2 | 3 | 4) ;; *) wrong "'${words//@/$outside}': status $status: $(head -c 200 err)" ;; esac
	done <<-'END'
		-c @ board
		merge @
		merge --dry-run @
		import csv @
		import receipt @
		key import @
		key sign @
		key slots add @
		key slots add --passphrase --new-passphrase-file @
		handover --to @ --out never.genba
		handover --for Two --case-passphrase-file @ --out never.genba
		new never.genba --title x --recovery @
		new never.genba --title x --case-passphrase-file @
		list asset --passphrase-file @
		backup @ --restore never.genba
		salvage --header @ never.genba
		playbook check @
		sweep pass --list @
		script @
		preserve pass --hash @
		preserve pass --log @
	END
done
[ ! -e never.genba ] || wrong "a refused door left a file"
"$genba" list asset --passphrase-file <(cat pass) >out 2>err || wrong "a passphrase from a pipe that was passed: $(cat err)"
"$genba" import csv <(printf 'hostname\nPC-77\n') >out 2>err || wrong "a list from a pipe that was passed: $(cat err)"

# ---- a limit of file sizes is told
status=0
(ulimit -f 64; "$genba" export git repository >/dev/null 2>err; "$genba" export csv asset assets.csv >/dev/null 2>>err;
	head -c 200000 /dev/zero | "$genba" preserve - --as raw --to copies >/dev/null 2>>err) || status=$?
[ "$status" -lt 6 ] || wrong "a limit of file sizes ends genba with status $status"

# ---- a purge that cannot write the file anew says what is done, and the next opening finishes it
(
	export GENBA_CASE=$work/large.genba
	"$genba" new --title x --no-recovery --kdf interactive large.genba >/dev/null 2>&1
	for i in $(seq 100); do echo "note filling $i $(head -c 1500 /dev/urandom | base64 -w0)"; done >fill
	echo "note the word to be purged" >>fill
	"$genba" script fill >/dev/null 2>err || wrong "notes: $(cat err)"
	refused 1 'done: .*decision R1-D1 is on record; not done: the file was not written anew' \
		bash -c 'ulimit -f 300; exec "$@"' limited "$genba" purge R1-N101 --reason "pasted by mistake"
	refused 0 'purge R1-D1 was finished' "$genba" board
	refused 0 '' "$genba" board
	! grep -q finished err || wrong "a purge is finished twice"
	refused 0 '' "$genba" verify
	[ "$("$genba" list decision --json | jq length)" = 1 ] || wrong "a purge is on record twice"
	[ "$bad" = 0 ]
) || bad=$((bad + 1))

# ---- a damaged page, behind every command: 0 or 4, with the page named
cp site.genba whole.genba
pages=$((($(stat -c %s site.genba) - 24576) / 4096))
named=0
for page in $(seq 0 $((pages - 1))); do
	cp whole.genba site.genba
	printf 'x' | dd of=site.genba bs=1 seek=$((24576 + page * 4096 + 100)) conv=notrunc status=none
	for command in log "list note" "diff HEAD" board; do
		status=0
		# shellcheck disable=SC2086
		"$genba" --read-only $command >out 2>err || status=$?
		case $status in
		0) ;;
		4) if grep -q 'page [0-9]' err; then named=$((named + 1)); else wrong "page $((page + 1)), '$command' names no page: $(head -c 200 err)"; fi ;;
		*) wrong "page $((page + 1)), '$command': status $status: $(tail -1 err)" ;;
		esac
	done
done
[ "$named" -ge 8 ] || wrong "only $named times was a damaged page named"

[ "$bad" = 0 ] || exit 1
echo "doors: $pages pages damaged in turn, named $named times"
