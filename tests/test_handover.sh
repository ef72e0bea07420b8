#!/usr/bin/env bash
# Two responders, as they type it: hand over, accept, receipt, work apart, deltas both ways, conflicts, one tree in the end.
# Usage: GENBA=path/to/genba tests/test_handover.sh [ACTIONS]   ACTIONS on each copy while they are apart (default 20)
actions=${1:-${GENBA_ACTIONS:-20}}
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

person one two

# --- hand over
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Merged" --party "Organisation A" 2>/dev/null
as one add asset hostname=HR-PC-03 status=suspected >/dev/null
as one add account name=svc-backup >/dev/null
as one set R1-A1 recovery_key=SECRET-KEY-4711
printf 'evidence\n' >mail.eml
as one preserve mail.eml --on R1-A1 >/dev/null
as one capture -- head -c 400000 /dev/urandom >/dev/null 2>&1 # kept in the case file
as one note --on R1-A1 --stance hypothesis 感染経路はメールの可能性 >/dev/null
as one brief --handover >own.brief
printf '電話で確認した事項\n\033[2J' >>own.brief
# the key first: with another fingerprint than the one that was read out nothing is written
before=$(as one log --json | grep -c '"subject"')
status 1 as one handover --to two.pub --out two.genba --fingerprint SHA256:another
grep -q 'nothing was written: the key has the fingerprint SHA256:' err || fail "a wrong fingerprint: $(cat err)"
is "commits after a wrong fingerprint" "$before" "$(as one log --json | grep -c '"subject"')"
[ ! -e two.genba ] || fail "a copy was written for a wrong fingerprint"
status 2 as one handover --to two.pub --out two.genba --brief-lang xx
is "commits after a wrong language" "$before" "$(as one log --json | grep -c '"subject"')"
fingerprint=$(XDG_DATA_HOME=$work/two "$genba" key show | grep -o 'SHA256:[^ ]*' | head -1)
label=$(as one handover --fingerprint "$fingerprint" --to two.pub --out two.genba --with-evidence taken --brief own.brief 2>handover.log) || fail "handover: $(cat handover.log)"
is "label of the transfer" R1-T1 "$label"
grep -q SHA256: handover.log || fail "no fingerprint to read out: $(cat handover.log)"
! grep -q "have them read the key out" handover.log || fail "a key that was confirmed is to be read out again: $(cat handover.log)"
status 1 as one handover --to two.pub --out two.genba
cmp mail.eml taken/R1-E1-mail.eml || fail "evidence was not taken along"

# --- accept: bytes that are others are told apart from bytes that are not there
cp -r taken other
echo changed >>other/R1-E1-mail.eml
cp two.genba again-two.genba
mkdir -p probe && cp -r two/* probe/
cp two.genba probe.genba
status 1 as probe accept --evidence other --receipt probe.receipt
cp err probe.log
grep -q 'not those on record of R1-E1\.' probe.log || fail "the status says nothing of which: $(cat probe.log)"
grep -q 'R1-E1: the bytes that came are not those on record' probe.log || fail "other bytes: $(cat probe.log)"
grep -q '"result": "different"' probe.receipt || fail "other bytes are not in the receipt: $(cat probe.receipt)"
as two accept --evidence taken --receipt receipt >accept.out 2>accept.log
grep -q '^1 secret (password, key) is not here:' accept.out || fail "a secret that stayed behind is not named: $(cat accept.out)"
grep -q '^  R1-A1 HR-PC-03: Recovery key' accept.out || fail "the record of the secret: $(cat accept.out)"
# a receipt that was lost is written once more
is "receipt again" R1-T1 "$(as two accept --receipt receipt.again 2>/dev/null)"
cmp receipt receipt.again || fail "the receipt is another one the second time"
grep -q HR-PC-03 accept.out || fail "no brief: $(cat accept.out)"
grep -q '電話で確認した事項' accept.out || fail "not the brief that the sender wrote: $(cat accept.out)"
grep -q "$(printf '\033')" accept.out && fail "the brief's escape reaches the terminal"
status 1 as two accept
as two show R1-A1 --reveal >shown
grep -q SECRET-KEY-4711 shown && fail "a secret travelled unasked"
as one show R1-A1 --reveal | grep -q SECRET-KEY-4711 || fail "the secret is gone from the sender's copy"
is "import of the receipt" R1-T1 "$(as one import receipt receipt 2>told)"
grep -q 'receipt taken in: Responder two has taken over what was handed over, 2' told || fail "who took over: $(cat told)"
status 1 as one import receipt receipt
sed 's/"accepted": "20/"accepted": "19/' receipt >forged
status 4 as one import receipt forged
# a receipt of somebody else, of other evidence
as one handover --to two.pub --out second.genba >/dev/null 2>&1
status 1 as one import receipt probe.receipt
grep -q 'accepted already' err || fail "second receipt for one transfer: $(cat err)"

# --- whoever took the case over knows what the giver has: only what is new goes back
back() { # back FILE: a delta of a few actions is no larger than they are
	[ "$(stat -c %s "$1")" -lt 100000 ] || fail "$1 carries what the other side gave: $(stat -c %s "$1") bytes"
}
as two handover --to one.pub --out answer.delta --delta 2>/dev/null
back answer.delta

# --- work apart
work_apart one "$actions" left os=left infected
work_apart two "$actions" right model=right clean

# --- deltas both ways
as one handover --to two.pub --out one.delta --delta 2>/dev/null
status 0 as two merge one.delta --dry-run
grep -q 'dry run' out || fail "dry run: $(cat out)"
status 0 as two merge one.delta
grep -q 'to decide: 1,' out || fail "one conflict was made: $(cat out)"
as two handover --to one.pub --out two.delta --delta 2>/dev/null
status 0 as one merge two.delta
is "one tree" "$(tree one)" "$(tree two)"
conflict=$(as one list conflict --json | sed -n 's/.*"label": "\(.*\)".*/\1/p')
[ -n "$conflict" ] || fail "the conflict is not listed"
is "conflicts, exactly where they were made" 1 "$(printf '%s\n' "$conflict" | wc -l)"
status 0 as one merge two.delta
grep -q 'nothing new' out || fail "merging again: $(cat out)"

