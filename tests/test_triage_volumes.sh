#!/usr/bin/env bash
# genba triage of volumes behind volumes: BitLocker by password and recovery key, and what says why it stays closed; shadow copies;
# virtual disks in every form. The volumes are of our own making (make_volume); where tools of others are there, they judge them first.
set -euo pipefail
genba=${GENBA:?path of the program}
make=${GENBA_BUILD:?folder of the build}/tests/core/finding/make_volume
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-volumes-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_DATA_HOME=$work/home GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
is() { # is WHAT EXPECTED GOT
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}
look() { # STATUS ARGUMENTS…
	local wanted=$1 got=0
	shift
	"$genba" triage "$@" --look --jsonl >out 2>err || got=$?
	[ "$got" = "$wanted" ] || fail "status $got, not $wanted: $* $(head -c 2000 out) $(cat err)"
}
# Rows without what depends on where they lay, and problems as a person reads them.
rows() { jq -c 'select(.kind == "observation") | del(.id, .evidence, .source)' out | sort; }
problems() { jq -r 'select(.kind == "problem") | .reason' out; }
says() { # says WHAT WORDS: the one problem there is
	is "$1: problems" 1 "$(problems | wc -l)"
	case $(problems) in *"$2"*) ;; *) fail "$1: '$2' is not in: $(problems)" ;; esac
	is "$1: a finding says so" not_covered "$(jq -r 'select(.rule == "gap.unread") | .state' out)"
}
there() { command -v "$1" >/dev/null; }

"$make" ntfs before before.dd
"$make" ntfs today today.dd
look 0 today.dd
rows >plain
is "the volume itself" "1102 notes.txt" "$(jq -r 'select(.event_id) | .event_id' out) $(jq -r 'select(.path == "notes.txt") | .path' out | sort -u)"

