#!/usr/bin/env bash
# A case of format 1 (tests/data/case-1) opens for ever: for reading without a byte of it changed, for writing upgraded,
# after a verified copy beside it, in one signed commit that stock git accepts. Usage: GENBA=path tests/test_upgrade.sh
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
data=${GENBA_TEST_DATA:?folder of test data}/case-1
mkdir genba
cp "$data/identity.json" genba/
cp "$data/site.genba" "$data/passphrase" .
chmod 600 genba/identity.json site.genba
export GENBA_DATA=$work/genba GENBA_PASSPHRASE_FILE=$work/passphrase GENBA_CASE=site.genba
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null

sum() { sha256sum <"$1"; }

# for reading
first=$(sum site.genba)
"$genba" --read-only list asset >assets 2>err || fail "read-only: $(cat err)"
grep -q 'HR-PC-03 .*isolated' assets || fail "the assets read otherwise: $(cat assets)"
grep -q 'format 1' err || fail "nothing says that it is an older format: $(cat err)"
"$genba" --read-only verify >out 2>&1 || fail "read-only verify: $(cat out)"
"$genba" --read-only show R1-N2 | grep -q 'a long one' || fail "a long text is lost"
"$genba" --read-only log --json >log1 2>/dev/null
"$genba" --read-only export git before.git >/dev/null 2>&1 || fail "read-only export"
[ "$(sum site.genba)" = "$first" ] || fail "opening for reading changed the file"
[ "$(find . -maxdepth 1 -name 'site*' | wc -l)" = 1 ] || fail "opening for reading left files: $(ls)"

# without the right to write it is not upgraded either
mv genba/identity.json genba/away
"$genba" list asset >/dev/null 2>&1 && fail "opened without an identity"
mv genba/away genba/identity.json
[ "$(sum site.genba)" = "$first" ] || fail "a refused opening changed the file"

# where no copy can be written, nothing is upgraded
if [ "$(id -u)" = 0 ]; then
	mkdir full
	if mount -t tmpfs -o size=300k tmpfs full 2>/dev/null; then
		cp site.genba full/
		"$genba" -c full/site.genba list asset >out 2>err && fail "upgraded without room for a copy"
		grep -q 'read-only' err || fail "no advice: $(cat err)"
		[ "$(sum full/site.genba)" = "$first" ] || fail "a failed upgrade changed the file"
		"$genba" -c full/site.genba --read-only list asset >/dev/null 2>&1 || fail "not readable after a failed upgrade"
		umount full
	fi
fi

# for writing
"$genba" list asset >after 2>err || fail "upgrade: $(cat err)"
cmp -s assets after || fail "assets differ after the upgrade"
grep -q 'upgraded from format 1 to 2' err || fail "nothing says that it was upgraded: $(cat err)"
"$genba" log --limit 1 2>/dev/null | grep -q 'upgrade: the case file from format 1 to 2' || fail "no commit says so"
"$genba" verify >out 2>err || fail "verify after the upgrade: $(cat out err)"
! grep -q upgraded err || fail "upgraded twice"
[ "$("$genba" note "after the upgrade" 2>/dev/null)" = R1-N3 ] || fail "labels do not go on"
"$genba" list asset --where status:suspected 2>/dev/null | grep -q HR-PC-03 || fail "columns beside the JSON are not filled"
"$genba" find "fan loud" 2>/dev/null | grep -q R1-N1 || fail "the search lost something"

# the copy is the case as it was; seen on another machine, since this one rightly misses the later commits in it
mkdir other
cp genba/identity.json other/
export GENBA_DATA=$work/other
"$genba" -c site.format-1.genba --read-only log --json >log2 2>/dev/null
cmp -s log1 log2 || fail "the copy has another history"
"$genba" -c site.format-1.genba --read-only verify >out 2>&1 || fail "verify of the copy: $(cat out)"

# stock git
export GENBA_DATA=$work/genba
"$genba" export git after.git >/dev/null 2>&1 || fail "export"
git -C after.git fsck --strict >/dev/null 2>&1 || fail "git fsck"
[ "$(git -C after.git rev-list --count HEAD)" = $(($(git -C before.git rev-list --count HEAD) + 2)) ] || fail "commits"
for commit in $(git -C after.git rev-list HEAD); do
	git -C after.git -c gpg.ssh.allowedSignersFile="$work/after.git.allowed_signers" verify-commit "$commit" 2>/dev/null ||
		fail "git verify-commit $commit"
done
echo "format 1: read untouched, upgraded, verified, exported"
