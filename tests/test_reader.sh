#!/usr/bin/env bash
# A second reader, written from genba-case(5) alone, finds in a case file what genba finds: closed, and after a kill.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
reader=${GENBA_SOURCE:?source folder}/tests/read_case.py
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; clean_work' EXIT
export XDG_RUNTIME_DIR=$work GENBA_PASSPHRASE_FILE=$work/pass
echo 'correct horse' >pass
echo 'battery staple' >case-pass

python3 -c 'import sqlite3; sqlite3.Connection.deserialize' 2>/dev/null || { echo "SKIP: this Python cannot read a database from memory"; exit 77; }
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null
"$genba" new site.genba --title "Slow terminal" --kdf interactive --no-recovery --case-passphrase-file case-pass >/dev/null 2>&1
for i in $(seq 1 30); do echo "add asset hostname=HR-PC-$i status=suspected"; done >script
"$genba" -c site.genba script script >labels 2>/dev/null

same_labels() { # same_labels STATE: the reader finds the file in this state, and the labels that were told
	python3 "$reader" site.genba case-pass >records 2>state || fail "the reader: $(cat state)"
	grep -q "^state $1," state || fail "the file is not in state $1 but: $(cat state)"
	cut -d" " -f1 records >found
	while read -r label; do grep -qx "$label" found || fail "$label is missing"; done <labels
	grep -q '"hostname": *"HR-PC-7"' records || fail "no content"
}

[ "$(wc -l <labels)" = 30 ] || fail "not 30 labels"
same_labels 0

# killed in the middle: the last records are in the log only
mkfifo commands
"$genba" -c site.genba script - <commands >>labels 2>/dev/null &
pid=$!
exec 3>commands
for i in $(seq 31 60); do echo "add asset hostname=HR-PC-$i status=infected"; done >&3
deadline=$((SECONDS + 300))
until [ "$(wc -l <labels)" -ge 60 ]; do
	[ "$SECONDS" -lt "$deadline" ] || fail "the script did not get on"
done
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
pid=
exec 3>&-
[ -s site.genba-wal ] || fail "no log was left"
same_labels 1
"$genba" --read-only -c site.genba list asset --json >listed.json 2>/dev/null
[ "$(grep -o '"label"' listed.json | wc -l)" = "$(grep -c '^R1-A' found)" ] || fail "genba and the reader do not find the same"

# what it finds changed, it refuses
printf '\1' | dd of=site.genba-wal bs=1 seek=9000 conv=notrunc status=none
! python3 "$reader" site.genba case-pass >/dev/null 2>&1 || fail "the reader takes a damaged log"
for command in verify 'list asset'; do
	status=0
	# shellcheck disable=SC2086
	"$genba" -c site.genba $command >out 2>&1 || status=$?
	[ "$status" = 4 ] || fail "status $status instead of 4: $(cat out)"
	grep -q 'frame [0-9]* of the log' out || fail "the frame is not named: $(cat out)"
done
