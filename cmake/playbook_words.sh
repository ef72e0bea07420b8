#!/bin/sh
# playbook_words.sh OUT PLAYBOOK…: a line ROW("English", "Japanese") for each `name: {en: …, ja: …}` and `phase: …` of the
# shipped playbooks.
set -eu
export LC_ALL=C.UTF-8
out=$1
shift
sed -nE '/^ *(name|phase): \{en: .*, ja: .*\}$/{
	s/^ *[a-z]+: \{en: (.*), ja: (.*)\}$/\1\n\2/
	s/^"(.*)"\n/\1\n/
	s/\n"(.*)"$/\n\1/
	s/\\?"/\\"/g
	s/(.*)\n(.*)/ROW("\1", "\2")/
	p
}' "$@" | sort -u >"$out.new"
[ -s "$out.new" ] || { echo "playbook_words.sh: the playbooks name nothing" >&2; exit 1; }
mv "$out.new" "$out"
