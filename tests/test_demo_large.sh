#!/usr/bin/env bash
# The large practice case: `genba demo --large` makes section 3.1 of the report as files, and genba's own commands find in them
# what the report tells: how many are infected, which exits the C2 was reached by, the web shell, the new mails of the same C2.
# With GENBA_LONG it is made twice, which is the same, and in Japanese: tests/test_demo_large_long.sh.
# ctest: slow
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
mkdir -p home/genba
printf 'practice\n' >pass

"$genba" demo --large --dir one </dev/null >out 2>err || fail "genba demo --large: $(cat err)"
grep -q '^nothing wrong found; last commit' out || fail "it does not verify: $(cat out)"
grep -q '^400 machines, 15 of them infected$' out || fail "no summary: $(cat out)"
grep -q '^the C2 was reached by 4 exits: ' out || fail "no exits: $(cat out)"
grep -q '^web shell: WEB-01$' out || fail "no web shell: $(cat out)"
grep -q '^mails that lead to the same C2: 6$' out || fail "no mails: $(cat out)"
grep -q '^next: genba demo --large --dir ' out || fail "what to do next is not said: $(cat out)"
(cd one && of_version large *.log *.eml *.csv collections/*)

# the golden facts, by genba's own commands
ask() { # ask COMMAND… EXPRESSION over the list `a`
	"$genba" "${@:1:$#-1}" --json 2>/dev/null | python3 -c "import json, sys
a = json.load(sys.stdin)
print(${*: -1})"
}
facts() { # of the case in $1
	cp "$1/identity.json" home/genba/
	export GENBA_CASE=$1/large.genba GENBA_PASSPHRASE_FILE=pass
	is "machines" 400 "$(ask list asset 'len(a)')"
	is "places" 3 "$(ask list site 'len(a)')"
	is "every machine is at a place" 0 "$(ask list asset "sum('site' not in x for x in a)")"
	is "collections" 60 "$(ask list evidence "sum(x['type'] == 'triage' for x in a)")"
	is "collections that were read" 60 "$(ask list check "sum(x['method'] == 'triage' for x in a)")"
	is "infected" 15 "$(ask list asset "sum(x['status'] == 'infected' for x in a)")"
	is "infected domain controllers" "HQ-AD-01 HQ-AD-02" \
		"$(ask list asset "' '.join(sorted(x['hostname'] for x in a if x['status'] == 'infected' and x['type'] == 'domain_controller'))")"
	is "findings of the service that starts the malware" 15 \
		"$(ask findings "len({x['asset'] for x in a if x['rule'] == 'persistence.service-command' and x['state'] == 'seen'})")"
	is "they are those that are infected" \
		"$(ask list asset "','.join(sorted(x['label'] for x in a if x['status'] == 'infected'))")" \
		"$(ask findings "','.join(sorted({x['asset'] for x in a if x['rule'] == 'persistence.service-command' and x['state'] == 'seen'}))")"
	is "isolated terminals" 13 "$(ask list asset "sum(x.get('containment') == 'isolated' for x in a)")"
	is "the directory was copied on" R1-A1,R1-A2 "$(ask findings "','.join(sorted({x['asset'] for x in a if x['rule'] == 'credential.ntds' and x['state'] == 'seen'}))")"
	is "the web shell was asked to run commands on" R1-A9 \
		"$(ask findings "','.join({x['asset'] for x in a if x['rule'] == 'persistence.webshell-request' and x['state'] == 'seen'})")"
	is "evidence in which the C2 was found" "R1-E2 R1-E3 R1-E4 R1-E5 R1-E68 R1-E69 R1-E70 R1-E71 R1-E72 R1-E73" \
		"$(ask observations artefact=hit indicator=www.sync-update.example "' '.join(sorted({x['evidence'] for x in a}, key=lambda l: int(l[4:])))")"
	is "VPN, webmail and web server: the same intruder" "R1-E8 R1-E66 R1-E67" \
		"$(ask observations artefact=hit indicator=203.0.113.66 "' '.join(sorted({x['evidence'] for x in a}, key=lambda l: int(l[4:])))")"
	is "the marks of the report" "①②③④⑤⑥⑦⑧⑨⑩" "$(ask list event "''.join(sorted(x.get('mark', '') for x in a))")"
}
facts one
[ -n "${GENBA_LONG:-}" ] || exit 0

# the same once more: files, rows with their ids, and records but for ids and times of their making
rows() {
	"$genba" observations --json 2>/dev/null | python3 -c "import json, sys
for r in json.load(sys.stdin): print(json.dumps({k: v for k, v in r.items() if not any(d in str(v) for d in ('one/', 'two/'))}, sort_keys=True))"
}
records() {
	for kind in asset site party indicator mail event finding decision measure; do
		"$genba" list $kind --json 2>/dev/null | python3 -c "import json, sys
for r in json.load(sys.stdin):
    print(json.dumps([r['label']] + [str(r.get(k)) for k in ('hostname', 'title', 'name', 'value', 'subject', 'status', 'containment', 'when', 'seen_on', 'mark', 'observations')]))"
	done
}
rows >one.rows
records >one.records
[ "$(wc -l <one.rows)" -gt 3000 ] || fail "only $(wc -l <one.rows) rows"
"$genba" demo --large --dir two </dev/null >out 2>err || fail "the second time: $(cat err)"
(cd one && sha256sum *.log *.eml *.csv collections/*) >one.sums
(cd two && sha256sum *.log *.eml *.csv collections/*) >two.sums
cmp one.sums two.sums || fail "two runs do not make the same files"
facts two
rows >two.rows
records >two.records
cmp one.rows two.rows || fail "two runs do not give the same rows: $(diff one.rows two.rows | head -4)"
cmp one.records two.records || fail "two runs do not give the same records: $(diff one.records two.records | head -4)"

# in Japanese
"$genba" --lang ja demo --large --dir 日本語 </dev/null >out 2>err || fail "in Japanese: $(cat err)"
grep -q '400台' out || fail "not in Japanese: $(cat out)"
facts 日本語
printf 'demo --large: 400 machines, 60 collections, 15 infected, 4 exits, 1 web shell, 6 mails; %d rows, twice the same\n' \
	"$(wc -l <one.rows)"
