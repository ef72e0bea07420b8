#!/usr/bin/env bash
# genba sweep of an image: its raw bytes, and its files as files. What lies in pieces, in a record of the $MFT or packed is found,
# what can be seen both ways is found once, a raw hit is told with the file it lies in; as a file, with partitions, sealed.
# shellcheck source=tests/help_sweep.sh
. "$(dirname "$(readlink -f "$0")")/help_sweep.sh"
sweep() { "$genba" sweep "$@" --jsonl >out 2>err || fail "sweep $*: $(cat out err)"; }
of() { jq -r "select(.kind == \"hit\" and (.member | test(\"$1\"))) | \"$2\"" out; }
count() { jq -r "select(.kind == \"hit\" and (.member | test(\"$1\"))) | .offset" out | wc -l; }

# ---- ext4: a file in pieces, with an indicator across the edge of each; a packed log; a log of IIS; something deleted
mkdir -p tree/var/log
python3 - <<'P'
import gzip
cut = bytearray(b'.' * (96 << 10))
for edge in range(1024, len(cut), 1024):
    cut[edge - 4:edge + 7] = b' evil.test '
open('cut.txt', 'wb').write(cut)
# the last two of a file are judged by what is in it: in the image something else follows
open('tree/var/log/whole.log', 'wb').write(b'evil.test\n' + b'x' * 3000 + b'\nhost evil.test')
open('tree/var/log/old.log.gz', 'wb').write(gzip.compress(b'packed evil.test\n' * 3))
open('tree/var/log/u_ex.log', 'wb').write(b'#Fields: date time c-ip cs-method cs-uri-stem sc-status\r\n' + b'2014-11-24 04:05:10 192.0.2.8 GET /evil.test 200\r\n' * 50)
open('tree/gone.dat', 'wb').write(bytes(range(256)) * 8 + b'\0 evil.test \0')
open('tree/paper.eml', 'wb').write(b'see hxxp://evil[.]test/x\n')
P
for i in $(seq 60); do head -c 1024 /dev/zero | tr '\0' "$((i % 10))" >tree/fill$i; done
truncate -s 900K ext4.img
mkfs.ext4 -q -b 1024 -O ^has_journal,^resize_inode -m 0 -N 96 -d tree ext4.img
{ for i in $(seq 1 2 60); do echo "rm fill$i"; done; echo 'write cut.txt cut.txt'; echo 'rm gone.dat'; } | debugfs -w -f - ext4.img >/dev/null 2>&1
cut=$((95 - $(python3 -c "print(open('ext4.img', 'rb').read().count(b'. evil.test .'))")))
[ "$cut" -gt 5 ] || fail "$cut indicators are cut in its raw bytes: this test shows nothing"

# ---- NTFS: a file of less than a record lies in the $MFT, whose sectors end in two bytes of its own
truncate -s 12M ntfs.img
mkfs.ntfs -qFf ntfs.img >/dev/null 2>&1
python3 -c "print('small ' + ' evil.test' * 45, end='')" >small.txt
ntfscp -q ntfs.img small.txt small.txt
ntfscp -q ntfs.img tree/var/log/whole.log whole.log
ntfscp -q ntfs.img cut.txt large.bin
# an image with both
python3 - <<'P'
import struct
disk = bytearray(16 << 20)
for i, (start, length, kind, name) in enumerate([(2048, 1800, 0x83, 'ext4.img'), (6144, 24576, 7, 'ntfs.img')]):
    disk[446 + 16 * i:462 + 16 * i] = struct.pack('<B3sB3sII', 0, b'\0\2\0', kind, b'\0\3\0', start, length)
    data = open(name, 'rb').read()
    disk[start * 512:start * 512 + len(data)] = data
disk[510:512] = b'\x55\xaa'
open('disk.dd', 'wb').write(disk)
P
quiet add indicator type=domain value='evil[.]test'
quiet add asset hostname=HR-PC-03
quiet preserve ext4.img --on R1-A1
sweep R1-E1
is "across the edge of each piece, once" 95 "$(count '^cut.txt$')"
is "those that its raw bytes cannot show come from the file" "$cut" \
	"$(jq -r 'select(.kind == "hit" and .member == "cut.txt" and .raw == null) | .offset' out | wc -l)"
is "at their places" "$(seq 1021 1024 97277 | tr '\n' ' ')" "$(of '^cut.txt$' '\(.offset)' | sort -n | tr '\n' ' ')"
is "a packed log" 'var/log/old.log.gz 7 1|var/log/old.log.gz 24 2|var/log/old.log.gz 41 3|' \
	"$(of 'old.log' '\(.member) \(.offset) \(.line)' | tr '\n' '|')"
