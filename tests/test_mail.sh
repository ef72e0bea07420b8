#!/usr/bin/env bash
# ctest: slow
# The mail desk from outside: its commands, options, members of JSON and statuses; and an import or an extraction that has no
# room or is cancelled leaves nothing half done behind.
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

person one
export XDG_DATA_HOME=$work/one
export GENBA_CASE=$work/one.genba
"$genba" new one.genba --title "Case" --kdf interactive --no-recovery 2>/dev/null
run() { "$genba" --lang en "$@"; }
run add asset hostname=HR-PC-03 >/dev/null
consultation=$(run add consultation when=2014-06-10 from="Organisation A" summary=mail)
consultation=${consultation%% *}

python3 - <<'P'
import io, os, zipfile, base64
def mail(number, name, more=''):
    return (f'Received: from pc ([198.51.100.7]) by mail.example; Tue, 10 Jun 2014 10:09:00 +0900\r\n'
            f'Authentication-Results: mx.trusted.example; spf=fail\r\n'
            f'From: =?UTF-8?B?5bqD5aCx6Kqy?= <a@own.example>\r\nTo: b@b.example\r\nDate: Tue, 10 Jun 2014 09:10:11 +0900\r\n'
            f'Subject: {name}\r\nMessage-ID: <{number}@x>\r\n{more}').encode()
one = mail(1, 'interview', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee http://c2.evil.com/a\r\n--b\r\n'
           'Content-Type: application/octet-stream; name=a.doc.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nTVpIZWxsbw==\r\n--b--\r\n')
open('one.eml', 'wb').write(one)
open('two.eml', 'wb').write(one.replace(b'<1@x>', b'<2@x>'))
open('box', 'wb').write(b''.join(b'From a@b Tue Jun 10 09:10:00 2014\n' + mail(i, f'm{i}', '\r\ntext\r\n') + b'\n' for i in (3, 4)))
open('bad.eml', 'wb').write(b'no mail at all')
open('forwarded.eml', 'wb').write(mail(5, 'Fw: see', 'Content-Type: message/rfc822\r\n\r\n') + mail(6, 'inner', '\r\ntext\r\n'))
memory = io.BytesIO()
with zipfile.ZipFile(memory, 'w') as z:
    z.writestr('in/a.eml', mail(7, 'zipped', '\r\ntext\r\n'))
open('mails.zip', 'wb').write(memory.getvalue())
locked = bytes.fromhex('504b0304140001000000000000002 6ad68ce0d0000000100000005000000'.replace(' ', '')) + b'a.exe0123456789abc' + \
    bytes.fromhex('504b01021400140001000000000000 0026ad68ce0d00000001000000050000000000000000000000000000000000'.replace(' ', '')) + b'a.exe' + \
    bytes.fromhex('504b050600000000010001003300000030000000 0000'.replace(' ', ''))
open('locked.eml', 'wb').write(mail(8, 'locked', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n'
     'Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n') + base64.encodebytes(locked) + b'--b--\r\n')
os.makedirs('maildir/cur'), os.makedirs('maildir/new'), os.makedirs('maildir/tmp')
open('maildir/cur/1:2,S', 'wb').write(mail(9, 'cur', '\r\ntext\r\n'))
open('maildir/new/2', 'wb').write(mail(10, 'new', '\r\ntext\r\n'))
open('maildir/tmp/3', 'wb').write(mail(11, 'unfinished', '\r\ntext\r\n'))
os.makedirs('many')
for i in range(600):
    open(f'many/{i:03}.eml', 'wb').write(mail(1000 + i, f'many {i}', '\r\n' + os.urandom(1500).hex() + '\r\n'))
P
printf 'wrong\n' >passwords

