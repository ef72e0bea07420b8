#!/usr/bin/env bash
# What only root may open is opened by a small program that passes the descriptor, and by nothing else of genba: the
# session stays that of an ordinary user. `sudo` is a script here. As root also with files and a loop device of root's.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
opener=$(dirname "$genba")/genba-open-device
device=
mounted=
clean_up() {
	[ -z "$mounted" ] || umount "$work/mnt" 2>/dev/null || true
	[ -z "$device" ] || losetup -d "$device" 2>/dev/null || true
	clean_work
}
trap clean_up EXIT
chmod 755 "$work"

# an ordinary user, with tools of its own
user=()
if [ "$(id -u)" = 0 ]; then
	user=(setpriv --reuid 65534 --regid 65534 --clear-groups --)
fi
mkdir home tools copies
echo 'correct horse' >pass
cp "$genba" "$opener" tools/
head -c 3145728 /dev/urandom >disk.img
wanted=$(sha256sum <disk.img | cut -c1-64)
cat >tools/sudo <<'END'
#!/bin/sh
# as sudo: -n asks for nothing; $LOG tells what it was called with
[ "$1" = -n ] && shift
echo "$@" >>"$LOG"
[ -z "${REFUSES:-}" ] || exit 1
[ -z "${OPENS:-}" ] || chmod 400 "$OPENS"
exec "$@"
END
chmod 755 tools/sudo
chown -R 65534:65534 home tools copies pass disk.img . 2>/dev/null || true
export XDG_RUNTIME_DIR=$work/home GENBA_PASSPHRASE_FILE=$work/pass GENBA_CASE=$work/home/site.genba
export PATH=$work/tools:$PATH LOG=$work/home/called
as_user() { # as_user COMMAND…: its status in $status, what it said in the files out and log
	status=0
	"${user[@]}" "$@" >out 2>log </dev/null || status=$?
}
expect() { # expect STATUS WORDS COMMAND…
	local wanted=$1 words=$2
	shift 2
	as_user "$@"
	[ "$status" = "$wanted" ] || fail "status $status instead of $wanted: $*: $(cat out log)"
	grep -q -e "$words" out log || fail "'$words' is not in: $(cat out log)"
}
g=tools/genba
expect 0 '' "$g" key new --name "Responder One" --mark R1 --kdf interactive
expect 0 '' "$g" new home/site.genba --title "Disk of another" --kdf interactive --no-recovery

# a file that its mode keeps from the user: nothing is asked of anybody unless an opener is named
chmod 000 disk.img
: >home/called
chown 65534:65534 home/called 2>/dev/null || true
expect 1 'Permission denied' "$g" preserve disk.img
[ ! -s home/called ] || fail "an opener was called for a plain file"
OPENS=$work/disk.img expect 0 "R1-E1 $wanted" "$g" preserve disk.img --opener sudo
grep -qx "$work/tools/genba-open-device --file disk.img" home/called || fail "called: $(cat home/called)"
chmod 000 disk.img
OPENS=$work/disk.img expect 0 "R1-E2 $wanted" "$g" preserve disk.img --opener "sudo" --as raw --to copies
"${user[@]}" cmp <(cat copies/disk.img) disk.img 2>/dev/null || { chmod 400 disk.img; "${user[@]}" cmp copies/disk.img disk.img || fail "the copy differs"; }

# refusals, each in words
chmod 000 disk.img
REFUSES=1 expect 1 'root is needed to open it, and sudo did not' "$g" preserve disk.img --opener sudo
expect 1 'Permission denied' "$g" preserve disk.img --opener env
expect 1 'root is needed to open it' "$g" preserve disk.img --opener no-such-program
expect 2 'a command is wanted' "$g" preserve disk.img --opener ''
expect 2 usage tools/genba-open-device disk.img
mkdir locked
chmod 000 locked
if [ "$(id -u)" = 0 ]; then
	chown 65534 locked
	expect 1 'neither a file nor a block device' "$g" preserve locked --opener "setpriv --"
fi

# the opener links the C library and nothing else, unless the build itself adds sanitizers
ldd tools/genba-open-device >linked
grep -q libasan linked || ! grep -v -e 'linux-vdso' -e 'libc\.so' -e 'ld-linux' linked ||
	fail "the opener links more than the C library"

if [ "$(id -u)" != 0 ]; then
	echo "opener: the mode of a file; not root: without root's files and devices"
	exit 0
fi

# root's own: the opener has the right, genba has not (a copy with the set-user-ID bit stands for sudo here)
chown root:root disk.img
chmod 600 disk.img
mkdir root
cp "$opener" root/genba-open-device
chmod 4755 root/genba-open-device
cat >tools/doas <<'END'
#!/bin/sh
[ "$1" = -n ] && shift
shift
exec ROOT/genba-open-device "$@"
END
sed -i "s,ROOT,$work/root," tools/doas
chmod 755 tools/doas
expect 0 "R1-E3 $wanted" "$g" preserve disk.img --opener doas
expect 0 '' "$g" verify
device=$(losetup --find --show --read-only disk.img 2>/dev/null) || device=
if [ -n "$device" ]; then
	chmod 600 "$device"
	mv tools/sudo tools/sudo.kept
	expect 0 "R1-E4 $wanted" "$g" preserve "$device" --as raw --to copies # a device: by itself, the first that is there
	cmp "copies/$(basename "$device")" disk.img || fail "the copy of the device differs"
	losetup -d "$device"
	device=
	# what a file system may write to is refused, unless a reason is given
	if head -c 2097152 /dev/zero >fs.img && PATH=$PATH:/sbin:/usr/sbin mke2fs -qF fs.img 2>/dev/null &&
		device=$(losetup --find --show fs.img 2>/dev/null) && mkdir mnt && mount "$device" mnt 2>/dev/null; then
		mounted=1
		chmod 600 "$device"
		expect 2 'is mounted writable' "$g" preserve "$device"
		expect 0 'mounted writable' "$g" preserve "$device" --reason "the machine cannot be stopped"
	fi
	echo "opener: the mode of a file, root's file, a loop device${mounted:+, a mounted one}"
else
	echo "opener: the mode of a file, root's file; no loop device here"
fi
