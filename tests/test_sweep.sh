#!/usr/bin/env bash
# genba sweep --look: lists, packed and torn files, folders, standard input, parts of a large file, what is told and by which
# status.
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-sweep-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
unset GENBA_CASE
fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
is() { # is WHAT EXPECTED GOT
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}
sweep() { "$genba" sweep "$@" --look --jsonl >out 2>err; }
hits() { jq -r 'select(.kind == "hit") | "\(.source) \(.indicator) \(.match) \(.encoding) \(.offset) \(.line)"' out; }

printf '# a list\nEvil[.]test\n198.51.100.0/24\nhxxp://bad[.]example/gate.php\nd41d8cd98f00b204e9800998ecf8427e\n' >list
printf '10.0.0.1\nco.jp\nabc\nno indicator here\n' >>list
{
	printf '1416801909.123 45 192.0.2.7 TCP_MISS/200 5120 GET http://bad.example/gate.php - DIRECT/198.51.100.9 text/html\n'
	printf '1416801910.123 45 192.0.2.8 TCP_MISS/200 77 CONNECT www.evil.test:443 - DIRECT/203.0.113.7 -\n'
	printf 'u=http%%3A%%2F%%2Fbad.example%%2Fgate.php notevil.test evil.test.example evil%%2Etest'
} >proxy.log
wanted='http://bad.example/gate.php exact plain 50 1
198.51.100.0/24 network plain 87 1
evil.test subdomain plain 166 2
http://bad.example/gate.php exact percent 205 3
evil.test exact percent 272 3'

# ---- what is found, in every packing
sweep proxy.log --list list || fail "status of a sweep with hits"
is "hits" "$(sed 's/^/proxy.log /' <<<"$wanted")" "$(hits)"
is "fields of a log line" '2014-11-24T04:05:10.123Z utc 192.0.2.8 CONNECT 200 77' \
	"$(jq -r 'select(.kind == "hit" and .match == "subdomain") | "\(.when) \(.clock) \(.client) \(.method) \(.status) \(.bytes)"' out)"
is "no time is invented" null "$(jq -r 'select(.kind == "hit" and .line == 3) | .when' out | sort -u)"
is "skipped" '6 10.0.0.1|7 co.jp|8 abc|9 no indicator here|' \
	"$(jq -r 'select(.kind == "skipped" and .line < 10) | "\(.line) \(.value)"' out | tr '\n' '|')"
is "sums" 'http://bad.example/gate.php 2 1 1' "$(jq -r 'select(.kind == "indicator" and .type == "url") | "\(.indicator) \(.hits) \(.clients) \(.evidence)"' out)"
gzip -k proxy.log
zstd -q proxy.log
split -b 100 proxy.log part.
for p in part.*; do gzip -c "$p" >>members.gz; zstd -q -c "$p" >>frames.zst; done
for file in proxy.log.gz proxy.log.zst members.gz frames.zst; do
	sweep "$file" --list list || fail "status of $file"
	is "$file" "$(sed "s/^/$file /" <<<"$wanted")" "$(hits)"
done
sweep - --list list <proxy.log.gz || fail "status of standard input"
is "standard input" "$(sed 's/^/- /' <<<"$wanted")" "$(hits)"
gunzip -c proxy.log.gz | "$genba" sweep - --list list --look --jsonl >out
is "a pipe" "$(sed 's/^/- /' <<<"$wanted")" "$(hits)"

