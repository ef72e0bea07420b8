#!/usr/bin/env bash
# E01 through the program: what ewfverify and ewfexport say of an image, interruptions (killed, medium full), images that
# ewfacquire and dc3dd made, whole and damaged, and the statuses. A full medium is a small tmpfs, which needs root; what
# cannot be tried here is named at the end.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
main=$BASHPID
clean() {
	[ "$BASHPID" = "$main" ] || return 0
	umount "$work/small" 2>/dev/null || true
	clean_work
}
trap clean EXIT
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
left_out=
field() { "$genba" show "$1" --json | sed -n "s/.*\"$2\": \"\(.*\)\",\{0,1\}\$/\1/p"; }
status() { # WANTED COMMAND…
	local wanted=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = "$wanted" ] || fail "status $got, not $wanted: $* $(cat out err)"
}
have() {
	command -v "$1" >/dev/null && return
	left_out="$left_out $1 (not installed);"
	return 1
}

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Images" --kdf interactive --no-recovery 2>/dev/null
{ head -c 5000001 /dev/urandom; head -c 4000000 /dev/zero; seq 1 600000; } >disk.dd
sum=$(sha256sum <disk.dd | cut -d' ' -f1)

# what is written, others read
status 0 "$genba" preserve disk.dd --as ewf --to images --hash sha1 --split 3MiB
[ "$(cat out)" = "R1-E1 $sum" ] || fail "preserve printed $(cat out)"
[ -f images/disk.dd.E02 ] || fail "--split made one segment: $(ls images)"
[ "$(field R1-E1 md5)" = "$(md5sum <disk.dd | cut -d' ' -f1)" ] || fail "MD5 on record"
if have ewfverify && have ewfexport; then
	ewfverify -q -d sha1 images/disk.dd.E01 >tool 2>&1 || fail "ewfverify: $(cat tool)"
	ewfexport -u -q -f raw -t exported images/disk.dd.E01 >tool 2>&1 || fail "ewfexport: $(cat tool)"
	cmp disk.dd exported.raw || fail "ewfexport gave other bytes"
fi
status 0 "$genba" extract R1-E1 given
cmp disk.dd given || fail "extract gave other bytes"
status 0 "$genba" verify --evidence

# a colleague gets the image, with all its segments
XDG_DATA_HOME=$work/two "$genba" key new --name "Responder Two" --mark R2 --kdf interactive >/dev/null 2>&1
XDG_DATA_HOME=$work/two "$genba" key export >two.pub
status 0 "$genba" handover --to two.pub --out two.genba --with-evidence taken
cmp images/disk.dd.E02 taken/R1-E1-disk-dd.E02 || fail "what went along: $(ls taken)"

# killed in the midst: begun anew, on record, nothing left over
head -c 48M /dev/urandom >large
"$genba" preserve large --as ewf --compression best --to images >/dev/null 2>&1 &
pid=$!
deadline=$((SECONDS + 300))
until [ "$(stat -c %s images/large.part.E01 2>/dev/null || echo 0)" -gt 1000000 ]; do
	kill -0 $pid 2>/dev/null || fail "it ended too soon"
	[ $SECONDS -lt $deadline ] || fail "not met in its midst"
done
kill -9 $pid
wait $pid 2>/dev/null || true
status 0 "$genba" preserve large --as ewf --to images
[ "$(cut -d' ' -f2 out)" = "$(sha256sum <large | cut -d' ' -f1)" ] || fail "digest after an interruption"
field "$(cut -d' ' -f1 out)" interruptions | grep -q 'an E01 image cannot be gone on with' || fail "the interruption is not on record"
! ls images/*.part.* 2>/dev/null || fail "an unfinished image was left over"
rm large images/large.E01

# a full medium
mkdir small
if mount -t tmpfs -o size=4m none small 2>/dev/null; then
	status 1 "$genba" preserve disk.dd --as ewf --to small
	grep -q 'No space left' err || fail "a full medium: $(cat err)"
	label=$(cut -d' ' -f1 out)
	[ "$(field "$label" complete)" = interrupted ] || fail "a full medium is not on record"
	mount -o remount,size=32m small
	status 0 "$genba" preserve disk.dd --as ewf --to small
	[ "$(cat out)" = "$label $sum" ] || fail "after a full medium: $(cat out)"
	umount small
else
	left_out="$left_out a full medium (no tmpfs can be mounted);"
fi

# images of other tools
if have ewfacquire; then
	head -c 5000192 disk.dd >whole.dd
	sum=$(sha256sum <whole.dd | cut -d' ' -f1)
	ewfacquire -u -q -c fast -S 2097152 -C 'case 7' -e 'Examiner' -t theirs "$work/whole.dd" >tool 2>&1 || fail "ewfacquire: $(cat tool)"
	status 0 "$genba" preserve theirs.E01
	[ "$(cut -d' ' -f2 out)" = "$sum" ] || fail "an E01's content: $(cat out)"
	label=$(cut -d' ' -f1 out)
	field "$label" image_says | grep -q 'case_number: case 7' || fail "what the image says: $(field "$label" image_says)"
	field "$label" stated | grep -q 'same' || fail "what the image states: $(field "$label" stated)"
	# headers of FTK's form, in the code page of a Japanese and of a Western Windows
	for page in "932 ケース12 端末の内蔵ディスク" "1252 Affaire-é Disque-prélevé-à-Genève"; do
		read -r number case_number description <<<"$page"
		ewfacquire -A "windows-$number" -u -q -f ftk -C "$case_number" -D "$description" -t "page$number" "$work/whole.dd" \
			>tool 2>&1 </dev/null || fail "ewfacquire: $(cat tool)"
		status 0 "$genba" preserve "page$number.E01"
		says=$(field "$(cut -d' ' -f1 out)" image_says)
		grep -q "case_number: $case_number" <<<"$says" && grep -q "description: $description" <<<"$says" ||
			fail "a header in code page $number: $says"
	done
	status 0 "$genba" preserve theirs.E01 --as sealed --to images
	[ "$(cut -d' ' -f2 out)" = "$sum" ] || fail "an E01 into a container: $(cat out)"
	status 2 "$genba" preserve theirs.E02
	mv theirs.E03 away
	status 4 "$genba" preserve theirs.E01
	grep -q 'segments of it are missing' err || fail "a missing segment: $(cat err)"
	mv away theirs.E03
	printf damage | dd of=theirs.E02 bs=1 seek=700000 conv=notrunc 2>/dev/null
	status 4 "$genba" preserve theirs.E01
	grep -q 'zeros stand there: 32768 bytes' err || fail "a damaged chunk: $(cat err)"
	status 4 "$genba" verify --evidence
	status 4 "$genba" extract "$label" none
	[ ! -e none ] || fail "damaged bytes were given"
	truncate -s 50 theirs.E01
	status 4 "$genba" preserve theirs.E01
	status 0 "$genba" preserve theirs.E01 --plain
fi
if have dc3dd; then
	dc3dd if=whole.dd hofs=parts.000 ofsz=2M hash=md5 hash=sha256 log=parts.log >tool 2>&1 || fail "dc3dd: $(cat tool)"
	status 0 "$genba" preserve parts.000
	[ "$(cut -d' ' -f2 out)" = "$sum" ] || fail "raw parts: $(cat out)"
	field "$(cut -d' ' -f1 out)" stated | grep -q 'SHA-256 .*same' || fail "dc3dd's log was not compared"
	printf ' MD5 checksum:    00000000000000000000000000000000 : verified\n' >wrong.log
	status 4 "$genba" preserve parts.000 --log wrong.log
fi
[ -z "$left_out" ] || echo "left out:$left_out"
