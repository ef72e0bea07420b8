#!/usr/bin/env bash
# The medium with evidence goes while it is compared: nobody is told, and no receipt says, that other bytes came. What could not
# be read is named, is put on record as unreadable, and is found whole once the medium is back. Needs root: a file system that
# is shut down below the program.
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"
loop=
clean() {
	umount mnt 2>/dev/null || true
	[ -z "$loop" ] || losetup -d "$loop" 2>/dev/null || true
	clean_work
}
trap clean EXIT
mkdir mnt
truncate -s 64M image
if [ "$(id -u)" != 0 ] || ! mkfs.ext4 -q image 2>/dev/null || ! loop=$(losetup -f --show image 2>/dev/null) ||
	! mount "$loop" mnt 2>/dev/null; then
	echo "SKIP: no medium can be mounted here"
	exit 77
fi
goes() { # the file system gives and takes nothing from now on; what is in memory is forgotten
	umount mnt
	mount "$loop" mnt
	ls -lR mnt >/dev/null
	python3 -c 'import fcntl, os, struct
fcntl.ioctl(os.open("mnt", os.O_RDONLY), 0x8004587D, struct.pack("I", 2))' # EXT4_IOC_SHUTDOWN
	if cat mnt/ev/R1-E1-disk >/dev/null 2>&1; then
		echo "SKIP: this kernel does not shut a file system down"
		exit 77
	fi
}
comes_back() {
	umount mnt
	mount "$loop" mnt
}

person one two
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Medium" --no-recovery --kdf interactive 2>/dev/null
head -c 3000000 /dev/urandom >disk
mkdir copies
for form in raw sealed ewf; do as one preserve disk --as $form --to copies >/dev/null; done
mkdir -p folder/sub
for name in a b sub/c sub/d; do echo $name >folder/$name; done
as one preserve folder --as raw --to copies >/dev/null
status 0 as one handover --to two.pub --out two.genba --with-evidence mnt/ev --with-keys
rm -rf copies disk folder

goes
status 0 as two accept --evidence mnt/ev --receipt receipt
! grep -q 'not those on record' err || fail "a medium that went is told as other bytes: $(cat err)"
is "what could not be read" 4 "$(grep -c '^R1-E[1234]: .*not known' err)"
! grep -q different receipt || fail "the receipt accuses: $(cat receipt)"
is "checked by the receipt" 4 "$(grep -c '"result": "not_checked"' receipt)"
grep -q '"checked": "not_checked"' receipt || fail "the receipt says more than was seen: $(cat receipt)"
status 4 as two verify --evidence --record
is "unreadable, and nothing else" 4 "$(as two list evidence --json | grep -c '"verified": "unreadable"')"
! as two list evidence --json | grep -q '"verified": "failed"' || fail "on record as other bytes: $(cat out err)"
comes_back
status 0 as two verify --evidence --record
is "whole once it is back" 4 "$(as two list evidence --json | grep -c '"verified": "ok"')"
