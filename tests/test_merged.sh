#!/usr/bin/env bash
# What a merged case says, in every place: who changed what (not who merged), what is disputed, and both texts of a conflict.
# Usage: GENBA=path/to/genba tests/test_merged.sh
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

person one two
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Merged" --no-recovery 2>/dev/null
for host in PC-1 PC-2 PC-3; do
	as one add asset hostname=$host status=infected containment=connected >/dev/null
done
as one note "the server was seen" >/dev/null
printf 'evidence\n' >mail.eml
as one preserve mail.eml --on R1-A1 >/dev/null
as one add party name=PA >/dev/null
as one add party name=PB >/dev/null
as one add measure title=Search track=cause >/dev/null
as one handover --to two.pub --out two.genba >/dev/null 2>&1
as two accept --receipt receipt >/dev/null 2>&1
before=$(as one log --json --limit 1 | jq -r '.[0].id')

as one set R1-A2 os=windows >/dev/null
as one set R1-N1 text="the server was on" >/dev/null
as one set R1-M1 owner=R1-P1 >/dev/null
as one set R1-E1 collected_by=R1-P1 >/dev/null
as one set R1-A1 containment=requested tags=left >/dev/null
ours=$(as one log --json --limit 1 | jq -r '.[0].id')
as two set R1-A2 model=two >/dev/null
as two set R1-A3 status=clean >/dev/null
as two set R1-M1 owner=R1-P2 >/dev/null
as two set R1-E1 collected_by=R1-P2 >/dev/null
as two set R1-A1 os=linux tags=right >/dev/null
as two set R1-N1 text="the server was off" >/dev/null
as two add asset hostname=PC-4 >/dev/null
as two set R1-A1 containment=isolated >/dev/null
theirs=$(as two log --json --limit 1 | jq -r '.[0].id')
as two handover --to R1 --out delta --delta >/dev/null 2>&1
as one merge delta >/dev/null 2>&1
merge=$(as one log --json --limit 1 | jq -r '.[0].id')

# --- who did it
who() { # who WANTED LABEL FIELD: as diff tells it
	is "who changed $3 of $2" "$1" "$(as one diff "$before" HEAD --json 2>/dev/null |
		jq -r --arg l "$2" --arg f "$3" '.[] | select(.label == $l and .field == $f) | .mark + " " + .who')"
}
who "R1 Responder one" R1-A2 os
who "R2 Responder two" R1-A2 model
who "R2 Responder two" R1-A3 status
# the record keeps the value of who changed it later, and by the second that may be either
kept=$(as one show R1-A1 --json | jq -r '.[0].containment')
[ "$kept" = isolated ] && keeper="R2 Responder two" commit=$theirs || keeper="R1 Responder one" commit=$ours
who "$keeper" R1-A1 containment
who "R2 Responder two" R2-A1 hostname
is "commit of a change that was merged in" "$commit" "$(as one diff "$before" HEAD --json 2>/dev/null |
	jq -r '.[] | select(.label == "R1-A1" and .field == "containment") | .commit')"
# one change, however the two points lie: from a commit of the other side, and backwards
is "from the other side's last commit" "R1 os" "$(as one diff "$theirs" HEAD --json 2>/dev/null |
	jq -r '.[] | select(.label == "R1-A2") | .mark + " " + .field')"
is "backwards" "R2 model" "$(as one diff HEAD "$before" --json 2>/dev/null |
	jq -r '.[] | select(.label == "R1-A2" and .field == "model") | .mark + " " + .field')"
