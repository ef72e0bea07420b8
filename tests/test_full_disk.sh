#!/usr/bin/env bash
# What is handed over and taken over on a full disk: an acceptance goes on record only if there is room for its receipt, and
# half of a repository is not left in the way of the next. Mounting needs root.
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"
clean() {
	umount full 2>/dev/null || true
	clean_work
}
trap clean EXIT
mkdir full
mount -t tmpfs -o size=256k tmpfs full 2>/dev/null || {
	echo "SKIP: no disk can be mounted here"
	exit 77
}
fill() { head -c 1M /dev/zero >full/filler 2>/dev/null || true; }

person one two
XDG_DATA_HOME=$work/one "$genba" new one.genba --title "Full" --no-recovery --kdf interactive 2>/dev/null
printf x >mail.eml
as one preserve mail.eml --as raw --to copies >/dev/null
status 0 as one handover --to two.pub --out two.genba --with-evidence ev

fill
status 1 as two accept --evidence ev --receipt full/receipt
grep -q 'not accepted.*No space left' err || fail "not said why: $(cat err)"
is "what lies there" filler "$(ls full)"
! as two list transfer --json | grep -q '"accepted"' || fail "accepted, and nobody is told"
rm full/filler
status 0 as two accept --evidence ev --receipt full/receipt
status 0 as one import receipt full/receipt

fill
status 1 as one export git full/history.git
[ ! -e full/history.git ] || fail "half of a repository is left: $(find full/history.git)"
mkdir full/mine
status 1 as one export git full/mine
is "an empty folder that was there stays one" full/mine "$(find full/mine)"
rmdir full/mine
rm full/*
mount -o remount,size=8m full
status 0 as one export git full/history.git
git -C full/history.git fsck --strict --no-progress 2>err || fail "git fsck: $(cat err)"

# ---- a case that came on the full disk is not taken over, and what to do is said
status 0 as one handover --to two.pub --out full/came.genba
head -c 16M /dev/zero >full/filler 2>/dev/null || true
status 1 as two -c full/came.genba list asset
grep -q 'full.*with --read-only it can be read as it is' err || fail "not said what to do: $(cat err)"
status 0 as two --read-only -c full/came.genba list asset
