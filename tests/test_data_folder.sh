#!/usr/bin/env bash
# With --data (or GENBA_DATA) everything of genba's own lies in one folder, such as on a stick, and the machine keeps
# nothing: a listing of its home, run-time folder and /tmp's like is the same before and after. Usage: GENBA=path tests/test_data_folder.sh
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p host/home host/run host/tmp "stick/現場 1"
printf 'correct horse battery staple\n' >"stick/pass"

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
# a machine of its own: nothing of the caller's environment comes along
on_host() { env -i PATH="$PATH" HOME="$work/host/home" XDG_RUNTIME_DIR="$work/host/run" TMPDIR="$work/host/tmp" LC_ALL=C.UTF-8 \
	GENBA_PASSPHRASE_FILE="$work/stick/pass" "$@"; }
listing() { (cd host && find . -printf '%p %y %s %T@\n' | sort); }

before=$(listing)
cd "stick/現場 1"
on_host "$genba" --data genba key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1 || fail "key new"
[ -f genba/identity.json ] || fail "the identity is not in the folder: $(find .)"
on_host "$genba" --data=genba new site.genba --title "Slow terminal" --no-recovery >/dev/null 2>&1 || fail "new"
[ "$(on_host GENBA_DATA=genba "$genba" -c site.genba note "seen from the stick" 2>/dev/null)" = R1-N1 ] || fail "GENBA_DATA"
on_host "$genba" -c site.genba --data genba preserve "$work/stick/pass" >/dev/null 2>&1 || fail "preserve"
on_host "$genba" verify -c site.genba --data genba >/dev/null 2>&1 && fail "-c behind the command was taken"
on_host "$genba" -c site.genba verify --evidence --data genba >/dev/null 2>err || fail "verify: $(cat err)"
on_host "$genba" --data genba demo </dev/null >/dev/null 2>err || fail "demo: $(cat err)"
[ -f genba/practice/practice.genba ] || fail "the practice case is not in the folder"
find genba/seen -type f | grep -q . || fail "what was seen is not in the folder"
# --data wins over GENBA_DATA, and both over XDG_DATA_HOME
on_host GENBA_DATA=elsewhere XDG_DATA_HOME="$work/host/home" "$genba" --data genba key show | grep -q 'Responder One' || fail "order"
cd "$work"
[ "$(listing)" = "$before" ] || fail "something is left on the machine: $(diff <(echo "$before") <(listing))"
[ ! -e "stick/現場 1/elsewhere" ] || fail "a folder was made that was not wanted"

# without --data it is the machine's own place: the listing can tell
on_host "$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
[ "$(listing)" != "$before" ] || fail "this test cannot tell whether something is left"

# what runs here
on_host "$genba" --version >version
grep -Eq '^genba [0-9]+\.[0-9]+\.[0-9]+' version || fail "version: $(cat version)"
for word in SQLite libsodium libgit2 OpenSSL zstd ncurses parcel receipt 'sealed evidence'; do
	grep -q "^  $word  *[^ ].*[0-9]" version || fail "--version does not tell $word"
done
on_host "$genba" --lang ja --version | grep -q '形式' || fail "--version is not translated"
echo "nothing left on the machine"
