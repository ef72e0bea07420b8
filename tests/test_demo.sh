#!/usr/bin/env bash
# The practice case: what `genba demo` makes is section 3.2 of the report, whole and honest; without a terminal it prints
# the Board and the result of verify, on a terminal it opens the workbench; both again when it is there already.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
mkdir -p home/genba
printf 'practice\n' >pass

for turn in first second; do
	"$genba" demo --dir here </dev/null >out 2>err || fail "genba demo, $turn time: $(cat err)"
	grep -q 'Infected and not isolated' out || fail "no board: $(cat out)"
	grep -q 'nothing wrong found; last commit' out || fail "no result of verify: $(cat out)"
	grep -q 'evidence re-read: 7, ' out || fail "the evidence was not read again: $(cat out)"
done
"$genba" --lang ja demo --dir 日本語 </dev/null >out 2>err || fail "in Japanese: $(cat err)"
grep -q '感染・未隔離' out || fail "not in Japanese: $(cat out)"
# the same folder, in the other language: contents too, and each is found again
for turn in first second; do
	"$genba" --lang ja demo --dir here </dev/null >out 2>err || fail "in Japanese behind English, $turn time: $(cat err)"
	grep -q '従業員Bの業務メール' out || fail "its contents are not in Japanese: $(cat out)"
	grep -q 'here/practice\.ja\.genba' err || fail "where it is is not said: $(cat err)"
	"$genba" demo --dir 日本語 </dev/null >out 2>err || fail "English behind Japanese, $turn time: $(cat err)"
	grep -q "B's business mail" out || fail "its contents are not in English: $(cat out)"
done
"$genba" demo --dir here </dev/null >out 2>err || fail "the English one again: $(cat err)"
grep -q 'here/practice\.genba' err || fail "not the English one: $(cat err)"
(cd here && of_version small *.eml *.img proxy.log)

# one that another version left, or that was not made to its end, stays as it is with its files; this version's is made beside it
mkdir earlier
"$genba" --data earlier key new --name "Responder One (practice)" --mark R1 --kdf interactive --passphrase-file pass >/dev/null 2>err || fail "$(cat err)"
"$genba" --data earlier new earlier/practice.genba --title "Practice of long ago" --no-recovery --passphrase-file pass >/dev/null 2>err || fail "$(cat err)"
echo "of long ago" >earlier/proxy.log
before=$(cat earlier/practice.genba earlier/proxy.log | sha256sum)
for turn in first second; do
	"$genba" demo --dir earlier </dev/null >out 2>err || fail "beside an earlier one, $turn time: $(cat err)"
	grep -q 'earlier/practice\.genba was made by another version of genba' err || fail "$turn time: what becomes of it is not said: $(cat err)"
	grep -q 'Practice case: earlier/2/practice\.genba' err || fail "$turn time: where the new one is is not said: $(cat err)"
	grep -q 'evidence re-read: 7, ' out || fail "$turn time: not this version's: $(cat out)"
done
"$genba" --lang ja demo --dir earlier </dev/null >out 2>err || fail "in Japanese beside an earlier one: $(cat err)"
grep -q 'earlier/2/practice\.ja\.genba' err || fail "not beside this version's: $(cat err)"
is "the earlier one" "$before" "$(cat earlier/practice.genba earlier/proxy.log | sha256sum)"

# what is in it
cp here/identity.json home/genba/
export GENBA_CASE=here/practice.genba GENBA_PASSPHRASE_FILE=pass
query() { # query KIND EXPRESSION over the list `a`
	"$genba" list "$1" --json | python3 -c "import json, sys
a = json.load(sys.stdin)
print($2)"
}
is "numbers of the figure" "①②③④⑤⑥⑦⑦⑧" "$(query event "''.join(sorted(e.get('mark', '') for e in a))")"
is "both versions of ⑦, each with its source" "Table 3|prose of 3.2" \
	"$(query event "'|'.join(sorted(e['tags'][0] for e in a if e.get('mark') == '⑦'))")"
is "③ apparently failed" apparently_failed "$(query event "[e['outcome'] for e in a if e.get('mark') == '③'][0]")"
is "distances of Table 3" "after R1-V1 ~P6M|after R1-V4 P1D|after R1-V5 P4D" \
	"$(query event "'|'.join(e['when'] for m in '④⑤⑧' for e in a if e.get('mark') == m)")"
is "every event has a source" True "$(query event "all(e.get('tags') and e.get('basis') == 'document' for e in a)")"
is "no time was invented" 0 "$(query event "sum(e['when'][:2] == '20' and e['label'] != 'R1-V1' for e in a)")"
is "both terminals are isolated, both disks preserved" 2 \
	"$(query asset "sum(x['status'] == 'infected' and x['containment'] == 'isolated' and x['preserved'] == ['disk'] for x in a)")"
