#!/usr/bin/env bash
# A case from which another was salvaged is no older copy put back: it is told apart, and its verification finds nothing wrong.
# An older copy of it is told as one all the same, and so is one that lacks what was merged from the salvaged case.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
echo 'correct horse' >pass
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Slow terminal" --kdf interactive --no-recovery 2>/dev/null
"$genba" note "first" >/dev/null
cp site.genba older
"$genba" note "second" >/dev/null
cp site.genba before

quiet() { # quiet CASE: opens without a warning, and verifies
	expect 0 "nothing wrong" "$genba" -c "$1" verify
	! grep WARNING err || fail "$1 is told as an older copy: $(cat err)"
}
expect 0 "salvaged" "$genba" salvage out.genba
quiet site.genba
grep -q 'salvaged on this machine' err || fail "not said that another was salvaged from it: $(cat err)"
quiet out.genba
cp out.genba salvaged
"$genba" -c out.genba note "in the salvaged case" >/dev/null
quiet out.genba
quiet site.genba

# an older copy of the salvaged case is one like any other, the first one of all too, and however much was done since
cp out.genba newest
for done in one two; do
	cp salvaged out.genba
	expect 4 "older copy" "$genba" -c out.genba verify
	! grep 'salvaged on this machine' err || fail "an older copy of the salvaged case is told as what it was salvaged from"
	cp newest out.genba
	quiet out.genba
	"$genba" -c out.genba note "$done" >/dev/null
	cp out.genba newest
done
quiet site.genba
cp older site.genba
expect 4 "older copy" "$genba" verify

# one history again: nothing of it may be missing
cp before site.genba
quiet site.genba
"$genba" note "in the first" >/dev/null
expect 0 "" "$genba" merge out.genba
expect 0 "nothing wrong" "$genba" verify
cp before site.genba
expect 4 "older copy" "$genba" verify
