#!/usr/bin/env bash
# ctest: slow
# Sources that are not what one would wish, through the command line: what cannot be read is named, nothing is skipped in
# silence, and status and record say whether the evidence is complete. Parts that need root (mounts, loop devices) are
# left out without it, and that is said.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
loop=
clean() {
	umount "$work/mnt" 2>/dev/null || true
	[ -z "$loop" ] || losetup -d "$loop" 2>/dev/null || true
	clean_work
}
trap clean EXIT
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
complete() { # complete LABEL WANTED [WORDS]: what the record says
	is "$1 complete" "$2" "$(field "$1" complete)"
	[ -z "${3:-}" ] || grep -q -e "$3" <<<"$(field "$1" unread)" || fail "$1 has not '$3' on record: $(field "$1" unread)"
}
records() { "$genba" list evidence --json | grep -c '"label"' || true; }
left_out=

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null
"$genba" new site.genba --title "Bad sources" --kdf interactive --no-recovery 2>/dev/null

# --- several paths, of which one cannot be had: the others are preserved, it is named, and the status says so
echo a >a
echo b >b
mkfifo fifo
expect 1 "cannot open 'absent'" "$genba" preserve a absent fifo b
is "labels of what could be had" "R1-E1 R1-E2" "$(cut -d' ' -f1 out | tr '\n' ' ' | sed 's/ $//')"
grep -q "'fifo' is neither a file nor a block device" err || fail "the FIFO is not named: $(cat err)"
grep -q '2 of 4 could not be preserved' err || fail "what could not be preserved is not counted: $(cat err)"
expect 1 "neither a file" "$genba" preserve fifo
expect 1 "neither a file" "$genba" preserve /dev/null
is "records" 2 "$(records)"

# --- a folder with everything in it that can go wrong
mkdir -p tree/sub/deep
mkfifo tree/fifo
python3 - <<'P'
import os, socket
os.chdir(b"tree")
for name in (b"new\nline", b"\xff\xfe invalid", b"esc\x1b[31m", b"%41", b"-dash", b" ", b"tab\there"):
    open(name, "wb").write(name)