as one diff "$before" HEAD 2>/dev/null >diff.text
grep 'Maker and model: — → two  (R2 Responder two, ' diff.text >/dev/null || fail "diff names somebody else: $(cat diff.text)"
grep 'OS and version: — → windows  (R1 Responder one, ' diff.text >/dev/null || fail "diff names somebody else: $(cat diff.text)"
as one log --changes --limit 1 >log.text
grep "$(printf '%.10s' "$merge").*R1 Responder one" log.text >/dev/null || fail "the merge is not its signer's: $(cat log.text)"
grep 'Maker and model: — → two  (R2 Responder two, ' log.text >/dev/null || fail "a merge's changes are told as the signer's: $(cat log.text)"
as one log R1-A3 --json >log.json
is "actions that changed a record" "set R2,add R1" "$(jq -r '[.[] | .action + " " + .mark] | join(",")' log.json)"
is "limit counts what is listed" 1 "$(as one log R1-A3 --limit 1 --json | jq length)"
as one show R1-A3 >show.text
grep 'entered .* by R1 Responder one' show.text >/dev/null || fail "show does not say who entered it: $(cat show.text)"
grep 'changed .* by R2 Responder two' show.text >/dev/null || fail "show does not say who changed it: $(cat show.text)"
is "changed_by" "R1 R2" "$(as one show R1-A3 --json | jq -r '.[0] | .author + " " + .changed_by')"
is "author in a list" "R2" "$(as one list asset --json | jq -r '.[] | select(.label == "R2-A1") | .author')"
for lang in en ja; do
	as one --lang $lang show R1-A2 >show.text
	[ "$(grep -c 'R1 Responder one' show.text)" = 1 ] || fail "$lang: $(cat show.text)"
done

# --- what is disputed: the text of R1-N1, the containment of R1-A1, the containment of R1-A2
as one board >board.text
sed -n '/^Infected and not isolated/,/^$/p' board.text >alarm.text
grep 'R1-A1  PC-1 .*(disputed)' alarm.text >/dev/null || fail "the disputed machine is not among the alarms: $(cat board.text)"
grep 'Containment: .*disputed 1' board.text >/dev/null || fail "the Board does not count it as disputed: $(cat board.text)"
as one --lang ja board | grep 'R1-A1  PC-1 .*(競合中)' >/dev/null || fail "not in Japanese"
as one list asset --json >list.json
is "disputed in JSON" '["containment"]' "$(jq -c '.[] | select(.label == "R1-A1") | .disputed' list.json)"
is "both values in JSON" '{"containment":["isolated","requested"]}' "$(jq -c '.[] | select(.label == "R1-A1") | .disputed_values' list.json)"
is "undisputed in JSON" null "$(jq -c '.[] | select(.label == "R1-A3") | .disputed' list.json)"
is "disputed in CSV" R1-A1 "$(as one list asset --csv | tr -d '\r' | awk -F, '$NF == "containment" { print $1 }')"
as one export csv asset asset.csv >/dev/null 2>&1
is "disputed in exported CSV" R1-A1 "$(tr -d '\r' <asset.csv | awk -F, '$NF == "containment" { print $1 }')"
labels() { # labels FILTER: what a list with the filter holds
	as one list asset --where "$1" --json | jq -r '[.[].label] | join(" ")'
}
is "filter on what is disputed" R1-A1 "$(labels 'disputed=containment')"
is "the same, set" R1-A1 "$(labels disputed:)"
is "isolated" "" "$(labels 'containment=isolated')"
is "not isolated" "R1-A1 R1-A2" "$(labels 'status=infected -containment=isolated|not_applicable')"
is "requested" R1-A1 "$(labels 'containment=requested')"
for form in "list asset" "show R1-A1" brief "brief --handover" "list asset --where label=R1-A1"; do
	# shellcheck disable=SC2086 # words
	as one $form >form.text
	grep 'PC-1.*(disputed)\|Containment .*(disputed)' form.text >/dev/null || fail "$form does not say that it is disputed: $(cat form.text)"
done

# whom a field names is disputed as well, on paper too
as one report incident --internal --form text --out report.text >/dev/null 2>&1
as one print custody R1-E1 --out custody.html >/dev/null 2>&1
as one brief >brief.text
for form in 'Owner: .*P[AB] (disputed)' 'Held by: .*P[AB] (disputed)'; do
	tr '\n' ' ' <report.text | tr -s ' ' | grep "$form" >/dev/null || fail "the report does not say: $form: $(cat report.text)"