is "first and last bytes of a file" '0 3016' "$(of 'whole' '\(.offset)' | sort -n | tr '\n' ' ' | sed 's/ $//')"
is "a raw hit knows the columns of its file" '50 2014-11-24T04:05:10Z 192.0.2.8 GET 200' \
	"$(of 'u_ex' '\(.when) \(.client) \(.method) \(.status)' | sort | uniq -c | sed 's/^ *//')"
is "defanged, as mails have it" 'paper.eml defanged' "$(of 'paper' '\(.member) \(.encoding)')"
is "what was deleted is of no file" 1 "$(of '^$' '\(.text)' | grep -c 'evil.test')"
is "the sums count each once" "$(jq -r 'select(.kind == "hit") | .offset' out | wc -l)" "$(jq -r 'select(.kind == "indicator") | .hits' out)"
at=$(of 'u_ex' '\(.raw)' | head -1)
is "the raw offset" evil.test "$(tail -c +$((at + 1)) ext4.img | head -c 9)"
"$genba" show R1-K1 --json | grep -q 'were read as files, too' || fail "the limits say that files were read"
"$genba" report incident --internal --form text --out limits.txt || fail "a report"
tr '\n' ' ' <limits.txt | tr -s ' ' | grep -q 'too; evidence, and how many files: R1-E1: ' || fail "a report tells which, too"

quiet preserve disk.dd --on R1-A1
sweep R1-E2
is "volumes" 95 "$(count '^vol1:/cut.txt$')"
is "in the record of the file" 45 "$(count 'vol2:/small.txt')"
is "a file of its own clusters" '0 3016' "$(of 'vol2:/whole' '\(.offset)' | sort -n | tr '\n' ' ' | sed 's/ $//')"
is "one that is read raw only is named" 95 "$(count 'vol2:/large.bin')"
is "the sums count each once" "$(jq -r 'select(.kind == "hit") | .offset' out | wc -l)" "$(jq -r 'select(.kind == "indicator") | .hits' out)"
jq -c 'select(.kind == "hit") | [.member, .offset, .encoding, .raw]' out | sort >plain
mkdir copies
quiet preserve disk.dd --as sealed --to copies --on R1-A1
mv disk.dd elsewhere.dd
sweep R1-E3 --jobs 2
is "sealed" "$(cat plain)" "$(jq -c 'select(.kind == "hit") | [.member, .offset, .encoding, .raw]' out | sort)"
is "observations" "$(wc -l <plain)" "$("$genba" observations artefact=hit evidence=R1-E3 --limit 100000 --json 2>/dev/null | jq length)"

# ---- looked at only: an E01 as the medium that it holds, not as the container that its files are
mv elsewhere.dd disk.dd
quiet preserve disk.dd --as ewf --to copies --on R1-A1
e01=$(ls copies/*.E01)
printf 'evil[.]test\n' >list
for jobs in 1 2; do
	"$genba" sweep "$e01" --list list --look --jsonl --jobs $jobs >out 2>err || fail "sweep --look of an E01: $(cat out err)"
	is "an E01 that is looked at, $jobs" "$(cat plain)" "$(jq -c 'select(.kind == "hit") | [.member, .offset, .encoding, .raw]' out | sort)"
	is "its source, and no evidence, $jobs" "$e01 null" "$(jq -r 'select(.kind == "hit") | "\(.source) \(.evidence)"' out | sort -u)"
done
split -b 3000000 -d -a 3 --numeric-suffixes=1 disk.dd part.
for jobs in 1 2; do
	for image in disk.dd part.001; do
		"$genba" sweep $image --list list --look --jsonl --jobs $jobs >out 2>err || fail "sweep --look of $image: $(cat out err)"
		is "raw, $image, $jobs" "$(cat plain)" "$(jq -c 'select(.kind == "hit") | [.member, .offset, .encoding, .raw]' out | sort)"
		is "its path, $image, $jobs" "$image $image null" "$(jq -r 'select(.kind == "hit") | "\(.source) \(.path) \(.evidence)"' out | sort -u)"
	done
done
gzip -c ext4.img >packed.img # packed, it is no medium
"$genba" sweep packed.img --list list --look --jsonl >out 2>err || fail "sweep --look of a packed image: $(cat out err)"
is "no file of what is packed" "" "$(jq -r 'select(.kind == "hit") | .member' out | sort -u)"
head -c 9000 "$e01" >torn.E01
rc=0
printf 'evil.test\n' >next.log
"$genba" sweep torn.E01 next.log --list list --look --jsonl >out 2>err || rc=$?
is "an E01 that is cut off is told, and the next goes on" '1 torn.E01 next.log torn.E01' \
	"$rc $(jq -r 'select(.kind == "problem") | .path' out | sort -u) $(jq -r 'select(.kind == "hit") | .path' out | sort -u | xargs)"