# ---- look
status 0 run mail look one.eml
status 0 run mail look --json one.eml
python3 - out <<'P'
import json, sys
found = json.load(open(sys.argv[1]))
assert isinstance(found, list) and len(found) == 1, found
o = found[0]
for name, kind in {'label': str, 'kind': str, 'file': str, 'sha256': str, 'size': int, 'parsed': str, 'parts': list, 'hops': list,
                   'findings': list, 'subject': str, 'from': str, 'from_addr': str, 'sender_class': str, 'sender_basis': str,
                   'class': str, 'class_basis': str, 'attachments': int, 'when': str, 'sent': str, 'origin': str, 'urls': str,
                   'authentication': str, 'message_id': str, 'to': str, 'attachment_names': str, 'files': str}.items():
    assert isinstance(o.get(name), kind), f'{name}: {o.get(name)!r}'
assert (o['label'], o['kind'], o['file'], o['parsed'], o['class']) == ('', 'mail', 'one.eml', 'whole', 'uncompressed'), o
assert 'member' not in o and 'why' not in o
part = {p['n']: p for p in o['parts']}['2']
assert set(part) == {'n', 'via', 'type', 'name', 'size', 'sha256', 'attachment', 'inline', 'counted', 'format', 'locked'}, part
assert (part['via'], part['name'], part['size'], part['attachment'], part['locked']) == ('mime', 'a.doc.exe', 7, True, False)
assert {f['id'] for f in o['findings']} >= {'name.double_extension'}
for f in o['findings']:
    assert set(f) >= {'id', 'weight', 'technique', 'part', 'text'} and f['weight'] in ('high', 'medium', 'low'), f
P
look() { # look FILTER PATH…: one value of the objects
	local filter=$1
	shift
	run mail look --json "$@" 2>/dev/null | jq -r "[.[] | $filter] | join(\" \")"
}
is "standard input" "interview -" "$(run mail look - --json <one.eml | jq -r '.[] | .subject + " " + .file')"
is "the members of a mbox" "m3:1 m4:2" "$(look '.subject + ":" + .member' box)"
is "of a zip" "zipped:in/a.eml" "$(look '.subject + ":" + .member' mails.zip)"
is "a Maildir" "cur new" "$(look .subject maildir)"
is "the mail inside" "Fw: see inner" "$(look .subject forwarded.eml) $(look .subject --forwarded yes forwarded.eml)"
is "its carrier" "<5@x>" "$(look .carrier --forwarded yes forwarded.eml)"
is "a mail that holds mails" 1 "$(look '.findings[].id' forwarded.eml | grep -c mime.holds_mail)"
is "own domains" "sender.own_from_outside" "$(look '.findings[] | select(.id == "sender.own_from_outside") | .id' --own own.example one.eml)"
is "trusted hosts" "auth.fail" "$(look '.findings[] | select(.id == "auth.fail") | .id' --trust trusted.example one.eml)"
is "hosts that are not trusted" "auth.untrusted" "$(look '.findings[] | select(.id | startswith("auth.u")) | .id' one.eml)"
is "a wrong password" "true true a.exe name" \
	"$(look '.parts[1] | "\(.locked) \(.inside[0].locked) \(.inside[0].name) \(.inside[0].basis)"' --password-file passwords locked.eml)"
status 1 run mail look bad.eml
status 1 run mail look locked.eml nothere
grep -q nothere err || fail "a path that is not there is not named: $(cat err)"
is "what is no mail" "no" "$(look .parsed bad.eml)"
[ -n "$(look .why bad.eml)" ] || fail "no reason"
python3 -c "import zipfile; zipfile.ZipFile('forging.zip', 'w').writestr('in\nFORGED.eml', 'From: a@b.example\nSubject: x\n\nx\n')"
mkdir forging && printf 'From: a@b.example\nSubject: x\n\nx\n' >$'forging/a\nFORGED.eml'
for command in "mail look" "import mail --dry-run"; do
	# shellcheck disable=SC2086
	run $command forging.zip forging $'no\nFORGED' >out 2>&1 || :
	! grep -q '^FORGED' out || fail "$command: a name of a file makes a line of its own: $(cat out)"
