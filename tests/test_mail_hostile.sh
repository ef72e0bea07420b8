#!/usr/bin/env bash
# Mails made to hurt: each is a record that says what was not read, none brings the reader down, and the neighbours behind are
# whole. A message cut off at 50 places is 50 records. The full sizes: GENBA_HOSTILE_SIZE=10.
set -euo pipefail
genba=${GENBA:?path of the program}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_DATA_HOME=$work

cat >make.py <<'P'
import base64, gzip, io, os, struct, sys, zipfile
size = int(os.environ.get('GENBA_HOSTILE_SIZE', '1'))
HEAD = b'From: a@b.co.jp\nSubject: s\n'
MIXED = HEAD + b'Content-Type: multipart/mixed; boundary=b\n\n'

def write(name, content):
    with open('mails/' + name, 'wb') as f:
        f.write(content)

def attached(name, content):
    return (MIXED + b'--b\n\nx\n--b\nContent-Transfer-Encoding: base64\nContent-Type: a/b; name=' + name + b'\n\n' +
            base64.encodebytes(content) + b'--b--\n')

def zipped(entries):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, content in entries:
            z.writestr(name, content)
    return memory.getvalue()

os.makedirs('mails')
write('groups.eml', b'To: ' + b'a:' * 60000 + b'\nSubject: s\n\nx')
write('nested.eml', HEAD + b'Content-Type: multipart/mixed; boundary=b0\n\n' + b''.join(
    b'--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n' % (i, i + 1) for i in range(3000 * size)))
write('parts.eml', MIXED + b'--b\n\nx\n' * (20000 * size))
write('header.eml', b'X: y\n' * (250000 * size) + b'\nx')
write('comment.eml', b'From: ' + b'(' * (100000 * size) + b'\n\nx')
write('divs.eml', HEAD + b'Content-Type: text/html\n\n' + b'<div>' * (300000 * size))
write('bomb.eml', attached(b'a.zip', zipped([('%d' % i, bytes(12 * size << 20)) for i in range(10)])))
write('gz.eml', attached(b'a.gz', gzip.compress(bytes(34 * size << 20))))
content = b'end'
for i in range(50):
    content = gzip.compress(content)
write('gzgz.eml', attached(b'a.gz', content))
content = b'end'
for i in range(30):
    content = zipped([('in.zip', content)])
write('zipzip.eml', attached(b'a.zip', content))
write('entries.eml', attached(b'a.zip', zipped([('%d' % i, b'') for i in range(10100)])))
write('words.eml', b'Subject: ' + b'=?utf-8?B?44GC?= ' * (5000 * size) + b'\n\nx')
write('unended.eml', HEAD[:-2] + b' ' + b'=?x?q?.' * 37000 + b'\n\nx')
write('fields.eml', HEAD + b'Content-Type: multipart/mixed; boundary="x:"\n\n' + b'--x:\n' * (200000 * size))
write('sections.eml', HEAD + b'Content-Type: a/b; ' + b'; '.join(b'name*%d*=a' % i for i in range(20000)) + b'\n\nx')
write('uu.eml', HEAD + b'\n' + b'begin 644 a\n#0V%T\nend\n' * (1000 * size))
write('links.eml', HEAD + b'Content-Type: text/html\n\n' + b'<a href=http://a.example/%d>x</a>' * (30000 * size))
with open(sys.argv[1], 'rb') as f:
    message = f.read()[1:]
for i in range(50):
    write('message-%02d.msg' % i, message[:len(message) * i // 50])
write('zz-neighbour.eml', HEAD + b'\nfine\n')
P
python3 make.py "$here/fuzz/corpus/mail_outlook/msg"
status=0
"$genba" --lang en mail look --json mails >out 2>err || status=$?
[ "$status" = 1 ] || { echo "FAIL: status $status, not 1: $(cat err)"; exit 1; }
python3 - <<'P'
import json, os
found = json.load(open('out'))
by = {os.path.basename(o['file']): o for o in found}
assert len(found) == len(os.listdir('mails')), f'{len(found)} records of {len(os.listdir("mails"))} files'
for o in found:
    ids = [f['id'] for f in o['findings']]
    assert 'limit.crash' not in ids, o['file'] + ': ' + o['why']
    assert o['parsed'] == 'whole' or o.get('why'), o['file'] + ' does not say why'
assert by['zz-neighbour.eml']['parsed'] == 'whole'
for name, said in {'groups': 'limit.addresses', 'nested': 'limit.depth', 'parts': 'limit.parts', 'fields': 'limit.parts', 'header': 'limit.header',
                   'comment': 'limit.addresses', 'divs': 'limit.text', 'bomb': 'archive.bomb', 'gz': 'archive.bomb',
                   'gzgz': 'limit.archive', 'zipzip': 'limit.archive', 'entries': 'limit.archive', 'links': 'limit.links'}.items():
    ids = [f['id'] for f in by[name + '.eml']['findings']]
    assert said in ids, f'{name}: {said} is not said: {ids}'
cut = [by['message-%02d.msg' % i]['parsed'] for i in range(50)]
assert 'whole' not in cut, cut
print('hostile mails: all', len(found), 'are records, and the neighbour is whole')
P
