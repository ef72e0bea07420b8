#!/usr/bin/env bash
# Evidence of every form beside a handover, as it is typed: what travels is verified where it came to, what does not is named
# and makes the status 1; the receipt says what came.
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

person one two
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Forms" --no-recovery 2>/dev/null
mkdir d copies
echo a >d/a
head -c 3000000 /dev/urandom >disk
cp disk other
for form in sealed raw ewf; do
	as one preserve disk --as $form --to copies >/dev/null # R1-E1, R1-E2, R1-E3
done
as one preserve d >/dev/null                       # R1-E4
as one preserve d --as raw --to copies >/dev/null  # R1-E5
as one preserve other >/dev/null                   # R1-E6
as one capture -- seq 1 9 >/dev/null 2>&1          # R1-E7, in the case
as one verify --evidence >out || fail "before: $(cat out)"

# what was altered meanwhile is named, the rest travels, and the status says that not all of it did
echo altered >>other
status 1 as one handover --to two.pub --out first.genba --with-evidence first --secret R1-E1
grep -q '^R1-E6: ' err || fail "the altered file is not named: $(cat err)"
! grep -E '^R1-E[1-57]: ' err || fail "sound evidence is accused: $(cat err)"
[ ! -e first/R1-E6-other ] || fail "the altered file went along"
cp disk other
status 0 as one handover --to two.pub --out two.genba --with-evidence taken --secret R1-E1
is "what lies there" "R1-E1-disk.gev R1-E2-disk R1-E3-disk.E01 R1-E4-d R1-E5-d R1-E6-other" "$(cd taken && echo *)"

# at the recipient's nothing else is there
mkdir away fresh
cp -r two/* fresh/
mv d disk other copies away/
# the folder beside the copy is found by itself, and what comes later is taken in without another signature
mkdir late elsewhere
cp -r two/* late/
cp two.genba late.genba
mv taken elsewhere/taken
status 0 as late accept --receipt receipt.late
grep -q '^R1-E6: its bytes are not here' err || fail "evidence that is nowhere is not missed: $(cat err)"
grep -q 'accept --evidence FOLDER' err || fail "not said how the folder is named later: $(cat err)"
status 0 as late accept --receipt receipt.older # of the first handover, which waits in this copy too
commits=$(as late log --json | grep -c '"subject"')
status 0 as late accept --evidence elsewhere/taken
grep -q '^6 items of evidence are read in elsewhere/taken from now on' err || fail "evidence that came later: $(cat err)"
status 0 as late verify --evidence
is "commits of evidence that came later" "$commits" "$(as late log --json | grep -c '"subject"')"
mv elsewhere/taken .
status 0 as two accept --receipt receipt
grep -q '^6 items of evidence lie in .*/taken: ' out || fail "what lies beside the copy is not said: $(cat out)"
! grep -E '^R1-E' err || fail "at the recipient's: $(cat err)"
for came in sealed:1 raw:2 ewf:3 folder:4 folder:5 raw:6 case:7; do
	tr -d ' \n' <receipt | grep -q "\"came\":\"${came%:*}\",\"label\":\"R1-E${came#*:}\",\"result\":\"same\"" ||
		fail "the receipt does not say $came: $(cat receipt)"
done
status 0 as two verify --evidence
grep -q 'nothing wrong found' out || fail "verify at the recipient's: $(cat out)"
is "digests" "$(as one list evidence --json | jq -c '[.[].sha256]')" "$(as two list evidence --json | jq -c '[.[].sha256]')"
as two extract R1-E1 given >/dev/null
cmp given away/disk || fail "the container gives other bytes"
is "the receipt at the sender's" R1-T2 "$(as one import receipt receipt)"

# altered there: named, and nothing else
echo b >taken/R1-E4-d/a
status 4 as two verify --evidence
grep -q '^R1-E4' out err || fail "the altered folder is not named: $(cat out err)"
! grep -E '^R1-E[1235-7]:' out err || fail "sound evidence is accused: $(cat out err)"

# without its key a container is there, and not called anything else
mv away/* .
status 0 as one handover --to two.pub --out third.genba --with-evidence keyless
grep -q 'R1-E1: the container goes along, its key does not' err || fail "no word about the key: $(cat err)"
cp third.genba fresh.genba # on a machine that has not seen what the first one has
status 0 as fresh accept --evidence keyless --receipt receipt.third
grep -q 'R1-E1: its container is here, but not its key' err || fail "a container without its key: $(cat err)"
grep -q '"result": "different"\|"result":"different"' receipt.third && fail "sound evidence is accused: $(cat receipt.third)"

# keys that go along after their records did: all of them, however many
mkdir many
for i in $(seq 1 66); do echo "$i" >"many/$i"; done
rm one.genba two.genba
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Many" --no-recovery 2>/dev/null
as one preserve --each many --as sealed --to many-copies >/dev/null 2>&1
as one handover --to two.pub --out two.genba >/dev/null 2>&1
as two accept --receipt many.receipt >/dev/null 2>&1 || true # their bytes are not here
as one import receipt many.receipt >/dev/null 2>&1
status 0 as one handover --to R2 --delta --with-keys --out keys.delta
status 0 as two merge keys.delta
for i in $(seq 1 66); do
	as two show "R1-E$i" --reveal >shown 2>&1
	grep -Eq 'Container key +[0-9a-f]{64}$' shown || fail "the key of R1-E$i did not come: $(cat shown)"
done
printf 'evidence beside a handover: 7 items in 6 forms, verified where they came to; 66 keys that went later\n'
