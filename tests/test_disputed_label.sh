#!/usr/bin/env bash
# Two copies that say otherwise of who may know: until somebody decides, the higher label counts, and nothing is shared that one
# of them does not let be shared. Usage: GENBA=path/to/genba tests/test_disputed_label.sh
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

person one two
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Two labels" --no-recovery 2>/dev/null
{
	for host in PC-1 PC-2 PC-3; do
		printf 'add asset hostname=%s status=infected containment=connected\n' $host
	done
	printf 'add party name=PA\n'
	printf 'add decision title=Share status=decided choice=yes reason=law by=R1-P1 when=2026-11-24\n'
	printf 'add indicator type=domain value=c1.example role=c2 shareable=approved\n'
	printf 'add indicator type=domain value=c2.example role=c2 shareable=approved\n'
	printf 'add indicator type=domain value=c3.example role=c2 shareable=no\n'
} | as one script - >/dev/null
as one handover --to two.pub --out two.genba >/dev/null 2>&1
as two accept --receipt receipt >/dev/null 2>&1
merged() { # merged FILE: what two did comes to one
	as two handover --to R1 --out "$1" --delta >/dev/null 2>&1
	as one merge "$1" >/dev/null 2>&1
}

# each in both ways: the record keeps what was set later
printf 'set R1-A2 tlp=RED\nset R1-A3 tlp=GREEN\nset R1-I2 shareable=no\nset R1-I3 shareable=asked\n' | as one script - >/dev/null
printf 'set R1-A2 tlp=GREEN\nset R1-A3 tlp=RED\nset R1-I2 shareable=asked\nset R1-I3 shareable=approved\n' | as two script - >/dev/null
merged delta
is "two labels of a machine" "R1-A2 R1-A3" "$(as one list asset --where disputed=tlp --json | jq -r '[.[].label] | join(" ")')"
is "two answers of a provider" "R1-I2 R1-I3" "$(as one list indicator --where disputed=shareable --json | jq -r '[.[].label] | join(" ")')"
for form in "misp" "stix"; do
	as one export $form $form.json --to R1-P1 --tlp AMBER --approved-by R1-D1 >out 2>&1 || fail "$form: nothing leaves: $(cat out)"
	grep 'c1.example' $form.json >/dev/null || fail "$form: what may leave does not: $(cat $form.json)"
	if grep 'PC-[23]\|c[23].example' $form.json; then fail "$form: more leaves than both copies allow"; fi
done
as one brief >brief.text
grep 'TLP:RED' brief.text >/dev/null || fail "the brief bears the lower label: $(cat brief.text)"

# the case itself
as one set case tlp=RED >/dev/null
as two set case tlp=GREEN >/dev/null
merged delta2
as one print worksheet asset --out sheet.html >/dev/null 2>&1
grep 'TLP:RED' sheet.html >/dev/null || fail "the case bears the lower of its two labels"
conflict=$(as one list conflict --json | jq -c '.[] | select(.record == "case" and .field == "tlp")')
as one resolve "$(jq -r .label <<<"$conflict")" "$(jq -r 'if .one == "GREEN" then "one" else "other" end' <<<"$conflict")" >/dev/null 2>&1
as one print worksheet asset --out decided.html >/dev/null 2>&1
grep 'TLP:GREEN' decided.html >/dev/null || fail "what was decided of the label of the case is not told"