done
mkdir empty
status 0 run mail look empty
grep -q 'no mail was found there' err || fail "an empty folder: $(cat err)"
is "of an empty folder" '[]' "$(run mail look --json empty 2>/dev/null)"
status 0 run mail look one.eml
! grep -q 'no mail was found' err || fail "one mail: $(cat err)"
status 2 run mail look
status 2 run mail look --forwarded perhaps one.eml
status 1 run mail look --password-file nothere one.eml
status 2 run mail nonsense
[ ! -e one.genba-wal ] || is "looking writes nothing" 0 "$(run list mail --json | jq length)"

# ---- import
shown() { # shown LABEL FIELD…: of a record
	local label=$1
	shift
	run show "$label" --json | jq -r "[.[0] | $(printf '.%s, ' "$@" | sed 's/, $//')] | join(\" \")"
}
status 0 run import mail --dry-run one.eml
is "a dry run names the member of a zip" 1 "$(run import mail --dry-run mails.zip 2>/dev/null | grep -c '^mails.zip:in/a.eml  zipped')"
is "a dry run" 0 "$(run list mail --json | jq length)"
status 0 run import mail one.eml two.eml --on R1-A1 --consultation "$consultation" --obtained volunteered --integrity edited
is "labels, one a line" "R1-L1 R1-L2" "$(tr '\n' ' ' <out | sed 's/ $//')"
is "what was said" "$consultation volunteered edited" "$(shown R1-L1 consultation obtained integrity)"
is "the evidence" "mail blob R1-A1" "$(shown R1-E1 type form on)"
status 0 run import mail one.eml
is "the same bytes again" R1-L1 "$(cat out)"
status 1 run import mail bad.eml
is "what cannot be parsed" "no" "$(shown "$(cat out)" parsed)"
status 0 run import mail forwarded.eml --forwarded yes
is "a carrier on record" "<5@x>" "$(shown "$(cat out)" carrier)"
status 0 run import mail box mails.zip maildir
is "mails of boxes" 5 "$(wc -l <out)"
mkdir mixed && printf 'Subject: beside others\n\nx\n' >mixed/note && printf 'name,place\n' >mixed/list.csv && printf '\0\1\2' >mixed/disk.img
printf 'nothing of a mail\n' >mixed/damaged.eml
status 1 run import mail mixed
is "what lies beside mails is left" 2 "$(wc -l <out)"
grep -q '2 files there are no mails, and were left' err || fail "what was left is not counted: $(cat err)"
mkdir collected && printf 'name,place\n' >collected/list.csv && printf '\0\1\2' >collected/System.evtx
printf 'From: k@x\nSubject: kept with others\nMessage-ID: <k@x>\n\nx\n' >collected/kept.eml
printf '#Software: Microsoft Internet Information Services 7.5\r\n#Date: 2014-10-20 01:02:03\r\n2014-10-20 GET /a.aspx\r\n' >collected/u_ex.log
(cd collected && python3 -m zipfile -c ../mixed2.zip list.csv System.evtx u_ex.log kept.eml) && mkdir stick && mv mixed2.zip stick/PC-1.zip
status 0 run import mail stick
is "of a collection beside mails only its mails are taken in" 1 "$(wc -l <out)"
grep -q '3 files there are no mails, and were left' err || fail "what was left of a zip is not counted: $(cat err)"
status 1 run import mail mixed/list.csv
is "named by itself it is taken in" 1 "$(wc -l <out)"
status 0 run import mail locked.eml --password-file passwords
status 1 run import mail nothere
status 2 run import mail
status 1 run import mail one.eml --on R1-A99
before=$(run list mail --json | jq length)
status 2 run import mail one.eml --obtained nonsense # on record already: the value is judged all the same
status 2 run import mail many --integrity whole --dry-run
status 2 run import mail many --integrity whole
is "a value that is none" "$before" "$(run list mail --json | jq length)"

# ---- the others
is "rows of the counts" "1 A-1 A-2 A-3 A-4" "$(run mail stats --json | jq -r '[.[].table] | unique | join(" ")')"
is "their members" "key kind label n of share table" "$(run mail stats --json | jq -r '.[0] | keys | join(" ")')"
is "the classes of Table 1" "mails with_attachment compressed uncompressed url neither other" \
	"$(run mail stats --json | jq -r '[.[] | select(.table == "1") | .key] | join(" ")')"