os.symlink(b".", b"link-to-itself")
os.symlink(b"/nowhere\n", b"dangling")
socket.socket(socket.AF_UNIX).bind(b"socket")
P
truncate -s 3M tree/sparse
echo deep >tree/sub/deep/file
expect 0 "" "$genba" preserve tree --as raw --to copies
tree=$(label)
complete "$tree" complete
expect 0 "" "$genba" verify --evidence
(cd tree && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | LC_ALL=C sort >sums.tool
"$genba" show "$tree" --sha256sums | LC_ALL=C sort >sums.genba
cmp sums.tool sums.genba || fail "digests differ from sha256sum's: $(diff sums.tool sums.genba | head -4)"
# a FIFO and a socket hold no bytes, and are in the manifest; every file is in the copy, names as they were
diff <(cd tree && find . -type f -o -type l | LC_ALL=C sort | od -c) <(cd copies/tree && find . -type f -o -type l | LC_ALL=C sort | od -c) >/dev/null ||
	fail "the copy's names differ"
while IFS= read -r -d '' file; do cmp "tree/$file" "copies/tree/$file" || fail "the copy of '$file' differs"; done < <(cd tree && find . -type f -print0)

# --- names of single files
for name in $'new\nline' $'\xff\xfe invalid' $'esc\e[31m'; do
	expect 0 "" "$genba" preserve "tree/$name" --as raw --to names
	is "digest of a hostile name" "$(sha256sum <"tree/$name" | cut -d' ' -f1)" "$(tail -1 out | cut -d' ' -f2)"
	cmp "tree/$name" "names/$name" || fail "the copy of a hostile name"
	expect 0 "" "$genba" extract "$(label)" "extracted $(label)"
done
if "$genba" list evidence | grep -q $'\e'; then fail "an escape sequence of a file name reaches the terminal"; fi

# --- permission denied in the middle, as an ordinary user
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	mkdir -m 755 nobody
	chmod 755 .
	cp -r tree/sub nobody/tree
	for i in 1 2 3 4; do echo "$i" >"nobody/tree/f$i"; done
	chmod 0 nobody/tree/f2 nobody/tree/deep
	cp pass nobody/pass
	as_nobody() {
		(cd nobody && XDG_DATA_HOME=$PWD/home GENBA_CASE=$PWD/site.genba GENBA_PASSPHRASE_FILE=$PWD/pass \
			setpriv --reuid 65534 --regid 65534 --clear-groups "$@")
	}
	chown -R 65534:65534 nobody
	chown 0:0 nobody/tree/f2 nobody/tree/deep
	as_nobody "$genba" key new --name "Responder Two" --mark R2 --kdf interactive >/dev/null
	as_nobody "$genba" new site.genba --title "Denied" --kdf interactive --no-recovery 2>/dev/null
	for form in hash raw; do
		expect 1 "f2.*Permission denied" as_nobody "$genba" preserve tree --as "$form" --to "copies-$form"
		grep -q 'deep.*Permission denied' err || fail "the folder is not named: $(cat err)"
		got=$(as_nobody "$genba" show "$(label)" --json)
		grep -q '"complete": "partial"' <<<"$got" || fail "denied files, and not on record as partial: $got"
		grep -q 'f2' <<<"$got" || fail "the denied file is not on record: $got"
	done
	is "what could be read was copied" "1 3 4" "$(cat nobody/copies-raw/tree/f[134] | tr '\n' ' ' | sed 's/ $//')"
	expect 1 "Permission denied" as_nobody "$genba" preserve tree/f2
	expect 1 "Permission denied" as_nobody "$genba" preserve tree/deep
else
	left_out="$left_out an ordinary user's permissions;"
fi

# --- mounts: a folder that contains itself; a device that is written to
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	mkdir -p around/inner/again
	echo x >around/file
	# shellcheck disable=SC2016
	expect 1 "a loop" unshare -m sh -c 'mount --bind around around/inner/again && exec "$0" preserve around' "$genba"
	complete "$(label)" partial "a loop"
	grep -q 'inner/again' err || fail "the place of the loop is not named: $(cat err)"
else
	left_out="$left_out a loop by mounts;"
fi
truncate -s 8M disk
mkfs.ext4 -q disk 2>/dev/null || true
if [ "$(id -u)" = 0 ] && loop=$(losetup -f --show disk 2>/dev/null) && mkdir mnt && mount "$loop" mnt 2>/dev/null; then
	before=$(records)
	expect 2 "mounted writable on .*--reason" "$genba" preserve "$loop"
	expect 2 "mounted writable" "$genba" preserve disk # and the file behind it
	is "nothing is on record" "$before" "$(records)"
	"$genba" preserve "$loop" --reason "the server must not stand still" >out 2>err || true # it may change meanwhile
	is "the reason is on record" "the server must not stand still" "$(field "$(label)" changes)"
	grep -q 'mounted writable' <<<"$(field "$(label)" unread)" || fail "that it was mounted is not on record"
	mount -o remount,ro mnt
	expect 0 "" "$genba" preserve "$loop"
	umount mnt
	expect 0 "" "$genba" preserve "$loop"
	is "digest of the device" "$(sha256sum <"$loop" | cut -d' ' -f1)" "$(cut -d' ' -f2 out)"
else
	left_out="$left_out a mounted device;"
fi

# --- a source that is written to while it is read: as far as it reached when it was opened
head -c 64M /dev/urandom >log
(for ((i = 0; i < 100000; i++)); do echo "a line of a busy log" || exit; done >>log) &
writer=$!
"$genba" preserve log --as raw --to grown >out 2>err && fail "a growing file is told to be complete"
kill $writer 2>/dev/null || true
wait $writer 2>/dev/null || true
complete "$(label)" partial "while it was read"
{ cmp grown/log log 2>&1 || true; } | grep -q 'EOF on grown/log' || fail "the copy of a growing file is not its beginning"

# --- holes: a terabyte is begun, seen, stopped and gone on with; a gigabyte is hashed and copied without taking its room
if truncate -s 1T huge 2>/dev/null; then
	before=0
	for _ in 1 2; do
		setsid "$genba" preserve huge --as raw --to holes >out 2>err </dev/null &
		pid=$!
		deadline=$((SECONDS + 300))
		until { read -r written _ < <(stat -c '%s' holes/huge.part 2>/dev/null) && [ "${written:-0}" -gt $((before + 50000000)) ]; } ||
			! kill -0 $pid 2>/dev/null || [ $SECONDS -ge $deadline ]; do :; done
		kill -INT $pid 2>/dev/null || fail "a terabyte of holes was through: $(cat out err)"
		got=0
		wait $pid || got=$?
		[ "$got" = 1 ] || fail "a terabyte, stopped: status $got: $(cat out err)"
		complete "$(label)" interrupted
		before=$(stat -c %s holes/huge.part)
	done
	grep -q 'gone on at' <<<"$(field "$(label)" interruptions)" || fail "a terabyte was not gone on with: $(cat out err)"
	[ "$(du -m holes/huge.part | cut -f1)" -lt 16 ] || fail "the copy of a terabyte of holes takes $(du -m holes/huge.part)"
	rm holes/huge.part
else
	left_out="$left_out a terabyte (the file system has no room for its number);"
fi
truncate -s 1G sparse
printf 'at the front' | dd of=sparse conv=notrunc status=none
printf 'in the midst' | dd of=sparse conv=notrunc status=none bs=1 seek=700000003
expect 0 "" "$genba" preserve sparse --as raw --to holes
is "digest of a sparse file" "$(sha256sum <sparse | cut -d' ' -f1)" "$(cut -d' ' -f2 out)"
[ "$(du -m holes/sparse | cut -f1)" -lt 16 ] || fail "the copy of a sparse file takes $(du -m holes/sparse)"
rm sparse holes/sparse

# --- standard input, and a sealed container to a pipe (in a case of their own: some of the above has changed since)
told=$(records)
export GENBA_CASE=$work/streams.genba
"$genba" new streams.genba --title "Streams" --kdf interactive --no-recovery 2>/dev/null
head -c 5000001 /dev/urandom >stream
sum=$(sha256sum <stream | cut -d' ' -f1)
for form in hash raw sealed; do
	"$genba" preserve - --as "$form" --to "stdin-$form" <stream >out 2>err || fail "standard input as $form: $(cat err)"
	is "digest of standard input ($form)" "$sum" "$(cut -d' ' -f2 out)"
	complete "$(label)" complete
done
cmp stream stdin-raw/stdin || fail "the copy of standard input differs"
# shellcheck disable=SC2002
cat stream | "$genba" preserve - --as raw --to piped >out 2>err || fail "a pipe: $(cat err)"
cmp stream piped/stdin || fail "the copy of a pipe differs"
"$genba" preserve stream --as sealed --to - 2>err | cat >away.gev
sealed=$(sed -n 's/^\(R1-E[0-9]*\) .*/\1/p' err)
is "digest beside the stream" "$sum" "$(sed -n "s/^$sealed //p" err)"
is "not compared yet" pending "$(field "$sealed" match)"
expect 2 "only one sealed container" "$genba" preserve stream --as raw --to -
# what has no place is counted, not called damaged; once its place is known, it is verified
expect 0 "nothing wrong" "$genba" verify --evidence
expect 1 "copy_path" "$genba" extract "$sealed" x
expect 0 "" "$genba" set "$sealed" "copy_path=$work/away.gev"
expect 0 "" "$genba" extract "$sealed" back
cmp stream back || fail "what came out of the streamed container differs"
# a reader that goes away
got=0
{ "$genba" preserve stream --as sealed --to - 2>err || echo $? >status; } | head -c 100000 >/dev/null
[ "$(cat status 2>/dev/null)" = 1 ] || fail "the reader of the container went away: status $(cat status 2>/dev/null): $(cat err)"
complete "$(sed -n 's/^\(R1-E[0-9]*\) .*/\1/p' err)" interrupted

# --- sealed containers that were tampered with: refused with the place named, the rest can be had
"$genba" preserve stream --as sealed --to tampered >out 2>err
label=$(label)
cp tampered/stream.gev good.gev
damage() { # damage NAME PYTHON…: the container as the code leaves it in b
	cp good.gev tampered/stream.gev
	python3 - tampered/stream.gev "$2" <<'P'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
exec(sys.argv[2])
open(sys.argv[1], "wb").write(b)
P
	rm -f whole intact
	expect 4 "$label: .*$3" "$genba" verify --evidence
	expect 4 "" "$genba" extract "$label" whole
	[ ! -e whole ] || fail "$1: a damaged container was given out as if it were whole"
	expect 4 "" "$genba" extract "$label" intact --intact
	python3 - "$4" <<'P' || fail "$1: not what was intact"
import sys
was, now = open("stream", "rb").read(), open("intact", "rb").read()
gone = set(int(x) for x in sys.argv[1].split(",") if x)
for i in range((len(was) + 1048575) // 1048576):
    a, b = was[i << 20:i + 1 << 20], now[i << 20:i + 1 << 20]
    if i in gone:
        assert not any(b), i
    else:
        assert a == b, i
P
}
damage "a flipped bit" 'b[1500000] ^= 1' 'piece 1 (from byte 1048576) is damaged' 1
damage "a cut end" 'del b[3500000:]' 'end is missing' 3,4
frame=$((1048576 + 48 + 16))
damage "exchanged pieces" "a = b[64:64+$frame]; b[64:64+$frame] = b[64+$frame:64+2*$frame]; b[64+$frame:64+2*$frame] = a" 'piece 0 ' 0,1
cp good.gev tampered/stream.gev
expect 0 "" "$genba" extract "$label" whole
# one of another case in its place
"$genba" new other.genba --title "Other" --kdf interactive --no-recovery 2>/dev/null
GENBA_CASE=other.genba "$genba" preserve stream --as sealed --to other >/dev/null 2>&1
cp other/stream.gev tampered/stream.gev
expect 4 "$label: .*another case" "$genba" verify --evidence
expect 4 "another case" "$genba" extract "$label" foreign
[ ! -e foreign ] || fail "a container of another case was opened"

printf 'bad sources: %s records, each saying what it is%s\n' "$((told + $(records)))" "${left_out:+; left out:$left_out}"
