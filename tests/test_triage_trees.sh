#!/usr/bin/env bash
# genba triage of trees: file systems of an image, a disk with partitions as it is, in parts, as E01 and sealed in a case; zips of
# collectors; what cannot be opened is told by name.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
look() { # STATUS ARGUMENTS…
	local wanted=$1 got=0
	shift
	"$genba" triage "$@" --look --jsonl >out 2>err || got=$?
	[ "$got" = "$wanted" ] || fail "status $got, not $wanted: $* $(head -c 2000 out) $(cat err)"
}
files() { jq -r 'select(.artefact == "file" and (.path | test("txt$"))) | "\(if .volume == "" then "" else .volume + ":" end)\(.path) \(.size) \(.deleted) \(.clock)"' out | sort -u; }

mkdir -p tree/Users/tanaka
echo hello >tree/Users/tanaka/a.txt
printf 'x' >tree/b.txt
touch -d 2026-11-20T10:00:00Z tree/b.txt
for form in ntfs fat exfat ext4; do truncate -s 12M $form.img; done
mkfs.ext4 -q -d tree ext4.img
mkfs.ntfs -qFf ntfs.img >/dev/null 2>&1
ntfscp -q ntfs.img tree/b.txt b.txt
mkfs.vfat fat.img >/dev/null
mkfs.exfat exfat.img >/dev/null

look 0 ext4.img
is "ext4" 'Users/tanaka/a.txt 6 false utc
b.txt 1 false utc' "$(files)"
is "a time" 2026-11-20T10:00:00.0000000Z \
	"$(jq -r 'select(.path == "b.txt" and (.time_of | contains("modified"))) | .when' out)"
look 0 ntfs.img
is "NTFS" 'b.txt 1 false utc' "$(files)"
look 0 ntfs.img --only file
is "its own files" 1 "$(jq -r 'select(.path == "$MFT") | .path' out | sort -u | wc -l)"
look 0 fat.img
is "FAT" local "$(jq -r 'select(.artefact == "file") | .clock' out | sort -u)"
look 0 exfat.img
is "exFAT" true "$(jq -r 'select(.kind == "summary") | .rows > 0' out)"

# a disk with three partitions, of which one is encrypted
python3 - <<'P'
import struct
disk = bytearray(40 << 20)
table = [(2048, 24576, 0x83), (28672, 24576, 7), (55296, 16384, 0x83)]
for i, (start, length, kind) in enumerate(table):
    disk[446 + 16 * i:462 + 16 * i] = struct.pack('<B3sB3sII', 0, b'\0\2\0', kind, b'\0\3\0', start, length)
disk[510:512] = b'\x55\xaa'
for (start, _, _), name in zip(table, ('ext4.img', 'ntfs.img')):
    data = open(name, 'rb').read()
    disk[start * 512:start * 512 + len(data)] = data
disk[55296 * 512:55296 * 512 + 6] = b'LUKS\xba\xbe'
open('disk.dd', 'wb').write(disk)
P
look 1 disk.dd
is "volumes" 'vol1:Users/tanaka/a.txt 6 false utc
vol1:b.txt 1 false utc
vol2:b.txt 1 false utc' "$(files)"
is "what is encrypted is named" 1 "$(jq -r 'select(.kind == "problem") | "\(.path) \(.reason)"' out | grep -c '^vol3: not covered: .*LUKS')"
is "and a finding" 1 "$(jq -r 'select(.rule == "gap.unread" and .state == "not_covered") | .reason' out | grep -c LUKS)"
digest=$(jq -r 'select(.kind == "summary") | .set_sha256' out)
split -b 15M -d -a 3 --numeric-suffixes=1 disk.dd part.
look 1 part.001
is "in parts" "$digest" "$(jq -r 'select(.kind == "summary") | .set_sha256' out)"
if command -v ewfacquire >/dev/null; then
	ewfacquire -u -q -c fast -S 10485760 -t image disk.dd </dev/null >tool 2>&1 || fail "ewfacquire: $(cat tool)"
	look 1 image.E01
	is "as E01" "$digest" "$(jq -r 'select(.kind == "summary") | .set_sha256' out)"
