# shellcheck shell=bash
# Shared by the scripts about sweeps on record: a scratch folder with a case in it. Source it; it wants GENBA.
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-sweep-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
is() { # is WHAT EXPECTED GOT
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}
export XDG_DATA_HOME=$work/home GENBA_PASSPHRASE_FILE=$work/pass GENBA_CASE=$work/site.genba
printf 'correct horse battery staple\n' >pass
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Sweep" --kdf interactive --no-recovery 2>/dev/null
quiet() { "$genba" "$@" >/dev/null 2>err || fail "$*: $(cat err)"; }
