#!/usr/bin/env bash
# ctest: slow
# A desk through the program: what waits, a case made of a consultation, the report in its forms, files that are none, and
# the page in a browser: it asks for nothing, and its console is silent.
# Usage: GENBA=program tests/test_desk.sh
set -euo pipefail
genba=${GENBA:?program}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_DATA_HOME=$work/home XDG_RUNTIME_DIR=$work GENBA_PASSPHRASE_FILE=$work/pass
printf 'a desk of its own\n' >pass
bad=0
wrong() {
	echo "FAIL: $*"
	bad=1
}
status() { # wanted, command…
	local wanted=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = "$wanted" ] || { wrong "$* gives $got, not $wanted"; cat err; }
}

"$genba" key new --name "Responder Hidden" --mark R1 --kdf interactive >/dev/null 2>&1
mkdir cases
"$genba" new register.genba --title "Desk Hidden" --no-recovery 2>/dev/null
export GENBA_CASE=register.genba
"$genba" script - >labels <<'S'
add party name="Agency Hidden" type=organisation org_kind=iaa key_relations=yes domains=hidden.example
add party name="Company Hidden" type=organisation org_kind=company
add consultation from="Agency Hidden" when=2014-06-30T23:40+09:00 means=phone summary="Slow terminal hidden" kinds=rat_found
add consultation from="Company Hidden" when=2014-07-01T00:15+09:00 means=phone summary="Odd mail hidden"
add consultation from="Company Hidden" when=2014-07-02 means=safe_mail summary="Just a question hidden"
add consultation from="Company Hidden" when=2014 means=safe_mail summary="Some time hidden"
add lead title="Paper hidden" type=vendor_paper found=2014-07-03 status=to_contact
S
status 0 "$genba" list consultation --json
jq -e 'map(.eligible // "unknown") == ["yes", "unknown", "unknown", "unknown"]' out >/dev/null || { wrong "eligibility is not computed"; cat out; }

status 2 "$genba" desk open R1-Q1 cases/one.genba --stage rescue
[ ! -e cases/one.genba ] || wrong "a case file without a reason"
status 0 "$genba" desk open R1-Q1 cases/one.genba --stage rescue --reason "RAT found hidden" --when 2014-07-01T00:20+09:00
id=$(cat out)
[ "$("$genba" show R1-Q1 --json | jq -r '.[0].case_id')" = "$id" ] || wrong "the register does not name the case"
status 1 "$genba" desk open R1-Q1 cases/again.genba --reason x
status 0 "$genba" -c cases/one.genba stage --json
jq -e '.[0].stage == "consultation" and .[1].stage == "rescue" and .[1].reason == "RAT found hidden" and .[2].eligible == "yes"' out >/dev/null ||
	wrong "the steps are not told"
status 0 "$genba" desk advise R1-Q3 --reason "told what to do"
status 2 "$genba" desk decline R1-Q4
status 2 "$genba" -c cases/one.genba stage on_site --when "not a time" --reason x
status 0 "$genba" -c cases/one.genba stage on_site --when 2014-07-02 --reason "they asked for help"
status 0 "$genba" -c cases/one.genba stage observation --when 2014-08-01 --reason "quiet"

# what waits, without a case of its own, and nothing is left behind
unset GENBA_CASE
files() { find . -type f ! -name out ! -name err -exec sha256sum {} + | sort; }
before=$(files)
status 0 "$genba" desk --json register.genba cases
jq -e 'map([.kind, .label, (.eligible // .status // .stage)] | join(" ")) ==
	["consultation R1-Q2 unknown", "consultation R1-Q4 unknown", "lead R1-O1 to_contact", "case case observation"]' out >/dev/null ||
	{ wrong "what waits"; cat out; }
status 0 "$genba" desk report --json register.genba cases
number() { jq -r ".[] | select(.kind == \"$1\" and .period == \"$2\") | .$3" out; }
[ "$(number activity 2014-04/2014-06 consultations) $(number activity 2014-07/2014-09 consultations) $(number activity unknown consultations)" = "1 2 1" ] ||
	wrong "consultations"
[ "$(number activity 2014-04/2014-06 rescues) $(number activity 2014-07/2014-09 rescues) $(number activity 2014-07/2014-09 on_site)" = "0 1 1" ] ||
	wrong "rescues"
jq -e '.[] | select(.kind == "duration" and .of == "rescue" and .period == "2014-07/2014-09") | .within_month == 1' out >/dev/null || wrong "exactly a month"
jq -e 'all(has("label"))' out >/dev/null || wrong "an object without a label"
[ "$before" = "$(files)" ] || wrong "something was written"