fi
if command -v qemu-img >/dev/null; then
	for form in vmdk vmdk,subformat=streamOptimized vpc,force_size vpc,subformat=fixed,force_size vhdx; do
		options=${form#"${form%%,*}"}
		qemu-img convert -f raw -O "${form%%,*}" ${options:+-o "${options#,}"} disk.dd virtual
		look 1 virtual
		is "as $form" "$digest" "$(jq -r 'select(.kind == "summary") | .set_sha256' out)"
	done
	qemu-img convert -f raw -O vmdk -o subformat=twoGbMaxExtentSparse disk.dd parts.vmdk
	look 1 parts.vmdk
	is "a VMDK in several files" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c 'not covered: the VMDK lies in several files')"
	qemu-img convert -f raw -O vhdx disk.dd cut.vhdx
	truncate -s 3M cut.vhdx
	look 1 cut.vhdx
	is "a cut VHDX" true "$(jq -r 'select(.kind == "problem") | .reason' out | head -1 | grep -q 'not covered:' && echo true)"
fi
# what is encrypted and cannot be unlocked is named, with what would help
python3 - <<'P'
data = bytearray(1 << 20)
data[0:11] = b'\xebX\x90-FVE-FS-'
data[510:512] = b'\x55\xaa'
open('locked.dd', 'wb').write(data)
P
look 1 locked.dd
is "BitLocker" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c 'not covered: .*BitLocker')"
head -c 3000000 /dev/urandom >noise.dd
look 1 noise.dd
is "noise" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c 'not covered: the image could not be opened')"

# in a case: sealed, and as E01 that genba made
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Trees" --kdf interactive --no-recovery 2>/dev/null
"$genba" add asset hostname=HR-PC-03 >/dev/null
for form in sealed ewf; do
	label=$("$genba" preserve disk.dd --as $form --to copies-$form --on R1-A1 | cut -d' ' -f1)
	"$genba" triage "$label" >out 2>err && fail "a volume was not covered, and the status says nothing"
	grep -q "vol3:" err || fail "triage $label: $(cat out err)"
	"$genba" observations "evidence=$label b.txt path~vol2" --json >rows
	is "$form in the case" vol2 "$(jq -r ".[].volume" rows | sort -u)"
done

# what was seen is on record, and a person's word on it outlives another reading
rows=$("$genba" list check --json | jq length)
"$genba" triage R1-E1 >out 2>err || true
is "read again, the same" "$rows" "$("$genba" list check --json | jq length)"
is "findings of a tree" true "$("$genba" findings --json | jq 'length > 0 and all(.[]; .kind == "finding")')"

# zips of collectors
python3 - <<'P'
import zipfile
z = zipfile.ZipFile('velociraptor.zip', 'w', zipfile.ZIP_DEFLATED)
z.write('tree/b.txt', 'uploads/auto/C%3A/Users/b.txt')
z.write('tree/b.txt', 'uploads/ntfs/%5C%5C.%5CC%3A/c.txt')
P
look 0 velociraptor.zip
is "names of a zip" 'uploads/auto/C:/Users/b.txt 1 false local
uploads/ntfs/C:/c.txt 1 false local' "$(files)"
# a zip that is locked: the key opens it, in both forms that there are
mkdir -p root/var/log
echo 'Nov 20 10:00:00 srv sshd[9]: Accepted password for root from 203.0.113.7 port 22 ssh2' >root/var/log/auth.log
echo secret >key
echo other >wrong
(cd root && zip -q -r ../open.zip var && zip -q -r -P secret ../locked.zip var)
# one of 256 wrong passwords passes the check byte: then what it makes of the bytes does not unpack
python3 - locked.zip chance.zip <<'P'
import os, struct, sys, zipfile
crc = []
for n in range(256):
    for _ in range(8):
        n = n >> 1 ^ 0xEDB88320 if n & 1 else n >> 1
    crc.append(n)
