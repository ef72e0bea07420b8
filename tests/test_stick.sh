#!/usr/bin/env bash
# A case on a stick: full, read-only, pulled out while working, on a machine with next to nothing. No acknowledged action
# is ever lost. The stick is an image of 64 MB: FAT where the kernel has it, else exFAT through FUSE, else a folder in memory
# of that size. For pulling it is FAT on a device made to fail (dm-error), or ext4, which can be told to fail at once;
# whatever was acknowledged, to the last line, must be there afterwards.
# Usage: GENBA=path [GENBA_PULLS=50] tests/test_stick.sh
set -euo pipefail
# What is mounted is mounted for this test alone: no other process, and no cage that one makes beside it, holds a stick that is pulled.
if [ "$(id -u)" = 0 ] && [ -z "${GENBA_STICK_ALONE:-}" ]; then
	GENBA_STICK_ALONE=yes exec unshare --mount bash "$0"
fi
genba=${GENBA:?path of the program}
pulls=${GENBA_PULLS:-3}
work=$(mktemp -d)
device=
device2=
clean() {
	for place in stick next pull; do ! mountpoint -q "$work/$place" || umount -l "$work/$place" || true; done
	[ ! -e "/dev/mapper/genba-stick-$$" ] || dmsetup remove -f "genba-stick-$$" || true
	for used in $device $device2; do losetup -d "$used" || true; done
	rm -rf "$work"
}
trap clean EXIT
cd "$work"
printf 'correct horse battery staple\n' >pass
export GENBA_PASSPHRASE_FILE=$work/pass
unset XDG_DATA_HOME GENBA_CASE

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}

# ---- a stick
mkdir stick next pull
if [ "$(id -u)" != 0 ]; then
	echo "SKIP: mounting needs root"
	exit 77
fi
kind=
truncate -s 64M stick.img
if command -v mkfs.vfat >/dev/null && mkfs.vfat stick.img >/dev/null && mount -o loop stick.img stick 2>/dev/null; then
	kind=FAT
elif command -v mount.exfat-fuse >/dev/null && mkfs.exfat stick.img >/dev/null && device=$(losetup -f --show stick.img) &&
	mount.exfat-fuse "$device" stick >/dev/null 2>&1; then
	kind=exFAT
elif mount -t tmpfs -o size=64m,mode=700 tmpfs stick 2>/dev/null; then
	kind=memory
else
	echo "SKIP: nothing can be mounted here"
	exit 77
fi
export GENBA_DATA=$work/stick/genba
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1 || fail "key new on $kind"
"$genba" new stick/site.genba --title "Slow terminal" --no-recovery >/dev/null 2>err || fail "new on $kind: $(cat err)"
export GENBA_CASE=$work/stick/site.genba
"$genba" note first >/dev/null 2>err || fail "note: $(cat err)"

# ---- read-only
before=$(sha256sum <stick/site.genba)
case $kind in
exFAT)
	umount stick
	mount.exfat-fuse -o ro "$device" stick >/dev/null 2>&1
	;;
*) mount -o remount,ro stick ;;
esac
"$genba" list note >out 2>err && fail "a stick that cannot be written was opened for writing"
[ -s err ] || fail "a read-only stick: not a word"
"$genba" --read-only list note >out 2>err || fail "read-only: $(cat err)"
grep -q first out || fail "read-only: the note is not there"
case $kind in
exFAT)
	umount stick
	mount.exfat-fuse "$device" stick >/dev/null 2>&1
	;;
*) mount -o remount,rw stick ;;
esac
[ "$(sha256sum <stick/site.genba)" = "$before" ] || fail "the case changed on a read-only stick"

# ---- full
dd if=/dev/zero of=stick/filler bs=64k 2>/dev/null || true
acknowledged=0
for _ in $(seq 20); do
	if "$genba" note "$(head -c 60000 /dev/urandom | base64 -w0)" >out 2>err; then
		acknowledged=$((acknowledged + 1))
	else
		[ -s err ] || fail "full: not a word"
		break
	fi
done
[ "$acknowledged" -lt 20 ] || fail "the stick did not get full"
rm stick/filler
"$genba" verify >out 2>err || fail "after the stick was full: $(cat out err)"
[ "$("$genba" list note --json 2>/dev/null | grep -o '"label":' | wc -l)" = $((acknowledged + 1)) ] || fail "full: notes lost"
"$genba" note "there is room again" >/dev/null 2>err || fail "room again: $(cat err)"

# ---- pulled
seq 3000 | sed 's/^/note action /' >script
pulled=0
name=genba-stick-$$

