#!/usr/bin/env bash
# Evidence of each form, cut, flipped and filled: each file is answered with rows, problems by path and offset, what was not covered, and
# a summary; nothing ends the parent. 200 files of each form: damage_evidence.py GENBA --fuzz tests/fuzz/corpus --count 200
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
python3 "$GENBA_SOURCE/tests/damage_evidence.py" "$genba" --fuzz "$GENBA_SOURCE/tests/fuzz/corpus" --count 3 >out 2>err ||
	fail "damaged evidence: $(cat out err)"
is "forms of evidence" 23 "$(grep -c 'files, statuses' out)"
echo "damaged: ok"