class Keys:
    def __init__(self, password):
        self.k = [0x12345678, 0x23456789, 0x34567890]
        for c in password: self.eat(c)
    def eat(self, c):
        k = self.k
        k[0] = k[0] >> 8 ^ crc[(k[0] ^ c) & 255]
        k[1] = ((k[1] + (k[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        k[2] = k[2] >> 8 ^ crc[(k[2] ^ k[1] >> 24) & 255]
    def byte(self):
        t = self.k[2] | 2
        return (t * (t ^ 1)) >> 8 & 255
def open_(password, bytes_):
    keys, out = Keys(password), bytearray()
    for c in bytes_:
        out.append(c ^ keys.byte()); keys.eat(out[-1])
    return bytes(out)
def lock(password, bytes_):
    keys, out = Keys(password), bytearray()
    for c in bytes_:
        out.append(c ^ keys.byte()); keys.eat(c)
    return bytes(out)
source = zipfile.ZipFile(sys.argv[1])
entry = next(i for i in source.infolist() if i.file_size)
raw = bytearray(open(sys.argv[1], 'rb').read())
at = entry.header_offset + 30 + sum(struct.unpack_from('<HH', raw, entry.header_offset + 26))
locked = bytes(raw[at:at + entry.compress_size])
plain = open_(b'secret', locked)
check = plain[11]
while True: # another head, by which the other password passes too
    made = lock(b'secret', os.urandom(11) + plain[11:])
    if open_(b'other', made[:12])[11] == check: break
raw[at:at + entry.compress_size] = made
open(sys.argv[2], 'wb').write(raw)
P
command -v bsdtar >/dev/null && bsdtar -cf aes.zip --format zip --options zip:encryption=aes256 --passphrase secret -C root var
logons() { jq -c 'select(.kind == "observation" and .artefact != "file") | del(.id, .evidence, .source)' out; }
look 0 open.zip
logons >plain
is "a logon" 1 "$(wc -l <plain)"
for zip in locked.zip chance.zip aes.zip; do
	[ -e $zip ] || continue
	look 1 $zip
	is "without its password, $zip" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c -e 'encrypted with a password.*--password-file')"
	look 1 $zip --password-file wrong
	is "with another, $zip" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c 'encrypted, and the password that was given does not open it')"
	look 0 $zip --password-file key
	logons | cmp - plain || fail "$zip with its password: $(logons)"
done

# a zip beside the case: its rows go in, and out to Timesketch
"$genba" triage velociraptor.zip --on R1-A1 >/dev/null 2>&1 || fail "a zip into the case"
# of many one that cannot be read costs itself, and is told
printf 'no form that is known' >stray.bin
cp velociraptor.zip another.zip
echo x >>another.zip
got=0
"$genba" triage stray.bin nothing.zip another.zip --on R1-A1 --jsonl >out 2>err || got=$?
is "status of one of many" 1 "$got"
is "summaries of the others" another.zip "$(jq -r 'select(.kind == "summary") | .source' out)"
is "what is told of them" 'nothing.zip stray.bin' "$(jq -r 'select(.kind == "problem" and .source != "another.zip") | .source' out | sort -u | tr '\n' ' ' | sed 's/ *$//')"
look 1 nothing.zip velociraptor.zip
is "the others, looked at" velociraptor.zip "$(jq -r 'select(.kind == "summary") | .source' out)"
is "rows of a zip" 2 "$("$genba" observations source=velociraptor.zip --json | jq length)"
# of two machines, under one name: each keeps its rows, and the same again changes nothing
mkdir one two
cp velociraptor.zip one/C.zip
cp another.zip two/C.zip
other=$("$genba" add asset hostname=OTHER-PC)
"$genba" triage one/C.zip --on R1-A1 >/dev/null 2>&1 || fail "C of the first"
"$genba" triage two/C.zip --on "$other" >/dev/null 2>&1 || fail "C of the second"
is "rows of both" 4 "$("$genba" observations source=C.zip --json | jq length)"
"$genba" triage two/C.zip --on "$other" >/dev/null 2>&1 || fail "C of the second again"
is "rows of both, again" 4 "$("$genba" observations source=C.zip --json | jq length)"
"$genba" observations source=velociraptor.zip --timesketch >out
is "for Timesketch" '3 message,datetime,timestamp_desc' "$(wc -l <out) $(head -1 out | cut -d, -f1-3)"
# one that was cut off: the files that stand in it are read all the same, and the one in which it ends as far as it goes
python3 - <<'P'
import zipfile
with zipfile.ZipFile('whole.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    for i in range(3):
        z.writestr(f'C/var/log/access.log.{i}.txt', ''.join(f'203.0.113.{n} - - [20/Nov/2025:10:00:0{i} +0900] "GET /{n} HTTP/1.1" 200 1\n' for n in range(99)))
class Stream:  # lengths stand behind the files
    def __init__(self, f): self.f = f
    def write(self, b): return self.f.write(b)
    def flush(self): pass
with open('streamed.zip', 'wb') as f, zipfile.ZipFile(Stream(f), 'w') as z:
    for i, method in enumerate((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)):
        z.writestr(f'C/{i}.txt', 'x' * 1000, method)
P
look 0 whole.zip
rows=$(jq -r 'select(.kind == "summary") | .rows' out)
head -c $(($(stat -c %s whole.zip) - 300)) whole.zip >cut.zip
look 1 cut.zip
is "a cut zip is told" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c 'not covered: the zip has no end: it was cut off, or is none; 3 files')"
is "and where" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c 'cut off or damaged: 1; of the first, C/var/log/access.log.2.txt, [0-9]* bytes')"
is "files of a cut zip" 3 "$(jq -r 'select(.artefact == "file") | .path' out | sort -u | wc -l)"
[ "$rows" -ge 3 ] || fail "a whole zip: $rows rows"
# names as a Japanese Windows spells them: what is told of them is told, and the rows come
python3 - <<'P'
import struct
name = 'C/ログ/access.log'.encode('cp932')
data = b'192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5\n' * 100
open('cut.zip', 'wb').write(b'PK\3\4' + struct.pack('<HHHHHIIIHH', 20, 0, 0, 0, 0, 0, len(data), len(data), len(name), 0) + name + data[:-500])
P
look 1 cut.zip
is "a cut zip with names in CP932" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c 'cut off or damaged: 1; of the first, C/.*, [0-9]* bytes')"
is "its file" 1 "$(jq -r 'select(.artefact == "file") | .path' out | grep -c 'access.log$')"
head -c $(($(stat -c %s streamed.zip) - 230)) streamed.zip >cut.zip
look 1 cut.zip
is "a cut zip that was written as it came" 'C/0.txt 1000 false local
C/1.txt 1000 false local' "$(files | head -2)"
python3 - <<'P'
data = bytearray(open('whole.zip', 'rb').read())
at = data.rfind(b'PK\1\2')
data[at:at + 4] = b'XXXX'
open('list.zip', 'wb').write(data)
P
look 1 list.zip
is "a damaged list" "$rows" "$(jq -r 'select(.kind == "summary") | .rows' out)"
# and images: what is missing is told, however much of it is read
for form in ext4 fat ntfs; do
	head -c 6M $form.img >cut.img
	look 1 cut.img
	is "a cut $form is told" 1 "$(jq -r 'select(.kind == "problem") | .reason' out | grep -c 'not covered: the image ends before its file system does: .* bytes are there')"
done
echo "trees: ok"