# FAT on a device whose every read and write fails from one moment on (dm-error), where the kernel has both
export DM_DISABLE_UDEV=1 # the name appears at once, without a daemon
fat_in() {
	truncate -s 64M pull.img
	device2=$(losetup -f --show pull.img) || return 1
	[ "$1" = again ] || mkfs.vfat "$device2" >/dev/null || return 1
	sectors=$(blockdev --getsz "$device2")
	dmsetup create "$name" --table "0 $sectors linear $device2 0" 2>/dev/null || return 1
	[ "$1" != again ] || fsck.vfat -a "/dev/mapper/$name" >fsck 2>&1 || [ $? = 1 ] || fail "fsck: $(cat fsck)"
	mount -t vfat "/dev/mapper/$name" pull 2>/dev/null
}
fat_out() {
	! mountpoint -q pull || umount pull || umount -l pull
	[ ! -e "/dev/mapper/$name" ] || dmsetup remove --retry "$name"
	[ -z "$device2" ] || losetup -d "$device2"
	device2=
}
fat_pull() {
	dmsetup suspend --noflush --nolockfs "$name"
	dmsetup load "$name" --table "0 $sectors error"
	dmsetup resume "$name"
}
fat_again() {
	fat_out
	fat_in again || fail "the stick cannot be mounted again: $(cat fsck)"
}

# ext4 that is told to fail, all that was not synced thrown away (FS_IOC_SHUTDOWN with NOLOGFLUSH)
ext4_in() {
	truncate -s 0 pull.img
	truncate -s 64M pull.img
	mkfs.ext4 -q -F pull.img 2>/dev/null && mount -o loop pull.img pull 2>/dev/null
}
ext4_out() {
	! mountpoint -q pull || umount pull
}
ext4_pull() {
	python3 -c 'import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))' pull
}
ext4_again() {
	ext4_out
	# another file, so that nobody who still holds the dead one gives it back
	cp --sparse=always pull.img again.img
	mv again.img pull.img
	mount -o loop pull.img pull
}

pull_often() {
	cp -r stick/genba stick/site.genba pull/
	sync -f pull
	for pull in $(seq "$pulls"); do
		rm -f acknowledged
		GENBA_DATA=$work/pull/genba GENBA_CASE=$work/pull/site.genba "$genba" script script >acknowledged 2>said &
		pid=$!
		wanted=$(($(od -An -N1 -tu1 /dev/urandom) % 40 + 1))
		deadline=$((SECONDS + 300))
		until [ "$(wc -l <acknowledged 2>/dev/null || echo 0)" -ge "$wanted" ]; do
			kill -0 $pid 2>/dev/null || fail "pull $pull: the script ended by itself: $(cat said)"
			[ $SECONDS -lt $deadline ] || fail "pull $pull: nothing is written"
		done
		"$1_pull"
		! wait $pid || fail "pull $pull: the script succeeded on a stick that is gone"
		"$1_again"
		GENBA_DATA=$work/pull/genba GENBA_CASE=$work/pull/site.genba "$genba" list note --json >notes 2>err ||
			fail "pull $pull: $(cat err)"
		while read -r label; do
			grep -q "\"$label\"" notes || fail "pull $pull: $label was acknowledged and is lost"
		done <acknowledged
		pulled=$((pulled + 1))
	done
	GENBA_DATA=$work/pull/genba GENBA_CASE=$work/pull/site.genba "$genba" verify >out 2>err || fail "verify: $(cat out err)"
	"$1_out"
}
pulled_kind=
if [ "$kind" = FAT ] && command -v dmsetup >/dev/null && fat_in new; then
	pulled_kind=FAT
	pull_often fat
else
	fat_out
	if ext4_in; then
		pulled_kind=ext4
		pull_often ext4
	fi
fi

# ---- a machine with next to nothing: no UTF-8, no run-time folder, an old terminal, nothing executable in /tmp and at home
mount -t tmpfs -o noexec,size=16m tmpfs next
cp "$work/pass" next/pass
out=$(env -i PATH=/usr/bin:/bin LC_ALL=POSIX TERM=vt100 HOME="$work/next" TMPDIR="$work/next" GENBA_DATA="$GENBA_DATA" \
	GENBA_PASSPHRASE_FILE="$work/next/pass" "$genba" -c "$GENBA_CASE" --lang ja board 2>&1) || fail "bare machine: $out"
printf '%s\n' "$out" | iconv -f UTF-8 -t UTF-8 >/dev/null || fail "bare machine: no UTF-8"
printf '%s\n' "$out" | grep -q '資産\|記録' || fail "bare machine: no Japanese: $out"
[ "$(find next -mindepth 1 | wc -l)" = 1 ] || fail "something is left at home: $(find next)"
echo "a stick ($kind): read-only, full, pulled $pulled times (${pulled_kind:-not}), on a bare machine"