# --- a file that came in a merge does not go back to whom it came from
as two capture -- head -c 400000 /dev/urandom >/dev/null 2>&1
as one note --on R1-A1 "meanwhile" >/dev/null
as two handover --to one.pub --out given.delta --delta 2>/dev/null
[ "$(stat -c %s given.delta)" -gt 400000 ] || fail "the kept file does not go along"
status 0 as one merge given.delta
as one handover --to two.pub --out back.delta --delta 2>/dev/null
back back.delta
status 0 as two merge back.delta
is "one tree after a file" "$(tree one)" "$(tree two)"
status 0 as two verify --evidence

# --- a secret that both sides changed: decided without being written down
as one set R1-A1 recovery_key=LEFT-KEY-1 >/dev/null
as two set R1-A1 recovery_key=RIGHT-KEY-2 >/dev/null
as two handover --to one.pub --out two.delta2 --delta 2>/dev/null
status 0 as one merge two.delta2
secret=$(as one list conflict --where 'field=recovery_key' --json | sed -n 's/.*"label": "\(.*\)".*/\1/p')
[ -n "$secret" ] || fail "no conflict of the secret"
as one resolve "$secret" one >/dev/null
as one show "$secret" --reveal >shown
grep -qE 'LEFT-KEY|RIGHT-KEY' shown && fail "a secret is in the conflict: $(cat shown)"
as one show R1-A1 --reveal >shown
as one handover --to two.pub --out one.delta2 --delta 2>/dev/null
status 0 as two merge one.delta2
rm -rf one.git && as one export git "$work/one.git" 2>/dev/null
git -C one.git grep -qE 'LEFT-KEY|RIGHT-KEY' "$(git -C one.git rev-parse HEAD)" && fail "a secret is in the history"

# --- who is known already is named by the mark
as two list note --where 'stance=fact' --json | grep -q 感染経路 && fail "the brief counts as a fact"
as two note --on R1-A1 "for one" >/dev/null
as two handover --to R1 --out marked.delta --delta 2>handover.log
grep -q 'to R1 Responder one' handover.log || fail "to a mark: $(cat handover.log)"
status 1 as two handover --to R77 --out never.delta --delta
grep -q R77 err || fail "to nobody: $(cat err)"