is "as CSV" "by,table,key,n,of,share" "$(run mail stats --csv | head -1 | tr -d '\r')"
is "of some" 2 "$(run mail stats --where class=uncompressed --json | jq -r '.[] | select(.table == "1" and .key == "mails") | .n')"
for period in month quarter requester; do status 0 run mail stats --by $period --json; done
is "by month" 2014-06 "$(run mail stats --by month --json | jq -r '[.[].by] | unique | .[1]')"
status 2 run mail stats --by week
status 0 run mail similar --json
is "which belong together" "R1-L1 R1-L2" "$(jq -r '[.[] | select(.because | contains("file "))][0] | .label + " " + .other' out)"
status 0 run mail similar R1-L1 --json
status 1 run mail similar R1-L999
status 2 run mail similar R1-A1
status 0 run mail advice R1-L1 --lang ja
grep -q '不審なメール' out || fail "advice is not in Japanese: $(head -1 out)"
mkdir linked && ln -s nowhere linked/a.eml
"$genba" --lang ja import mail linked >out 2>err || true
grep -q 'シンボリックリンク' err || fail "why a mail was not read is not in Japanese: $(cat err)"
status 0 run mail advice R1-L1 --lang en
grep -q 'hxxp://c2\[.\]evil\[.\]com' out || fail "advice does not name the link, defanged"
status 0 run mail promote R1-L1
grep -q 'c2\[.\]evil' out || fail "the domain is not proposed: $(cat out)"
is "nothing is promoted by itself" 0 "$(run list indicator --json | jq length)"
status 0 run mail promote R1-L1 1
status 0 run mail promote R1-L2 all
status 2 run mail promote R1-L1 99
status 0 run mail extract R1-L1 2 part.bin
is "a part" MZHello "$(cat part.bin)"
status 1 run mail extract R1-L1 9 nothing.bin
status 1 run mail extract R1-L1 2 part.bin # it is there already
status 0 run mail again
status 0 run mail again R1-L1
status 1 run mail again R1-L999
status 0 run mail file R1-L1 one.eml --url http://c2.evil.com/a
is "what a link gave" "R1-L1 hxxp://c2[.]evil[.]com/a" "$(shown "$(cat out)" from_mail from_url)"

# ---- no room: the case cannot grow; nothing is recorded, and the next import does it all
before=$(run list mail --json | jq length)
have=$(stat -c %s one.genba)
(ulimit -f $((have / 1024 + 600)); status 1 run import mail many) || fail "an import without room"
grep -q . err || fail "nothing was said"
is "after an import without room" "$before" "$(run list mail --json | jq length)"
status 0 run verify
(ulimit -f 0; trap '' XFSZ; status 1 run mail extract R1-L1 2 full.bin) || fail "an extraction without room"
[ ! -e full.bin ] || fail "half an extraction is left"
[ -z "$(find . -maxdepth 1 -name '*full*' -o -maxdepth 1 -name '.*tmp*' -o -maxdepth 1 -name '*.part')" ] || fail "temporary files are left: $(ls -A)"

# ---- Ctrl-C in the midst: the mails before it are read, and it reads what never ends (more of it than a pipe holds is taken)
mkfifo endless
exec 9<>endless
list=$(ls -A)
"$genba" --lang en import mail many - <endless >out 2>err &
pid=$!
head -c 300000 /dev/zero | tr '\0' x | timeout 300 cat >&9 || fail "the import does not read on: $(cat err)"
kill -0 $pid || fail "the import has ended: $(cat err)"
kill -INT $pid
got=0
wait $pid || got=$?
is "the status of what was cancelled" 1 "$got"
grep -qi cancelled err || fail "it does not say that it was cancelled: $(cat err)"
is "no label is told" "" "$(cat out)"
exec 9>&-
is "after a cancelled import" "$before" "$(run list mail --json | jq length)"
is "no file is left" "$list" "$(ls -A)"
status 0 run verify
status 0 run import mail many
is "and then all of them" 600 "$(wc -l <out)"
echo "mail: contract, no room, cancelled"
