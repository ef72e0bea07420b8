#!/usr/bin/env bash
# ctest: slow
# Sectors that cannot be read: what is around them is kept, their offsets are exact, zeros stand in their place, and the
# record says all that. Twice: with a layer under the program that fails (faulty_source.c), to the sector; and with a file and
# a loop device on it that really fail in the kernel: a btrfs whose data were damaged below it, which needs root.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
under=
over=
clean() {
	[ -z "$over" ] || losetup -d "$over" 2>/dev/null || true
	umount "$work/mnt" 2>/dev/null || true
	[ -z "$under" ] || losetup -d "$under" 2>/dev/null || true
	clean_work
}
trap clean EXIT
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Failing device" --kdf interactive --no-recovery 2>/dev/null

# what SOURCE must come to, with zeros at the places OFFSET+LENGTH,…: the file `wanted`
want() {
	python3 - "$1" "$2" <<'P'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
for place in sys.argv[2].split(","):
    at, n = map(int, place.split("+"))
    b[at:at + n] = bytes(min(n, len(b) - at))
open("wanted", "wb").write(b)
P
}
# check WHAT PLACES PRESERVE…: the record, the digest, the bytes
check() {
	local what=$1 places=$2 got=0 label
	shift 2
	rm -rf copies out.bytes
	"$@" >out 2>err || got=$?
	[ "$got" = 1 ] || fail "$what: status $got: $(cat out err)"
	label=$(cut -d' ' -f1 out)
	[ "$(cut -d' ' -f2 out)" = "$(sha256sum <wanted | cut -d' ' -f1)" ] || fail "$what: another digest: $(cat err)"
	"$genba" show "$label" --json >shown
	grep -q '"complete": "partial"' shown || fail "$what: not on record as partial: $(cat shown)"
	python3 - "$places" <<'P' || fail "$what: wanted $places on record: $(cat shown)"
import json, re, sys
text = json.load(open("shown"))[0]["unread"]
got = [f"{at}+{n}" for n, at in re.findall(r"zeros stand there: (\d+) bytes from byte (\d+)", text)]
sys.exit(got != sys.argv[1].split(","))
P
	case " $* " in *" raw "* | *" sealed "*)
		grep -q '"match": "same"' shown || fail "$what: the copy is not what was read: $(cat shown err)"
		"$genba" extract "$label" out.bytes 2>err || fail "$what: $(cat err)"
		cmp out.bytes wanted || fail "$what: other bytes"
		;;
	esac
}
head -c 20000777 /dev/urandom >disk
done_here=

if [ -n "${GENBA_FAULTY:-}" ]; then
	# alone, over the border of two pieces, a whole piece and more, the first sector, the end that is no whole sector
	places=0+512,1536+512,1047552+2048,5242880+1049088,20000768+9
	faulty() { FAULTY_FILE=$work/disk FAULTY_SECTORS=$places LD_PRELOAD=$GENBA_FAULTY "$@"; }
	want disk "$places"
	for form in hash raw sealed; do
		check "layer, $form" "$places" faulty "$genba" preserve disk --as "$form" --to copies
	done
	check "layer, split" "$places" faulty "$genba" preserve disk --as raw --split 3MiB --to copies
	done_here=" a failing layer, to the sector;"
fi

# a btrfs gives EIO for a block whose checksum is wrong
head -c 20000768 disk >source # whole sectors: a loop device has no others
if [ "$(id -u)" = 0 ] && command -v mkfs.btrfs >/dev/null && mkdir mnt && truncate -s 128M image &&
	mkfs.btrfs -q -m single -d single image >/dev/null 2>&1 && under=$(losetup -f --show image 2>/dev/null) && mount "$under" mnt 2>/dev/null; then
	cp source mnt/disk
	umount mnt
	losetup -d "$under"
	places=8192+4096,1044480+8192,12288000+4096
	python3 - "$places" <<'P'
import sys
source = open("source", "rb").read()
image = open("image", "r+b")
whole = image.read()
for place in sys.argv[1].split(","):
    at, n = map(int, place.split("+"))
    for block in range(at, at + n, 4096):
        found = whole.find(source[block:block + 4096])
        assert found > 0
        image.seek(found + 99)
        image.write(bytes([whole[found + 99] ^ 1]))
P
	under=$(losetup -f --show image)
	mount -o ro "$under" mnt
	if cmp -s source mnt/disk; then fail "the file system gives damaged bytes as good ones: nothing was shown"; fi
	over=$(losetup -r -f --show mnt/disk)
	if dd if="$over" of=/dev/null bs=4096 skip=2 count=1 2>/dev/null; then fail "the device does not fail"; fi
	want source "$places"
	for form in hash raw sealed; do
		check "device, $form" "$places" "$genba" preserve "$over" --as "$form" --to copies
		check "file, $form" "$places" "$genba" preserve mnt/disk --as "$form" --to copies
	done
	done_here="$done_here a device and a file that fail in the kernel, to the block;"
fi
[ -n "$done_here" ] || { echo "SKIP: neither a failing layer nor a failing device can be had here"; exit 77; }
printf 'unreadable places exact:%s\n' "$done_here"