# ---- uploads by client and hour: to services that keep files, and a person's own
cat >up.log <<'L'
1416801909.123 45 192.0.2.7 TCP_MISS/200 5120 POST https://mega.nz/up - DIRECT/203.0.113.9 text/html
1416801910.123 45 192.0.2.8 TCP_MISS/200 77 CONNECT g.api.mega.co.nz:443 - DIRECT/203.0.113.7 -
1416803400.123 45 192.0.2.8 TCP_MISS/200 70 CONNECT g.api.mega.co.nz:443 - DIRECT/203.0.113.7 -
1416809911.123 45 192.0.2.8 TCP_MISS/200 70 CONNECT g.api.mega.co.nz:443 - DIRECT/203.0.113.7 -
1416809911.123 45 192.0.2.8 TCP_MISS/200 70 POST http://a.example/?r=http://mega.nz/ - DIRECT/203.0.113.7 -
1416809911.123 45 192.0.2.8 TCP_MISS/200 70 GET http://mega.nz/ - DIRECT/203.0.113.7 -
1416809912.123 45 192.0.2.8 TCP_MISS/200 9 PUT http://store.own.example/x - DIRECT/203.0.113.7 -
1416809913.123 45 192.0.2.8 TCP_MISS/200 9 POST http://www.evil.test/x - DIRECT/203.0.113.7 -
L
mkdir -p own/genba
echo own.example >own/genba/storage-services
XDG_DATA_HOME=$work/own sweep up.log --list list || fail "status of uploads"
is "uploads" '2014-11-24T04:00:00Z 192.0.2.7 mega.nz 1 0 0 5120
2014-11-24T04:00:00Z 192.0.2.8 mega.co.nz 0 0 2 147
2014-11-24T06:00:00Z 192.0.2.8 mega.co.nz 0 0 1 70
2014-11-24T06:00:00Z 192.0.2.8 own.example 0 1 0 9' \
	"$(jq -r 'select(.kind == "upload") | "\(.hour) \(.client) \(.indicator) \(.posts) \(.puts) \(.connects) \(.bytes)"' out)"
is "services are no hits" 'evil.test' "$(jq -r 'select(.kind == "hit") | .indicator' out)"
is "and no indicators" 4 "$(jq -r 'select(.kind == "summary") | .indicators' out)"
"$genba" sweep up.log --list list --look 2>/dev/null | grep -q '^2014-11-24T04:00:00Z  *192.0.2.7 .*mega.nz  *1 ' || fail "the table of uploads"

# ---- what is torn gives its hits before the tear, and the next goes on
head -c $(($(stat -c %s proxy.log.gz) - 12)) proxy.log.gz >torn.gz
{ cat proxy.log.gz; printf 'something else'; } >tail.gz
rc=0
sweep missing /dev/null proxy.log --list list || rc=$?
is "a file that is not there, and one that is none, are told" '1 /dev/null missing' \
	"$rc $(jq -r 'select(.kind == "problem") | .path' out | sort | tr '\n' ' ' | sed 's/ $//')"
is "and the rest is read" '5 1' "$(hits | grep -c '^proxy.log ') $(jq -r 'select(.kind == "summary") | .files' out)"
rc=0
"$genba" sweep missing proxy.log --list list --look >out 2>err || rc=$?
is "status for people" 1 "$rc"
grep -q '^missing: cannot be opened' err || fail "why: $(cat err)"
grep -q ' indicators; files read: 1, ' err || fail "one file is told as several: $(cat err)"
grep -q 'evil.test' out || fail "what was read: $(cat out)"
# ---- what lies too deep, or behind a path too long, is told and not passed over
mkdir deep
python3 - <<'P'
import os
path = "deep"
for i in range(1, 202):
    path += "/d"
    os.mkdir(path)
    if i in (199, 201):
        open(path + "/log", "w").write("GET http://www.evil.test/%d\n" % i)
fd = os.open("deep", os.O_RDONLY)
for i in range(20):
    os.mkdir("n" * 250, dir_fd=fd)
    fd = os.open("n" * 250, os.O_RDONLY, dir_fd=fd)
P
rc=0
sweep deep --list list || rc=$?
is "status of what lies too deep" 1 "$rc"
is "hits above it" "deep/$(printf 'd/%.0s' {1..199})log" "$(jq -r 'select(.kind == "hit") | .path' out)"
is "what was not read" "$(printf 'd/%.0s' {1..199})d: folders too deep within each other" \
	"$(jq -r 'select(.kind == "problem" and (.path | test("d/d"))) | "\(.path): \(.reason)"' out | sed 's/^deep.//')"