# --- a kept file goes along once: not again with each change of its record
{ printf 'Subject: kept\n\n'; head -c 300000 /dev/urandom | base64; } >kept.eml
as one import mail "$work/kept.eml" >kept.label 2>/dev/null
kept=$(as one show "$(cat kept.label)" --json | jq -r '.[0].evidence[0]')
as one handover --to two.pub --out kept.delta --delta 2>/dev/null
[ "$(stat -c %s kept.delta)" -gt 200000 ] || fail "the kept file does not go along"
status 0 as two merge kept.delta
as two note "it came" >/dev/null
as two handover --to one.pub --out came.delta --delta 2>/dev/null
status 0 as one merge came.delta
as one set "$kept" title="a mail that was kept" >/dev/null
as one handover --to two.pub --out changed.delta --delta 2>/dev/null
[ "$(stat -c %s changed.delta)" -lt 50000 ] || fail "it goes along again: $(stat -c %s changed.delta) bytes"
status 0 as two merge changed.delta
is "the other side has it" 0 "$(as two extract "$kept" - 2>/dev/null | cmp -s - kept.eml; echo $?)"

# --- decide, and merge the whole copy instead of a delta
as one resolve "$conflict" =infected >/dev/null
as two add asset hostname=HR-PC-04 >/dev/null
as one handover --to two.pub --out again.genba >/dev/null 2>&1
status 0 as two merge again.genba
is "the decision" infected "$(as two show R1-A1 --json | sed -n 's/.*"status": "\(.*\)".*/\1/p')"
status 0 as one merge two.genba # a slot of the sender is in the copy that was handed over
is "one tree again" "$(tree one)" "$(tree two)"

# --- somebody without a key: a passphrase opens a copy, for reading, and the transfer is on record
printf 'a passphrase to be said on the phone\n' >said
status 2 as one handover --for "Counsel" --out counsel.genba
status 2 as one handover --for "Counsel" --case-passphrase-file said --delta --out counsel.genba
transfer=$(as one handover --for "Counsel" --case-passphrase-file said --kdf interactive --out counsel.genba 2>handover.log)
grep -q 'by phone or in person' handover.log || fail "how to say the passphrase: $(cat handover.log)"
as one show "$(as one show "$transfer" --json | sed -n 's/.*"to": "\(.*\)".*/\1/p')" >shown
grep -q Counsel shown || fail "no transfer to the counsel: $(cat shown)"
mkdir -p nobody
XDG_DATA_HOME=$work/nobody "$genba" -c counsel.genba --passphrase-file said list asset --json >shown 2>err || fail "$(cat err)"
grep -q HR-PC-03 shown || fail "the passphrase does not open the copy"
status 3 env XDG_DATA_HOME="$work/nobody" "$genba" -c counsel.genba --passphrase-file said add asset hostname=X
status 3 env XDG_DATA_HOME="$work/nobody" "$genba" -c counsel.genba --passphrase-file pass list asset

# --- both verify, by genba and by stock git
checked one two

# --- revoke: what was done before counts, what comes after is set aside
cp one.genba kept.genba
status 2 as one key revoke R12
status 1 as one key revoke R77 --reason "left"
status 2 as one key revoke R1 --reason "oneself"
as two add asset hostname=HR-PC-05 >/dev/null
as two handover --to one.pub --out late.delta --delta 2>/dev/null
mark=$(as one list responder --json | sed -n 's/.*"mark": "\(.*\)".*/\1/p' | grep -v '^R1$')
is "label of the one revoked" R1-R2 "$(as one key revoke "$mark" --reason "left the team" 2>/dev/null)"
status 1 as one key revoke "$mark" --reason "left the team"
before=$(tree one)
got=0
as one merge late.delta >out 2>err || got=$?
[ "$got" != 0 ] || fail "what a revoked key signed was merged"
grep -q revoked err || fail "no word of the revocation: $(cat err)"
is "the tree after a refused merge" "$before" "$(tree one)"
status 2 as one merge late.delta --vouch ""
status 0 as one merge late.delta --vouch "asked by phone: it is theirs"
as one list decision --json | grep -q 'asked by phone' || fail "the reason is not on record"
as one list asset --json | grep -q HR-PC-05 || fail "what somebody vouched for did not come"
before=$(tree one)
status 1 as one handover --to two.pub --out never.genba
[ ! -e never.genba ] || fail "handed over to a revoked key"
checked one

# --- what must not work
XDG_DATA_HOME=$work/one "$genba" new other.genba --title "Another" 2>/dev/null
mv other.genba three.genba
mkdir -p three && cp -r one/* three/
status 1 as three merge two.genba
status 1 as one merge mail.eml
head -c 3000 one.delta >cut.delta
status 4 as two merge cut.delta
person stranger
cp two.genba stranger.genba
status 3 as stranger list asset
status 0 as one verify

printf 'handover: %s actions on each copy, %s commits in the end, one tree\n' "$((actions + 3))" \
	"$(git -C one.git rev-list --count HEAD)"
