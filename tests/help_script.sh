# shellcheck shell=bash
# Shared by the scripts: a scratch folder to work in, and what compares. Source it first; it wants GENBA.
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-test-XXXXXX")
clean_work() {
	chmod -R u+rwx "$work" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_work EXIT # a script with more to undo sets its own and calls clean_work
cd "$work"
export XDG_DATA_HOME=$work/home

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
is() { # is WHAT WANTED GOT
	[ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"
}
expect() { # expect STATUS WORDS COMMAND…: its status, and what it must say ("" anything), in the files out and err
	local wanted=$1 words=$2 got=0
	shift 2
	"$@" >out 2>err </dev/null || got=$?
	[ "$got" = "$wanted" ] || fail "'${*##*/}': status $got, wanted $wanted: $(cat out err)"
	[ -z "$words" ] || grep -q -e "$words" out err || fail "'${*##*/}' does not say '$words': $(cat out err)"
}
field() { # field LABEL NAME: of a record
	"$genba" show "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0].get(sys.argv[1], ""))' "$2"
}
label() { tail -1 out | cut -d' ' -f1; } # what the last command answered first
of_version() { # of_version WHICH FILE…: what `demo` writes is what tests/data/practice-files says of DEMO_FILES_VERSION
	local which=$1 version sum
	shift
	version=$(sed -n 's/^#define DEMO_FILES_VERSION //p' "$GENBA_SOURCE/tui/command/demo.c")
	sum=$(sha256sum "$@" | sha256sum | cut -d' ' -f1)
	grep -qx "$which $version $sum" "$GENBA_SOURCE/tests/data/practice-files" ||
		fail "the $which practice files changed: raise DEMO_FILES_VERSION in demo.c, so that who has the earlier ones gets a new \
practice case, and write '$which $version $sum' with that number into tests/data/practice-files (both lines)"
}
