#!/usr/bin/env bash
# The Japanese catalogues hold every string of the code, and all are translated; the program speaks Japanese where no
# Japanese locale is installed.
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
genba=${GENBA:?path of the program}
command -v xgettext >/dev/null || { echo "SKIP: gettext is not installed"; exit 77; }
po/update --check || { echo "FAIL: run po/update, then translate what is empty in po/ja/"; exit 1; }

fail() {
	echo "FAIL: $*"
	exit 1
}
japanese=$("$genba" --lang ja help)
grep -q '事案ファイルを作成' <<<"$japanese" || fail "--lang ja does not speak Japanese: $japanese"
[ "$(LC_ALL=C LANG=ja_JP.UTF-8 "$genba" help | head -1)" = "$("$genba" --lang en help | head -1)" ] || fail "LC_ALL does not win over LANG"
[ "$(env -u LC_ALL LANG=ja_JP.UTF-8 "$genba" help)" = "$japanese" ] || fail "LANG=ja_JP.UTF-8 does not choose Japanese"
while read -r command; do
	[ "$("$genba" --lang ja help "$command")" != "$("$genba" --lang en help "$command")" ] || fail "help $command is not translated"
done < <("$genba" --lang en help | awk '/^  [a-z]/ && $1 != "genba" {print $1}')
