#!/usr/bin/env bash
# A full disk, a medium that can only be read, a case that is open already, a file of a later version: each is refused in
# words and by its status, and nothing is half written. Mounting needs root; without it those two parts are left out.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
pid=
mounted=
clean_up() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || true
	[ -z "$mounted" ] || umount "$work/medium" 2>/dev/null || true
	clean_work
}
trap clean_up EXIT
export XDG_RUNTIME_DIR=$work GENBA_PASSPHRASE_FILE=$work/pass
echo 'correct horse' >pass
mkdir medium

status_of() { # status_of COMMAND…: its status in $status, what it said in the files out and log
	status=0
	"$@" >out 2>log </dev/null || status=$?
}
expect() { # expect STATUS WORDS COMMAND…
	local wanted=$1 words=$2
	shift 2
	status_of "$@"
	[ "$status" = "$wanted" ] || fail "status $status instead of $wanted: $*: $(cat out log)"
	grep -qi -e "$words" out log || fail "'$words' is not in: $(cat out log)"
}

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null
mount -t tmpfs -o size=3m tmpfs medium 2>/dev/null && mounted=1 || echo "no mount: without a full and a read-only medium"
case=$work/medium/site.genba
"$genba" new "$case" --title "Slow terminal" --kdf interactive --no-recovery >/dev/null 2>&1

if [ -n "$mounted" ]; then
	# records until there is no room left; what was told to be done is there, and nothing else
	for i in $(seq 1 3000); do echo "add asset hostname=HR-PC-$i status=suspected"; done >script
	expect 1 "full" "$genba" -c "$case" script script
	grep '^R1-A' out >labels
	[ "$(wc -l <labels)" -gt 30 ] || fail "it was full too early: $(wc -l <labels)"
	[ "$(wc -l <labels)" -lt 3000 ] || fail "it was never full"
	rm -f filler
	mount -o remount,size=24m medium
	expect 0 "nothing wrong" "$genba" -c "$case" verify
	"$genba" -c "$case" list asset --json >listed.json 2>/dev/null
	[ "$(grep -o '"hostname"' listed.json | wc -l)" = "$(wc -l <labels)" ] || fail "told $(wc -l <labels), found $(grep -o '"hostname"' listed.json | wc -l)"
	expect 0 "R1-N1" "$genba" -c "$case" note "there is room again"

	# a medium that can only be read
	sha256sum "$case" >before
	mount -o remount,ro medium
	expect 1 "only be read\|Read-only\|read-only" "$genba" -c "$case" note "no"
	expect 0 "HR-PC-7" "$genba" --read-only -c "$case" list asset
	expect 0 "nothing wrong" "$genba" --read-only -c "$case" verify
	mount -o remount,rw medium
	sha256sum --quiet -c before || fail "the file was changed"
	[ ! -e "$case-wal" ] || fail "a log was left"
fi

# open already
mkfifo commands
"$genba" -c "$case" script - <commands >held 2>&1 &
pid=$!
exec 3>commands
echo 'note "the first holds it"' >&3
deadline=$((SECONDS + 300))
until grep -q '^R1-N' held; do [ "$SECONDS" -lt "$deadline" ] || fail "the script does not begin: $(cat held)"; done
expect 5 "open elsewhere" "$genba" -c "$case" list note
expect 5 "open elsewhere" "$genba" --read-only -c "$case" list note
exec 3>&-
wait "$pid" || fail "the first did not end well: $(cat held)"
pid=
expect 0 "the first holds it" "$genba" -c "$case" list note

# a later version of the format
python3 - "$case" <<'PYTHON'
import hashlib, sys
with open(sys.argv[1], "r+b") as f:
    for at in (0, 8192):
        f.seek(at)
        header = bytearray(f.read(8192))
        header[8:10] = b"\0\2"
        header[8160:] = hashlib.blake2b(header[:8160], digest_size=32).digest()
        f.seek(at)
        f.write(header)
PYTHON
expect 1 "later version" "$genba" -c "$case" list note
expect 1 "later version" "$genba" --read-only -c "$case" verify
