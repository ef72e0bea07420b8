#!/usr/bin/env bash
# Reports of the practice case in headless Chromium, in both languages: nothing is asked for, nothing is said on the console,
# nothing is wider than A4, and the printed PDF speaks Japanese. Usage: GENBA=program GENBA_SOURCE=folder tests/test_reports.sh
# ctest: slow
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
source=${GENBA_SOURCE:?source folder}
browser=$(command -v chromium || true)
[ -n "$browser" ] || { echo "SKIP: chromium is not installed"; exit 77; }
command -v pdftotext >/dev/null || { echo "SKIP: pdftotext is not installed"; exit 77; }
export GENBA_PASSPHRASE_FILE=$work/pass
echo practice >"$work/pass"

for lang in en ja; do
	"$genba" --lang $lang demo --dir "$work/$lang" </dev/null >out 2>err || fail "demo: $(cat err)"
	for kind in incident preliminary final alert; do
		for form in html markdown text; do
			GENBA_DATA=$work/$lang GENBA_CASE=$work/$lang/practice.genba "$genba" --lang $lang report $kind --internal --form $form \
				--out "$lang-$kind.$form" >label 2>err || fail "$lang $kind $form: $(cat err)"
			grep -q '^R1-W[0-9]*$' label || fail "$lang $kind $form is not on record"
		done
		python3 "$source/tests/browse.py" "$browser" $lang-$kind.html $lang-$kind.pdf >seen || fail "$lang $kind: the browser does not open it"
		python3 - seen <<'P' || fail "$lang $kind: $(cat seen)"
import json, sys
seen = json.load(open(sys.argv[1]))
sys.exit(bool(seen["requests"] or seen["console"] or seen["overflow"] > 0 or seen["wide"] or seen["scripts"]))
P
		pdftotext $lang-$kind.pdf - >$lang-$kind.pdf.text
		grep -q 'TLP:AMBER' $lang-$kind.pdf.text || fail "$lang $kind: the PDF does not bear its label"
	done
done
# the first page goes on into the time line, under its heading, instead of ending half empty
for heading in en:'Time line' ja:時系列; do
	pdftotext -l 1 ${heading%%:*}-incident.pdf page
	grep -qx "${heading#*:}" page || fail "$heading: no heading of the time line on the first page: $(cat page)"
	grep -q 'R1-V2' page || fail "$heading: no event of the time line on the first page: $(cat page)"
	pdftotext -f 2 ${heading%%:*}-incident.pdf page
	! grep -qx "${heading#*:}" page || fail "$heading: the time line has its heading twice"
done
grep -q 'インシデント報告書' ja-incident.pdf.text || fail "the printed report does not speak Japanese"
grep -q '速報' ja-preliminary.pdf.text || fail "the printed preliminary report does not speak Japanese"
grep -q '不明' ja-final.pdf.text || fail "what is not known is not 不明"
for word in attacker succeeded Confidence Containment intrusion; do # in the narrow columns of the tables
	grep -qw "$word" en-incident.pdf.text || fail "the word '$word' is broken in the printed report"
done
grep -q 'employee A' en-incident.pdf.text || fail "the printed report does not say what happened"
echo "reports: 8 pages, 0 requests, 0 console lines, nothing wider than A4, Japanese in the PDF"
