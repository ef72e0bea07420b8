#!/usr/bin/env bash
# Evidence of each form, cut, flipped and filled: each file is answered with rows, problems by path and offset, what was not covered, and
# a summary; nothing ends the parent. 200 files of each form: damage_evidence.py GENBA --fuzz tests/fuzz/corpus --count 200
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
python3 "$GENBA_SOURCE/tests/damage_evidence.py" "$genba" --fuzz "$GENBA_SOURCE/tests/fuzz/corpus" --count 3 >out 2>err ||
	fail "damaged evidence: $(cat out err)"
is "forms of evidence" 23 "$(grep -c 'files, statuses' out)"

# of several pieces of evidence, those that gave nothing are named once, whatever their own problems are
printf 'a long passphrase\n' >pass
export GENBA_PASSPHRASE_FILE=$work/pass GENBA_CASE=$work/case.genba
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new case.genba --title Damaged --party "Organisation A" >/dev/null 2>&1
"$genba" add asset hostname=WEB-1 >/dev/null
printf '#Fields: date time c-ip cs-method cs-uri-stem sc-status\r\n2014-11-21 04:05:10 192.0.2.8 GET /a.aspx 200\r\n' >u_ex1.log
printf 'nobody knows this form\n\001' >one.bin
printf 'nor this one\n\002' >two.bin
for file in u_ex1.log one.bin two.bin; do "$genba" preserve "$file" --on R1-A1 --type log >/dev/null 2>&1; done
expect 1 '^genba: nothing was read of R1-E2, R1-E3$' "$genba" triage R1-E1 R1-E2 R1-E3
echo "damaged: ok"
