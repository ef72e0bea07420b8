#!/usr/bin/env bash
# ctest: slow
# Three responders work apart and come together by parcels: one tree, every action, conflicts only where they were made.
# Usage: GENBA=path/to/genba tests/test_handover_three.sh [ACTIONS]   ACTIONS on each copy while they are apart (default 10)
actions=${1:-${GENBA_ACTIONS:-10}}
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

person one two three
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Three" --party "Organisation A" 2>/dev/null
as one add asset hostname=HR-PC-03 status=unchecked >/dev/null
for name in two three; do
	as one handover --to $name.pub --out $name.genba >/dev/null 2>&1
	as $name accept --receipt $name.receipt >/dev/null 2>&1
	as one import receipt $name.receipt >/dev/null
done

work_apart one "$actions" left os=left infected
work_apart two "$actions" middle model=middle clean
work_apart three "$actions" right department=right suspected

# the second and the third send to the first, who sends to both
for name in two three; do
	as $name handover --to one.pub --out $name.delta --delta 2>/dev/null
	status 0 as one merge $name.delta
	grep -q 'to decide: 1,' out || fail "one conflict was made with $name: $(cat out)"
done
as one handover --to two.pub --to three.pub --out one.delta --delta 2>/dev/null
for name in two three; do
	status 0 as $name merge one.delta
done
is "the trees of one and two" "$(tree one)" "$(tree two)"
is "the trees of one and three" "$(tree one)" "$(tree three)"
for name in one two three; do
	is "indicators of $name" $((3 * actions)) "$(as $name list indicator --json | grep -c '"label"')"
	is "notes of $name" 3 "$(as $name list note --json | grep -c '側のメモ')"
	is "conflicts of $name" 2 "$(as $name list conflict --json | grep -c '"label"')"
done
as two show R1-A1 --json >shown
for text in left middle right; do
	grep -q "\"$text\"" shown || fail "what $text wrote is not in the record: $(cat shown)"
done

# each decides a conflict; everybody gets both
mapfile -t conflicts < <(as two list conflict --json | sed -n 's/.*"label": "\(.*\)".*/\1/p')
as two resolve "${conflicts[0]}" =infected >/dev/null
as three resolve "${conflicts[1]}" =infected >/dev/null
for name in two three; do
	as $name handover --to one.pub --out $name.delta2 --delta 2>/dev/null
	status 0 as one merge $name.delta2
done
as one handover --to two.pub --to three.pub --out one.delta2 --delta 2>/dev/null
for name in two three; do
	status 0 as $name merge one.delta2
	is "the trees after deciding" "$(tree one)" "$(tree $name)"
	is "open conflicts of $name" 0 "$(as $name list conflict --where state=open --json | grep -c '"label"')"
	is "the decision" infected "$(as $name show R1-A1 --json | sed -n 's/.*"status": "\(.*\)".*/\1/p')"
done
checked one two three
printf 'three responders, %s actions on each copy, %s commits in the end, one tree\n' "$((actions + 3))" \
	"$(git -C one.git rev-list --count HEAD)"