is "the edges of the flow" "①②③④⑤⑥⑦⑦⑧" "$(query flow "''.join(sorted(f['mark'] for f in a))")"
is "the chain, exactly" "R1-P1 original,R1-P1 spoofed_sender,R1-P2 original,R1-P2 recipients" \
	"$("$genba" chain --json 2>/dev/null | python3 -c "import json, sys
print(','.join(sorted({x['who'] + ' ' + x['pivot'] for x in json.load(sys.stdin) if x['kind'] == 'proposal' and x['because']})))")"
is "the four tracks" "cause permanent provisional situation" "$(query measure "' '.join(sorted(m['track'] for m in a))")"
is "mails ① ④ ⑤ ⑧" "①④⑤⑧" "$(query mail "''.join(t for m in a for t in m['tags'] if len(t) == 1)")"
is "①, ⑤ and ⑧ are whole mails that were looked at" 3 "$(query mail "sum(m.get('parsed') == 'whole' and m.get('class') == 'compressed' and len(m.get('analysis', '')) == 64 for m in a)")"
# what `mail look` shows of their files is what the report tells, harmless though they are
looked() { # looked FILE EXPRESSION over the object `m`
	"$genba" mail look "here/$1" --json | python3 -c "import json, sys
m = json.load(sys.stdin)[0]
ids = [f['id'] for f in m['findings']]
print($2)"
}
is "① locked, the password beside it, a program named as a document" True \
	"$(looked mail-1-to-employee-a.eml "{'archive.locked', 'archive.password_in_mail', 'name.double_extension', 'name.padded'} <= set(ids)")"
printf '20140110\n' >passwords
is "① opens with its password" content \
	"$("$genba" mail look here/mail-1-to-employee-a.eml --password-file passwords --json | jq -r '.[0].parts[1].inside[0].basis')"
mail_1=$(query mail "[m['label'] for m in a if '①' in m['tags']][0]")
is "the password that ① gives is tried" "$mail_1 1 of 1 locked file is open" \
	"$("$genba" mail again "$mail_1" --password-in-mail 2>&1 | paste -sd' ')"
is "⑤ free mail, an answer to the genuine one" "free_mail <practice-4@a.example>" \
	"$(looked mail-5-to-employee-b.eml "m['sender_class'] + ' ' + m['in_reply_to']")"
is "⑧ free mail that names organisation A" "free_mail True" \
	"$(looked mail-to-organisation-b.eml "m['sender_class'], 'sender.free_names_org' in ids" | tr -d "(),'")"
for file in mail-to-organisation-b.eml terminal-a-disk.img terminal-b-disk.img; do
	sum=$(sha256sum <"here/$file" | cut -d' ' -f1)
	times=1
	[ "${file##*.}" != eml ] || times=2 # preserved where it lies, and taken in at the mail desk
	is "$file is on record with its digest" $times "$(query evidence "sum(e['sha256'] == '$sum' for e in a)")"
done
cmp here/terminal-a-disk.img here/terminal-b-disk.img >/dev/null && fail "the two disks are the same"

# a sweep finds the first contact with the C2 and the upload in the proxy's log
"$genba" sweep --json 2>/dev/null >hits || fail "the practice case cannot be swept"
is "C2 and upload" "c2.example 11 2014-05-20 2|up.free-storage.example 5 2014-07-10 2" "$(python3 -c "import json
print('|'.join('%s %d %s %d' % (x['indicator'], x['hits'], x['first'][:10], x['clients']) for x in json.load(open('hits')) if x['kind'] == 'indicator'))")"
is "whose terminals" "R1-A1 R1-A2" "$(python3 -c "import json
print(' '.join(sorted({x['asset'] for x in json.load(open('hits')) if x['kind'] == 'hit'})))")"

# evidence that was altered is found, and named
printf x >>here/mail-to-organisation-b.eml
got=0
"$genba" demo --dir here </dev/null >out 2>err || got=$?
is "altered evidence" 4 "$got"
grep -q 'R1-E1' out || fail "the altered evidence is not named: $(cat out)"

# on a terminal
cat >drive.py <<'P'
import os, pty, select, struct, sys, termios, time, fcntl
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "demo", "--dir", "there"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
seen, sent, deadline = b"", False, time.monotonic() + 300
while time.monotonic() < deadline:
    if select.select([fd], [], [], 0.2)[0]:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    if not sent and b"Infected and not isolated" in seen:
        os.write(fd, b":quit\r")
        sent = True
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if sent else "the board was not shown"
print(status)
P
is "the workbench opens on a terminal, and :quit leaves it" 0 "$(TERM=xterm-256color python3 drive.py "$genba")"
echo "demo: whole"