done
grep 'P[AB] (disputed)' custody.html >/dev/null || fail "the custody form does not say who it is disputed to be"
tr '\n' ' ' <brief.text | tr -s ' ' | grep 'Owner: P[AB] (disputed)' >/dev/null || fail "the brief does not say: $(cat brief.text)"

# of both sides no more leaves than of a value: not who may not leave
as one set R1-P1 tlp=RED >/dev/null
as one add decision title=Share status=decided choice=yes reason=law by=R1-P2 when=2026-11-24 >/dev/null
as one twin out.twin --to R1-P2 --tlp AMBER --approved-by R1-D1 >/dev/null 2>&1 || fail "no twin is made"
! grep -q 'R1-P1' out.twin || fail "a twin tells of whom it is disputed to be, who is RED: $(grep -o '.\{80\}R1-P1.\{20\}' out.twin)"
for field in owner collected_by; do
	as one resolve "$(as one list conflict --json | jq -r --arg f $field '.[] | select(.field == $f) | .label')" one 2>/dev/null
done

# --- the two texts of a conflict, not their digests
conflict=$(as one list conflict --json | jq -r '.[] | select(.field == "text") | .label')
as one show "$conflict" >form.text
for text in "the server was on" "the server was off" "the server was seen"; do
	grep "$text" form.text >/dev/null || fail "show of a conflict does not tell '$text': $(cat form.text)"
done
is "texts in JSON" "the server was off,the server was on" "$(as one show "$conflict" --json | jq -r '.[0] | [.one, .other] | sort | join(",")')"
for form in "show $conflict" "show $conflict --json" "list conflict" "list conflict --json" "list conflict --csv" "brief --handover" \
	"diff $before HEAD" "diff $before HEAD --json" "log --changes" "log --json" "find server" "find server --json" "find sha256" \
	board "show R1-N1 --json" "list note --json" "timeline --json"; do
	# shellcheck disable=SC2086 # words
	as one $form >form.text 2>/dev/null || true
	if grep 'text:sha256:\|secret:sha256:' form.text; then fail "$form shows a digest in place of a text"; fi
done

# --- decided: nothing is disputed any more
as one resolve "$(as one list conflict --json | jq -r '.[] | select(.field == "containment") | .label')" "$(
	as one list conflict --json | jq -r '.[] | select(.field == "containment") | if .one == "isolated" then "one" else "other" end')" 2>/dev/null
as one resolve "$conflict" one 2>/dev/null
is "disputed in the end" "" "$(labels disputed:)"
is "isolated in the end" R1-A1 "$(labels 'containment=isolated')"
as one board | grep disputed && fail "the Board still says disputed"
before_decision=$(as one log --json --limit 3 | jq -r '.[2].id')
is "but it was, then" '["containment"]' "$(as one show R1-A1 --at "$before_decision" --json 2>/dev/null | jq -c '.[0].disputed')"
as one diff "$before" HEAD >form.text 2>/dev/null
is "the handover needs none" 0 "$(as one brief --handover | grep -c disputed || true)"

# --- messages end as they should: an older copy is warned of, and nothing shows a line end as \n
cp two.genba old-two.genba
mkdir -p old-two && cp -r two/. old-two/
as two note "later" >/dev/null
XDG_DATA_HOME=$work/two "$genba" -c old-two.genba verify >form.text 2>&1 && fail "an older copy is nothing wrong"
grep 'file: WARNING: .*older copy' form.text >/dev/null || fail "no warning: $(cat form.text)"
grep '\\n' form.text && fail "a line end is shown as text"
as two handover --to R1 --out delta2 --delta >/dev/null 2>&1
as one merge delta2 >form.text 2>&1
grep 'new: R2-N.* later' form.text >/dev/null || fail "merge does not tell the text of a new note: $(cat form.text)"
grep 'text:sha256:' form.text && fail "merge tells a digest in place of a text"
true
