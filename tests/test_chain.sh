#!/usr/bin/env bash
# The attack chain through commands: case 3.2 as practised, decisions on record, a rejection that lasts over new mails and
# over a merge of two copies, what could not be looked for, statuses.
# Usage: GENBA=path/to/genba tests/test_chain.sh
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

proposed() { # proposed PERSON [OPTION…]: "WHO PIVOT STATUS", sorted
	as "$@" | jq -r '.[] | select(.kind == "proposal") | .who + " " + .pivot + " " + .status' | sort -u | tr '\n' ',' | sed 's/,$//'
}
one_of() { # one_of FILTER: of the chain of person one
	as one chain --all --json 2>/dev/null | jq -r "$1"
}

person one two
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Chain" --party "組織A" --no-recovery 2>/dev/null

# case 3.2, by hand: a genuine mail between A and B, an altered one to A, and one to B in A's name
as one set R1-P1 type=organisation roles=victim domains=a.example >/dev/null
as one add party name=組織B type=organisation domains=b.example >/dev/null
as one add mail subject="打合せ資料" purpose=genuine from_addr=staff@a.example to=partner@b.example \
	message_id='<1@a.example>' attachment_names=打合せ資料.doc when=2014-07-01 >/dev/null
as one add mail subject="Re: 打合せ資料" from=組織Aの担当者 from_addr=someone@gmail.com to=partner@b.example \
	in_reply_to='<1@a.example>' attachment_names='打合せ資料(1).exe' when=2014-07-09 >/dev/null
is "case 3.2" "R1-P1 original open,R1-P1 spoofed_sender open,R1-P2 original open,R1-P2 recipients open" "$(proposed one chain --json 2>/dev/null)"
is "the line" "partner@b.example" "$(one_of '.[] | select(.pivot == "recipients") | .line')"
is "the leak's bounds" "R1-P1 or R1-P2 2014-07-01 2014-07-09" \
	"$(one_of '.[] | select(.kind == "leak") | .who + " " + .not_before + " " + .not_after')"
as one chain >said 2>&1
grep -q 'public suffix list of 20' said || fail "the date of the list is not said"
as one --lang ja chain >said 2>&1
grep -q '差出人が組織名を名乗る、しかしフリーメールから送信' said || fail "not in Japanese: $(as one --lang ja chain 2>&1)"

# statuses
status 2 as one chain confirm R1-P2
grep -q 'reason' err || fail "what is missing is not said: $(cat err)"
status 2 as one chain confirm nobody --reason x
grep -q 'R1-P1, R1-P2' err || fail "who is allowed is not said: $(cat err)"
status 2 as one chain reject R1-P2 --pivot nothing --reason x
grep -q 'spoofed_sender, topic' err || fail "the pivots are not named: $(cat err)"
status 2 as one chain --min 101
status 2 as one chain reject
status 2 as one chain same one two

# a rejection lasts over new mails; another pivot is proposed, with the rejection beside it
is "label" R1-H1 "$(as one chain reject R1-P2 --pivot recipients --reason "a list")"
as one add mail subject=x from_addr=z@nowhere.test cc=other@b.example >/dev/null
is "does not come back" "R1-P1 original open,R1-P1 spoofed_sender open,R1-P2 original open" "$(proposed one chain --json 2>/dev/null)"
is "is counted" 1 "$(one_of '[.[] | select(.pivot == "recipients" and .new)] | length')"
as one chain >said 2>&1
grep -Eq 'rejected as recipients on 2[0-9]{3}-[0-9]{2}-[0-9]{2} \(R1-H1\); 1 new reason since' said || fail "the rejection is not told: $(as one chain)"
as one board >said 2>&1
grep -q '1 rejected one has new reasons' said || fail "not on the board: $(as one board)"
as one board >said 2>&1
grep -q '3 proposals wait' said || fail "not on the board: $(as one board)"

# and over a merge of two copies, whose decisions come together
as one handover --to two.pub --out two.genba >/dev/null 2>&1
as two accept --receipt receipt >/dev/null 2>&1
as two chain reject R1-P2 --pivot original --reason "known to us" >/dev/null
as one chain confirm R1-P1 --pivot original --reason "their mail" >/dev/null
as one add mail subject=y from_addr=z@nowhere.test to=third@b.example >/dev/null
as two handover --to R1 --out delta --delta >/dev/null 2>&1
as one merge delta >/dev/null 2>&1
is "merged" "R1-P1 original confirmed,R1-P1 spoofed_sender open,R1-P2 original rejected,R1-P2 recipients rejected" \
	"$(proposed one chain --all --json 2>/dev/null)"