# ---- BitLocker
recovery=471207-278498-422125-177177-561902-537405-468006-693451
id=83828180-8584-8786-8889-8A8B8C8D8E8F
echo 'correct horse' >password
echo wrong >wrong
echo $recovery >recovery
tr -d - <recovery >digits
echo ${recovery%1}2 >mistyped
echo 000011${recovery#471207} >other
for method in 0x8002 0x8003 0x8004; do
	"$make" bitlocker today.dd locked-$method.dd method=$method "password=$(cat password)" recovery=$recovery
	if there dislocker-file; then
		for key in "-u$(cat password)" -p$recovery; do
			rm -f held
			dislocker-file -q -V locked-$method.dd "$key" -- held || fail "dislocker does not open $method by $key"
			cmp -n "$(stat -c %s today.dd)" held today.dd
		done
	fi
	if there cryptsetup; then
		for key in password recovery; do
			tr -d '\n' <$key | cryptsetup open --type bitlk --test-passphrase --key-file=- locked-$method.dd ||
				fail "cryptsetup does not open $method by its $key"
		done
	fi
	look 0 locked-$method.dd --password-file password
	rows | cmp - plain || fail "$method: other rows than without BitLocker"
done
look 0 locked-0x8004.dd --password-file recovery
rows | cmp - plain
look 0 locked-0x8002.dd --password-file digits
rows | cmp - plain

look 1 locked-0x8004.dd
says "no key" "What opens it: a password, the recovery key $id."
says "no key" "recovery_key="
says "no key" "--ask-password or --password-file"
look 1 locked-0x8004.dd --password-file wrong
says "a wrong password" "not covered: BitLocker: it is encrypted, and the key that was given does not open it"
says "a wrong password" "$id"
look 1 locked-0x8004.dd --password-file other
says "another recovery key" "does not open it"
look 1 locked-0x8004.dd --password-file mistyped
says "a mistyped recovery key" "mistyped in its group 8"

"$make" bitlocker today.dd clear.dd clear tpm
look 0 clear.dd
rows | cmp - plain
"$make" bitlocker today.dd clear.dd clear converting
look 0 clear.dd
rows | cmp - plain
"$make" bitlocker today.dd stick.dd clear to_go
look 0 stick.dd
rows | cmp - plain
"$make" bitlocker today.dd tpm.dd tpm
for key in '' '--password-file=password' '--password-file=recovery'; do
	look 1 tpm.dd $key
	says "a TPM only" "no password or recovery key opens it, only the TPM of its machine. Add a recovery key in its machine (manage-bde -protectors -add"
done
"$make" bitlocker today.dd bek.dd startup
look 1 bek.dd
says "a startup key only" "only a startup key on a stick (.BEK)"
"$make" bitlocker today.dd both.dd tpm recovery=$recovery
look 1 both.dd --password-file password
says "a password where there is none" "What opens it: the TPM of its machine, the recovery key $id."
for method in 0x8005 0x8000; do
	"$make" bitlocker today.dd refused.dd method=$method "password=$(cat password)"
	look 1 refused.dd --password-file password
	says "what the library refuses" "and cannot be unlocked here: "
	says "what the library refuses" "(manage-bde -unlock) or by cryptsetup or dislocker, take an image of the unlocked volume, and read that"
done
says "AES-XTS 256" ""
python3 - <<'P'
data = bytearray(open('locked-0x8004.dd', 'rb').read())
at = int.from_bytes(data[176:184], 'little')
data[at:at + 65536] = bytes(65536)
open('damaged.dd', 'wb').write(data)
P
look 1 damaged.dd --password-file password
says "damaged metadata" "and cannot be unlocked here: "
# the name that Windows 98 gave its FAT volumes, and BitLocker To Go its own
if there mkfs.vfat; then
	truncate -s 4M fat.dd
	mkfs.vfat fat.dd >/dev/null
	printf MSWIN4.1 | dd of=fat.dd bs=1 seek=3 conv=notrunc status=none
	look 0 fat.dd
fi
# in Japanese, too
"$genba" --lang ja triage locked-0x8004.dd --look --jsonl >out 2>err || true
says "no key, in Japanese" "回復キー $id"

# ---- shadow copies: of before and between, made by states of the volume that are known
"$make" shadow shadow.dd
if there vshadowinfo; then
	is "vshadowinfo" 2 "$(vshadowinfo shadow.dd | grep -c '^Store: ')"
	is "vshadowinfo" 'Nov 17, 2023 03:00:20.000000000 UTC' "$(vshadowinfo shadow.dd | sed -n 's/.*Creation time.*: //p' | tail -1)"
fi
copies() { jq -r 'select(.shadow_copy) | "\(.volume) \(.shadow_copy) \(.path) \(.artefact)"' out | sort | uniq -c | sed 's/^ *//'; }
look 1 shadow.dd
rows >live
is "they are named" 'not covered: its 2 shadow copies (VSS) were not read: --vss reads them' "$(problems)"
is "no row of them" '' "$(copies)"
look 0 shadow.dd --vss
is "rows of the volume" "" "$(rows | comm -13 - live)"
in_copies='20 vss2 2023-11-17T03:00:20.0000000Z Windows/System32/winevt/Logs/Security.evtx evtx
1 vss1 2023-11-16T18:00:20.0000000Z notes.txt file
1 vss2 2023-11-17T03:00:20.0000000Z Users file
1 vss2 2023-11-17T03:00:20.0000000Z Users/tanaka file
1 vss2 2023-11-17T03:00:20.0000000Z Users/tanaka/stolen.rar file
1 vss2 2023-11-17T03:00:20.0000000Z Windows/System32/winevt/Logs/Security.evtx file
2 vss2 2023-11-17T03:00:20.0000000Z notes.txt file'
is "what only they have, each once" "$(sort <<<"$in_copies")" "$(copies | sort)"
is "what is gone" '3000 false' "$(jq -r 'select(.path == "Users/tanaka/stolen.rar") | "\(.size) \(.deleted)"' out)"
is "events that were cleared" tanaka "$(jq -r 'select(.event_id == "4624" or .event_id == 4624) | .["data.TargetUserName"]' out | sort -u)"
"$make" bitlocker shadow.dd behind.dd clear
look 0 behind.dd --vss
is "behind BitLocker" "$(sort <<<"$in_copies")" "$(copies | sort)"
# a store whose blocks cannot be trusted: the volume's own rows stay, and what is wrong is named
python3 - <<'P'
data = bytearray(open('shadow.dd', 'rb').read())
at = data.index(b'\x6b\x87\x08\x38', 0x2000)
for i in range(at + 16384, len(data), 16384):
    if data[i:i + 4] == b'\x6b\x87\x08\x38' and data[i + 20] == 3:
        data[i:i + 16384] = b'\xa5' * 16384
open('torn.dd', 'wb').write(data)
P
look 1 torn.dd --vss
is "rows of the volume beside torn copies" "" "$(rows | comm -13 - live)"
problems | grep -q 'not covered: ' || fail "torn copies: $(problems)"
# lists of blocks that lead in a circle, which the library follows for ever
python3 - <<'P'
whole = open('shadow.dd', 'rb').read()
for kind in (2, 3, 5, 6):
    data = bytearray(whole)
    for i in range(0, len(data), 16384):
        if data[i:i + 4] == b'\x6b\x87\x08\x38' and data[i + 20] == kind:
            data[i + 40:i + 48] = i.to_bytes(8, 'little')
    open(f'circle{kind}.dd', 'wb').write(data)
P
for kind in 2 3 5 6; do
	look 1 circle$kind.dd --vss
	is "rows of the volume beside a circle of $kind" "$(cat live)" "$(rows)"
	says "a circle of $kind" "not covered: its shadow copies cannot be read: their lists of blocks lead in a circle"
done

# ---- virtual disks: rows, or a problem that says what to do
look 0 today.dd
digest() { jq -r 'select(.kind == "summary") | .set_sha256' out; }
plain_digest=$(digest)
if there qemu-img; then
	virtual() { # virtual FORM [OPTIONS]: makes disk.FORM
		rm -f disk.* disk-*
		qemu-img convert -f raw -O "$1" ${2:+-o "$2"} today.dd "disk.$1"
	}
	for form in vmdk vmdk,subformat=streamOptimized vpc,force_size vpc,subformat=fixed,force_size vhdx; do
		options=${form#"${form%%,*}"}
		virtual "${form%%,*}" "${options#,}"
		look 0 "disk.${form%%,*}"
		is "as $form" "$plain_digest" "$(digest)"
	done
	for kind in monolithicFlat twoGbMaxExtentSparse twoGbMaxExtentFlat; do
		virtual vmdk subformat=$kind
		look 1 disk.vmdk
		says "a VMDK, $kind" "not covered: the VMDK lies in several files"
		says "a VMDK, $kind" "(qemu-img convert -O raw)"
	done
	for form in qcow2 qcow vdi; do
		virtual $form
		look 1 disk.$form
		says "$form" "no parser reads it. Make it raw (qemu-img convert -O raw), and read that"
	done
	virtual vmdk
	mv disk.vmdk base.vmdk
	qemu-img create -q -f vmdk -b base.vmdk -F vmdk over.vmdk
	look 1 over.vmdk
	says "what differs, VMDK" "make one of both, where the other lies (qemu-img convert -O raw)"
	virtual vpc force_size
	mv disk.vpc over.vhd
	virtual vhdx
	mv disk.vhdx over.vhdx
	python3 - <<'P'
import struct
data = bytearray(open('over.vhd', 'rb').read())
for at in (0, len(data) - 512):  # both copies of the footer: type 4, and its checksum
    data[at + 60:at + 68] = struct.pack('>II', 4, 0)
    data[at + 64:at + 68] = struct.pack('>I', ~sum(data[at:at + 512]) & 0xffffffff)
open('over.vhd', 'wb').write(data)
data = bytearray(open('over.vhdx', 'rb').read())
item = data.find(bytes.fromhex('3767a1ca36fa434db3b633f0aa44e76b'))  # file parameters: has a parent
parameters = data.find(b'metadata') + struct.unpack('<I', data[item + 16:item + 20])[0]
data[parameters + 4] |= 2
open('over.vhdx', 'wb').write(data)
P
	for form in vhd vhdx; do
		look 1 over.$form
		says "what differs, $form" "make one of both, where the other lies (Convert-VHD on Windows)"
	done
fi
if there ewfacquire; then
	(cat today.dd && head -c 3000000 /dev/urandom) >large.dd
	ewfacquire -u -q -c none -S 1048576 -t parts large.dd </dev/null >tool 2>&1 || fail "ewfacquire: $(cat tool)"
	look 0 parts.E01
	is "E01 in parts" "$plain_digest" "$(digest)"
	# cut off: what lies before the cut is read, packed or not, though its table is lost with the end; the file system's own
	# files lie before it here
	for how in none fast; do
		ewfacquire -u -q -c $how -t cut today.dd </dev/null >tool 2>&1 || fail "ewfacquire: $(cat tool)"
		head -c -1500 cut.E01 >cut.part
		mv cut.part cut.E01
		look 1 cut.E01
		is "E01 that was cut off, $how" notes.txt "$(jq -r 'select(.path == "notes.txt") | .path' out | sort -u)"
		problems | grep -q "'cut.E01' is cut short" || fail "that it was cut off is told: $(problems)"
	done
	python3 - <<'P'
import random
r = random.Random(5)
open('marks.dd', 'wb').write(b''.join(r.randbytes(262133) + b' mark.test ' for _ in range(24)))
P
	ewfacquire -u -q -c fast -S 1048576 -t marks marks.dd </dev/null >tool 2>&1 || fail "ewfacquire: $(cat tool)"
	head -c 800000 marks.E04 >last
	mv last marks.E04
	rm -f marks.E05 marks.E06 marks.E07
	echo mark.test >list
	"$genba" sweep marks.E01 --list list --look --jsonl --jobs 1 >out 2>err && fail "a cut set is told: $(cat out)"
	hits=$(grep -c '"kind":"hit"' out)
	# three segments of 1 MiB hold 11 of them whole, and a part of the fourth 3 more
	[ "$hits" -ge 14 ] || fail "hits before the cut of the fourth segment: $hits"
	rm parts.E03
	look 1 parts.E01
	problems | grep -q "'parts.E03' is missing" || fail "a part is missing: $(problems)"
fi
# databases of ESE of older and newer revisions: the same rows; of what the library refuses, a problem that names the file
python3 "${GENBA_SOURCE:?}/tests/make_ese.py" srum SRUDB.dat
look 0 SRUDB.dat
rows | sed 's/"offset":[0-9]*//' >srum
for revision in 20 290 300; do
	python3 - $revision <<'P'
import struct, sys
data = bytearray(open('SRUDB.dat', 'rb').read())
for at in (0, 4096):
    data[at + 232:at + 236] = struct.pack('<I', int(sys.argv[1]))
    total = 0x89ABCDEF
    for (word,) in struct.iter_unpack('<I', bytes(data[at + 4:at + 668])):
        total ^= word
    data[at:at + 4] = struct.pack('<I', total)
open('SRUDB.dat', 'wb').write(data)
P
	look 0 SRUDB.dat
	is "revision $revision" "$(cat srum)" "$(rows | sed 's/"offset":[0-9]*//')"
done
head -c 9000 SRUDB.dat >SRUDB.cut && mv SRUDB.cut SRUDB.dat
look 1 SRUDB.dat
problems | grep -q '^could not be parsed: ' || fail "a cut database: $(problems)"

# many volumes: as many as a table of partitions has by habit (128) and more; what is beyond the limit is told
partitions() { # partitions COUNT WHICH FILE: a GPT of COUNT partitions, of which the one in place WHICH is the volume
	python3 - "$@" <<'P'
import struct, sys, zlib
count, which, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
volume = open('today.dd', 'rb').read()
entries, first, small = b'', 2048, b''
for i in range(1, count + 1):
    sectors = (len(volume) + 511) // 512 if i == which else 8
    entries += struct.pack('<16s16sQQQ72s', bytes.fromhex('a2a0d0ebe5b9334487c068b6b72699c7'), bytes([i & 255, i >> 8] * 8), first, first + sectors - 1, 0, b'')
    start = first if i == which else 0
    small = first * 512 if i == which else small
    first += sectors
size = (first + 64) * 512
head = struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, 0, 0, 1, size // 512 - 1, 2048, first, b'genba-test-disk!', 2, count, 128, zlib.crc32(entries))
head = head[:16] + struct.pack('<I', zlib.crc32(head)) + head[20:]
mbr = bytearray(512)
mbr[446:462] = struct.pack('<B3sB3sII', 0, b'\0\2\0', 0xEE, b'\xff\xff\xff', 1, size // 512 - 1)
mbr[510:] = b'\x55\xaa'
with open(path, 'wb') as f:
    f.write(mbr + head.ljust(512, b'\0') + entries)
    f.seek(small)
    f.write(volume)
    f.truncate(size)
P
}
partitions 200 150 many.dd
look 1 many.dd
is "volume 150 of 200" vol150 "$(jq -r 'select(.path == "notes.txt") | .volume' out | sort -u)"
is "each of the others is told" 199 "$(problems | grep -c 'a volume that could not be opened')"
partitions 1030 3 many.dd
look 1 many.dd
is "the third of 1030" vol3 "$(jq -r 'select(.path == "notes.txt") | .volume' out | sort -u)"
problems | grep -q '^not covered: the image has 1030 volumes: those behind the first 1024 were not read' || fail "volumes beyond the limit: $(problems | tail -3)"

# in a case: the asset's recovery key opens it, and what is sealed opens likewise
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Volumes" --kdf interactive --no-recovery 2>/dev/null
"$genba" add asset hostname=HR-PC-03 >/dev/null
label=$("$genba" preserve locked-0x8004.dd --as sealed --to copies --on R1-A1 | cut -d' ' -f1)
"$genba" triage "$label" >out 2>err && fail "nothing was read, and the status says nothing"
grep -q "What opens it: a password, the recovery key $id" out err || fail "without a key: $(cat out err)"
grep -q "^genba: nothing of $label was read, and nothing was stored: .*$id" err || fail "the last word asks for the key: $(tail -1 err)"
"$genba" set R1-A1 "recovery_key=$recovery" >/dev/null
"$genba" triage "$label" >out 2>err || fail "with the asset's key: $(cat out err)"
is "with the asset's key" 1102 "$("$genba" observations "evidence=$label artefact=evtx" --json | jq -r '.[].event_id')"
echo "volumes: ok"