is "a path too long" 1 "$(jq -r 'select(.kind == "problem" and (.path | test("nnn"))) | .reason' out | grep -c 'File name too long')"
rm -rf deep
rc=0
sweep torn.gz tail.gz proxy.log --list list || rc=$?
is "status of what is torn" 1 "$rc"
grep -q '^torn.gz evil.test subdomain' <<<"$(hits)" || fail "hits before the tear: $(hits)"
is "the next goes on" 5 "$(hits | grep -c '^proxy.log ')"
is "a problem names each" 'tail.gz torn.gz' "$(jq -r 'select(.kind == "problem") | .path' out | sort | tr '\n' ' ' | sed 's/ $//')"
head -c 300000000 /dev/zero | gzip -c >bomb.gz
! sweep bomb.gz --list list || fail "status of a bomb"
jq -r 'select(.kind == "problem") | .reason' out | grep -q 'limit' || fail "a bomb is told: $(cat out)"
{ # a person may raise the limit: all of it is read, and what lies behind it is found
	head -c 100000000 /dev/zero
	echo ' evil.test'
} | gzip -c >behind.gz
rc=0
sweep behind.gz --list list || rc=$?
is "status of a bomb, and hits behind it" '1 0' "$rc $(jq -r 'select(.kind == "summary") | .hits' out)"
sweep behind.gz --list list --max-ratio 2000 || fail "a raised limit: $(cat out err)"
is "hits behind a raised limit" 1 "$(jq -r 'select(.kind == "summary") | .hits' out)"
if command -v zstd >/dev/null; then
	gunzip -c behind.gz | zstd -q -c >behind.zst
	rc=0
	sweep behind.zst --list list || rc=$?
	is "status of a bomb of zstd" '1 0' "$rc $(jq -r 'select(.kind == "summary") | .hits' out)"
	sweep behind.zst --list list --max-ratio 100000 || fail "a raised limit, zstd: $(cat out err)"
	is "hits behind a raised limit, zstd" 1 "$(jq -r 'select(.kind == "summary") | .hits' out)"
fi
rc=0
sweep behind.gz --list list --max-ratio 0 || rc=$?
is "a limit that is none" 2 "$rc"