is "of the case's own organisation" "original_holder" "$(as one show R1-P1 --json | jq -r '.[0].roles | map(select(. == "original_holder")) | .[]')"
is "reopened" R1-H1 "$(as one chain reopen R1-P2 --pivot recipients --reason "again")"
is "open again" "R1-P1 spoofed_sender open,R1-P2 recipients open" "$(proposed one chain --json 2>/dev/null)"
as one show R1-H1 >said 2>&1
grep -q 'again' said || fail "the reason of the reopening is not on record"

# what could not be looked for
covered() { one_of '.[] | select(.kind == "coverage") | .party + " " + .result + " " + .from + " " + .until'; }
as one add asset hostname=PC status=infected first_compromised=2014-06-02 isolation_done=2014-12-20 >/dev/null
as one add asset hostname=MX type=mail_server >/dev/null
is "no log" "R1-P1 unknown 2014-06-02 2014-12-20" "$(covered)"
as one add logsource name=log asset=R1-A2 type=mail from=2014-09-01 until=2015-01-31 >/dev/null
is "begins late" "R1-P1 partly 2014-06-02 2014-12-20" "$(covered)"
as one --lang ja chain >said 2>&1
grep -q '2014年9月1日以降のみ、それ以前は不明' said || fail "the gap is not told"
as one set R1-G1 from=2014-01-01 >/dev/null
is "reaches" "R1-P1 covered 2014-06-02 2014-12-20" "$(covered)"
as one add check on=R1-A2 method=log_search result=not_found when=2015-02-01 by=R1-P1 >/dev/null
as one --lang ja chain >said 2>&1
grep -q '痕跡なし(検査範囲内)' said || fail "the search is not told: $(as one --lang ja chain 2>/dev/null)"

# two names are one, on record, and apart again
as one add mail subject=z from_addr=z@nowhere.test cc=desk@umi.example body=株式会社海猫の件 >/dev/null
as one chain same umi.example 株式会社海猫 --reason "their page" >/dev/null
as one chain confirm umi.example --reason "they said so" >/dev/null
is "the party made" "umi.example co_recipient yes confirmed" \
	"$(as one list party --json | jq -r '.[] | select(.domains == "umi.example") | .domains + " " + .roles[0] + " " + .targeted + " " + .chain_status')"
# what went out with the file of an attack on record
eml() { # eml FILE SUBJECT FROM TO
	printf '%s\n' "From: $3" "To: $4" "Subject: $2" "Date: Fri, 05 Sep 2014 10:00:00 +0900" "Message-ID: <$1@x.test>" \
		"MIME-Version: 1.0" 'Content-Type: multipart/mixed; boundary=b' "" "--b" "Content-Type: text/plain" "" "see it" "--b" \
		"Content-Type: application/octet-stream" "Content-Disposition: attachment; filename=$1.bin" "" "the same bytes" "--b--" >"$work/$1.eml"
}
eml came "A seminar" z@nowhere.test staff@a.example
eml went "Hello" staff@a.example info@kagerou.example
came=$(as one import mail "$work/came.eml" 2>/dev/null)
went=$(as one import mail "$work/went.eml" 2>/dev/null)
as one set "$came" purpose=payload >/dev/null
as one set "$went" sent_from=R1-A1 when=2014-09-05 >/dev/null
is "the same file" "90 $went 記録済みの攻撃メールと件名・リンク・添付ファイルのいずれかが同じ" "$(as one --lang ja chain --json 2>/dev/null |
	jq -r '.[] | select(.who == "kagerou.example" and .pivot == "outbound") | "\(.score) \(.because) \(.reason | split("、")[1])"')"

# as of before
before=$(as one log --json --limit 100 | jq -r '.[-4].id')
as one chain --at "$before" --json >/dev/null 2>&1 || fail "--at"
status 0 as one verify
echo "chain: case 3.2, decisions, merge, coverage"