# bad files are named, the rest is reported
echo nothing >cases/text.genba
mkdir empty
status 1 "$genba" desk report --json register.genba cases empty nowhere.genba
[ "$(number activity 2014-07/2014-09 rescues)" = 1 ] || wrong "the rest is not reported"
for name in text.genba empty nowhere.genba; do
	grep -q "$name" err || wrong "$name is not named"
done
status 1 "$genba" desk report register.genba cases
grep -q '1 file is not counted' out || wrong "the page does not say what is not counted"
rm cases/text.genba

# of a case that is held open beside it is said how it can be counted, and so it is
held=cases/one.genba
status 0 "$genba" -c "$held" unlock --for 5m
trap '"$genba" lock "$held" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
status 1 "$genba" desk report --json register.genba cases
grep -q "genba lock $held" err || wrong "what to do is not said: $(cat err)"
status 0 "$genba" lock "$held"
status 0 "$genba" desk report --json register.genba cases
[ "$(number activity 2014-07/2014-09 rescues)" = 1 ] || wrong "the case is not counted after it was closed"
status 2 "$genba" desk report --from 2014 register.genba
status 2 "$genba" desk report --range x=2014-07 register.genba
# the name of a range stands on the page whole, and is its own
long=$(printf '初年度%.0s' 1 2 3 4 5 6 7 8 9 10)
status 0 "$genba" desk report --range "$long=2014-07/2015-06" --json register.genba
jq -e --arg n "$long" 'any(.kind == "activity" and .period == $n)' out >/dev/null || wrong "the name of a range is cut"
status 2 "$genba" desk report --range "$long$long=2014-07/2015-06" register.genba
status 2 "$genba" desk report --range $'a\xff=2014-07/2015-06' register.genba
status 2 "$genba" desk report --range unknown=2014-07/2015-06 register.genba
# a number in the list of CSV says what it is of, and nothing is one days, cases, files
status 0 "$genba" desk report --form csv register.genba
grep -q '^Leads,.* / vendor paper or blog,Leads found,1' out || { wrong "CSV does not say whose leads they are"; cat out; }
status 0 "$genba" desk report register.genba
grep -Eq '(^|[^0-9.])1 (cases|registers|files|days|rescues|leads)' out && { wrong "one of many"; cat out; }
grep -q 'of 1 case or register\.' out || { wrong "no number of cases"; cat out; }
status 2 "$genba" desk report --form pdf register.genba

for language in en ja; do
	for form in text markdown html csv; do
		status 0 "$genba" --lang $language desk report --form $form register.genba cases
		! grep -qi 'hidden\|R1-\|genba\b.*\.genba\|2014-0[0-9]-[0-9]' out || wrong "$form in $language names something"
		cp out "page-$language.$form"
	done
done
head -1 page-en.csv | grep -q '^table,row,column,value' || wrong "no heading in the CSV"
grep -q 'レスキュー支援' page-ja.html || wrong "the page is not in Japanese"

browser=$(command -v chromium || true)
look_at() { # page: what it asks for, and what the console says
	"$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update \
		--user-data-dir="$work/profile" --enable-logging=stderr --log-net-log="$work/net.json" --dump-dom "file://$1" >dom 2>console
	grep CONSOLE console || true
	python3 - "$work/net.json" <<'P'
import json, sys
text = open(sys.argv[1]).read()
try:
    log = json.loads(text)
except ValueError: # the browser ended before it closed the log
    log = json.loads(text.rstrip().rstrip(',') + ']}')
for event in log['events']:
    asked = event.get('params', {})
    if 'url' in asked and asked.get('initiator') not in (None, 'not an origin'): # the browser's own have none
        print('request', asked['url'])
P
}
if [ -n "$browser" ]; then
	echo '<img src="http://127.0.0.1:9/x.png"><script>console.log("x")</script>' >control.html
	look_at "$work/control.html" >said
	if ! grep -q '^request http://127.0.0.1:9/x.png' said || ! grep -q CONSOLE said; then
		wrong "the browser does not tell what a page does"
	fi
	for language in en ja; do
		look_at "$work/page-$language.html" >said
		grep -q '<svg' dom || wrong "no bars in the browser"
		[ ! -s said ] || { wrong "the page does not keep quiet"; cat said; }
	done
	echo "the page in the browser: no request, no line on the console"
fi
[ $bad = 0 ] && echo "desk: what waits, a case made of a consultation, the report in its forms"
exit $bad