# ---- archives: each member, in archives too; names are text; what is encrypted, torn or a bomb is told, and the next goes on
members() { jq -r 'select(.kind == "hit") | "\(.path) \(.member) \(.indicator) \(.offset)"' out; }
problems() { jq -r 'select(.kind == "problem") | "\(.member): \(.reason)"' out; }
mkdir pack
python3 - <<'P'
import bz2, io, lzma, random, tarfile, zipfile
text = b'a www.evil.test b\n'
def tar(mode, members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, data in members:
            i = tarfile.TarInfo(name)
            i.size = len(data)
            t.addfile(i, io.BytesIO(data))
    return out.getvalue()
def zipped(members, how=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', how) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()
two = [('../../etc/a.log', text), ('sub/b.log', b'nothing')]
bomb = zipped([('bomb', b'\0' * 120000000), ('behind.log', text)])
def put(name, data):
    open('pack/' + name, 'wb').write(data)
put('a.zip', zipped(two))
put('a.tar', tar('w', two))
put('a.tar.gz', tar('w:gz', two))
put('a.tar.xz', tar('w:xz', two))
put('a.log.xz', lzma.compress(text))
put('a.log.bz2', bz2.compress(text))
put('nested.zip', zipped([('in/a.tar.gz', tar('w:gz', two)), ('name-evil.test.txt', b'x'), ('at evil.test', b'x')]))
put('deep.zip', zipped([('1.zip', zipped([('2.zip', zipped([('3.zip', zipped([('4.log', text)]))]))]))]))
put('bomb.zip', bomb)
h = tarfile.TarInfo('endless')
h.size = 1 << 62
put('endless.tar', h.tobuf(tarfile.GNU_FORMAT) + text * 1000)
whole = io.BytesIO()
with tarfile.open(fileobj=whole, mode='w') as t:
    i = tarfile.TarInfo('long')
    i.size = len(text) * 100000
    t.addfile(i, io.BytesIO(text * 100000))
put('cut.tar', whole.getvalue()[:512 + 7 + len(text) * 70000])
def noise(n): # hardly packed, so that much lies in one block
    r = random.Random(3)
    return b''.join(b'%08x%s' % (r.getrandbits(32), text if i % 100 == 0 else b'\n') for i in range(n))
for name, packed in [('noise.xz', lzma.compress(noise(90000))), ('noise.bz2', bz2.compress(noise(300000), 1)),
                     ('noise.tar.xz', lzma.compress(tar('w', [('n.log', noise(90000))])))]:
    put('cut-' + name, packed[:len(packed) * 2 // 3])
    put('bad-' + name, packed[:len(packed) * 2 // 3] + b'\xFF' * 64 + packed[len(packed) * 2 // 3 + 64:])
put('two.xz', lzma.compress(text) + b'\0' * 8 + lzma.compress(text))
put('two.bz2', bz2.compress(text) + bz2.compress(text))
put('tail.xz', lzma.compress(text) + b'something else')
put('tail.bz2', bz2.compress(text) + b'something else')
put('packed.zip', zipped([('1.zip', zipped([('2.zip', zipped([('3.log.xz', lzma.compress(text))]))]))]))
import gzip
three = [('a.log', text), ('b.log', random.Random(1).randbytes(5000)), ('c.log', text)]
def damaged(data, mark, nth, by):
    at = -1
    for _ in range(nth):
        at = data.index(mark, at + 1)
    return data[:at + by] + b'XXXX' + data[at + by + 4:]
put('sum.zip', damaged(zipped(three), b'b.log', 1, 200))
put('directory.zip', damaged(zipped(three), b'PK\1\2', 2, 0))
put('header.tar', damaged(tar('w', three), b'b.log', 1, 0))
put('zeros.tar', tar('w', three)[:1024] + bytes(512) + tar('w', three)[1024:])
put('zeros.gz', gzip.compress(b'nothing\n') + bytes(300000) + gzip.compress(text))
sum = bytearray(gzip.compress(b'nothing\n'))
sum[-6] ^= 1
put('sum.gz', bytes(sum) + gzip.compress(text))
put('torn.zip', zipped([('a.log', text), ('b.log', bytes(range(256)) * 4000)], zipfile.ZIP_STORED)[:300000])
P
for file in a.zip a.tar a.tar.gz a.tar.xz; do
	sweep pack/$file --list list || fail "status of $file: $(cat out)"
	is "$file" "pack/$file ../../etc/a.log evil.test 6" "$(members)"
	is "members of $file" 2 "$(jq -r 'select(.kind == "summary") | .members' out | head -1)"
done
for file in a.log.xz a.log.bz2; do
	sweep pack/$file --list list || fail "status of $file"
	is "$file" "pack/$file  evil.test 6" "$(members)"
done
if command -v bsdtar >/dev/null; then
	(cd pack && bsdtar -cf a.7z --format 7zip -C .. proxy.log && bsdtar -cf a.iso --format iso9660 -C .. proxy.log)
	for file in a.7z a.iso; do
		sweep pack/$file --list list || fail "status of $file: $(cat out)"
		is "hits in $file" 5 "$(members | wc -l)"
	done
fi
sweep pack/nested.zip --list list || fail "status of nested.zip: $(cat out)"
is "an archive in an archive" 'pack/nested.zip at evil.test evil.test 3|pack/nested.zip in/a.tar.gz!/../../etc/a.log evil.test 6|' \
	"$(members | sort | tr '\n' '|')"
rc=0
sweep pack/deep.zip pack/bomb.zip pack/torn.zip --list list --jobs 1 || rc=$?
is "status of limits" 1 "$rc"
is "too deep, a bomb, torn" '|1.zip!/2.zip!/3.zip|b.log|bomb|' "$(problems | cut -d: -f1 | sort | tr '\n' '|')"
is "the next member goes on" 'pack/bomb.zip behind.log evil.test 6|pack/torn.zip a.log evil.test 6|' "$(members | sort | tr '\n' '|')"
# what is packed by xz or bzip2 gives all that can be unpacked before the tear: python says how much that is
python3 - >wanted <<'P'
import bz2, lzma
for how in ('cut', 'bad'):
    for name, unpacker in (('noise.xz', lzma.LZMADecompressor), ('noise.bz2', bz2.BZ2Decompressor), ('noise.tar.xz', lzma.LZMADecompressor)):
        packed, out, one = open(f'pack/{how}-{name}', 'rb').read(), b'', unpacker()
        try:
            for byte in packed:
                out += one.decompress(bytes([byte]))
        except (lzma.LZMAError, OSError):
            pass
        print(f'pack/{how}-{name}', out.count(b'evil.test'))
P
while read -r file count; do
	rc=0
	sweep "$file" --list list --max 100000 || rc=$?
	is "status and hits of $file" "1 $count" "$rc $(members | wc -l)"
	[ -n "$(problems)" ] || fail "$file: nothing is told"
	[ "$count" -gt 500 ] || fail "$file: the test has no hits to lose"
done <wanted
# what is damaged costs itself, and is told: a member whose checksum is another, a directory, a header, a piece of a gzip
for row in 'sum.zip:a.log c.log:b.log' 'directory.zip:a.log c.log:' 'header.tar:a.log c.log:' 'sum.gz::'; do
	IFS=: read -r file with about <<<"$row"
	rc=0
	sweep pack/$file --list list || rc=$?
	is "status of $file" 1 "$rc"
	is "hits of $file" "${with:-}" "$(jq -r 'select(.kind == "hit") | .member' out | sort | tr '\n' ' ' | sed 's/ *$//')"
	is "hits of $file, counted" "$([ "$with" ] && echo 2 || echo 1)" "$(members | wc -l)"
	is "problems of $file" "$about" "$(problems | cut -d: -f1)"
done
# zeros between them are no end
for row in 'zeros.tar 2' 'zeros.gz 1'; do
	read -r file count <<<"$row"
	sweep pack/$file --list list || fail "status of $file: $(cat out)"
	is "hits of $file" "$count" "$(members | wc -l)"
done
for file in two.xz two.bz2; do
	sweep pack/$file --list list || fail "status of $file: $(cat out)"
	is "streams of $file" 2 "$(members | wc -l)"
done
for file in tail.xz tail.bz2; do
	rc=0
	sweep pack/$file --list list || rc=$?
	is "$file" '1 1 1' "$rc $(members | wc -l) $(problems | grep -Ec 'something else|what follows cannot')"
done
rc=0
sweep pack/packed.zip --list list || rc=$?
is "packed too deep" '1 1.zip!/2.zip!/3.log.xz' "$rc $(problems | cut -d: -f1)"
rc=0
sweep pack/endless.tar pack/cut.tar proxy.log --list list --jobs 1 --max 100000 || rc=$?
is "status of members without end" 1 "$rc"
is "all before the tear" '1000 pack/endless.tar|70000 pack/cut.tar|5 proxy.log|' \
	"$(jq -r 'select(.kind == "hit") | .path' out | uniq -c | sed 's/^ *//' | tr '\n' '|')"
is "each is told" 'cut.tar endless.tar' "$(jq -r 'select(.kind == "problem") | .path' out | sed 's/.*\///' | sort -u | tr '\n' ' ' | sed 's/ $//')"
sweep pack/bomb.zip --list list --max-ratio 2000 || fail "a raised limit, zip: $(cat out err)"
is "all members are read then" 2 "$(jq -r 'select(.kind == "summary") | .members' out)"
if command -v zip >/dev/null; then
	cp proxy.log pack/clear.log
	(cd pack && zip -q -j -P secret locked.zip ../proxy.log && zip -q locked.zip clear.log)
	rc=0
	sweep pack/locked.zip --list list || rc=$?
	is "status of what is encrypted" 1 "$rc"
	grep -q 'encrypted' <<<"$(problems)" || fail "encrypted is told: $(cat out)"
	is "what is not encrypted is read" 5 "$(members | grep -c clear.log)"
	grep -q -e '--password-file' <<<"$(problems)" || fail "what to do about it: $(problems)"
	printf 'infected\nsecret\n' >passwords
	printf 'infected\n' >wrong
	sweep pack/locked.zip --list list --password-file passwords || fail "status with the password: $(cat out)"
	is "what is locked is read with its password" '5 5' "$(members | grep -c clear.log) $(members | grep -c proxy.log)"
	rc=0
	sweep pack/locked.zip --list list --password-file wrong || rc=$?
	is "a wrong password" '1 5 1' "$rc $(members | wc -l) $(problems | grep -c 'proxy.log: encrypted: no password that was given opens it')"
	if command -v bsdtar >/dev/null; then
		bsdtar -cf pack/aes.zip --format zip --options zip:encryption=aes256 --passphrase secret proxy.log
		sweep pack/aes.zip --list list --password-file passwords || fail "status of AES: $(cat out)"
		is "AES is read with its password" 5 "$(members | wc -l)"
	fi
	rc=0
	sweep pack/locked.zip --list list --password-file nowhere || rc=$?
	[ "$rc" != 0 ] || fail "a file of passwords that is not there"
fi

# ---- folders, links, UTF-16
mkdir -p folder/sub
cp proxy.log folder/sub/b.log
printf 'x evil.test y' | iconv -t UTF-16 >folder/a.txt
{ printf '\001\002\003'; printf '\000evil.test\000' | iconv -t UTF-16LE; } >folder/hive
ln -s /etc/passwd folder/link
mkfifo folder/fifo
sweep folder --list list || fail "status of a folder"
is "a folder" 'folder/a.txt utf-16le 6|folder/hive utf-16le 5|' \
	"$(jq -r 'select(.kind == "hit" and .encoding == "utf-16le") | "\(.path) \(.encoding) \(.offset)"' out | tr '\n' '|')"
is "files of a folder" 3 "$(jq -r 'select(.kind == "summary") | .files' out)"
sweep folder/hive --list list --defanged
printf 'see evil[.]test' >note.log
cp note.log note.txt
sweep note.log --list list
is "defanged text in a log needs --defanged" '' "$(hits)"
sweep note.log --list list --defanged
is "defanged" 'note.log evil.test exact defanged 4 1' "$(hits)"
sweep note.txt --list list
is "in a note it is looked for" 'note.txt evil.test exact defanged 4 1' "$(hits)"

# ---- a large file is read in parts: the same hits, lines counted through
python3 - <<'P'
with open('large', 'w') as f:
    for i in range(2400000):
        f.write('%d some ordinary line of a log with words and 192.0.2.%d in it, no hit at all\n' % (i, i % 250))
        if i % 100000 == 99999:
            f.write('x www.evil.test y\n')
P
sweep large --list list --jobs 1
jq -c 'select(.kind == "hit")' out >one
sweep large --list list --jobs 4
jq -c 'select(.kind == "hit")' out >four
is "hits of a large file" 24 "$(wc -l <one)"
cmp one four || fail "parts of a large file tell something else"
# more clients than a worker keeps at once: all are counted
python3 - >clients.log <<'P'
for i in range(2500):
    print('1416809910.%03d 45 10.1.%d.%d TCP_MISS/200 70 GET http://evil.test/ - DIRECT/203.0.113.7 text/html' % (i % 1000, i // 250, i % 250))
P
sweep clients.log --list list --max 1
is "clients" '2500 2500' "$(jq -r 'select(.kind == "indicator") | "\(.hits) \(.clients)"' out)"
python3 - <<'P'
import zipfile # large, but an archive: it is read once, however many workers there are
with zipfile.ZipFile('large.zip', 'w', zipfile.ZIP_STORED) as z:
    z.writestr('a.log', 'x www.evil.test y\n')
    z.writestr('zeros', bytes(170 << 20))
P
sweep large.zip --list list --jobs 4 --max-ratio 100000
is "hits of a large archive" '1 1' "$(grep -c '"hit"' out) $(jq -r 'select(.kind == "summary") | .hits' out)"
rm large.zip
sweep large --list list --max 3
is "--max" '3 24' "$(grep -c '"hit"' out) $(jq -r 'select(.kind == "summary") | .hits' out)"

# ---- the indicators of a case
export XDG_DATA_HOME=$work/home GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Sweep" --kdf interactive --no-recovery 2>/dev/null
"$genba" -c site.genba add indicator type=domain value='evil[.]test' >/dev/null
"$genba" -c site.genba add indicator type=ip value=198.51.100.9 false_positive=yes >/dev/null
"$genba" -c site.genba sweep proxy.log --look --jsonl >out 2>err || fail "a case's indicators: $(cat err)"
is "the record that was hit" 'R1-I1 evil.test 2' "$(jq -r 'select(.kind == "indicator") | "\(.label) \(.indicator) \(.hits)"' out)"

# ---- --json, people, usage
"$genba" sweep proxy.log --list list --look --json 2>/dev/null >out.json
is "--json is one array" 5 "$(jq '[.[] | select(.kind == "hit")] | length' out.json)"
"$genba" sweep proxy.log --list list --look 2>/dev/null | grep -q '^evil.test  *2 ' || fail "the table for people"
rc=0
"$genba" sweep proxy.log --look 2>err || rc=$?
is "no list" 2 "$rc"
grep -q -- --list err || fail "no list is told: $(cat err)"
