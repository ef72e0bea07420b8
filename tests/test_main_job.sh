#!/usr/bin/env bash
# The main job, end to end, as a responder types it: identity, case, asset, evidence of a real directory, note, playbook
# step, verification, and the history read by stock git. Usage: GENBA=path/to/genba tests/test_main_job.sh [TREE]
# TREE is what is preserved: at least 1,000 files; /usr/share is the default, the long form takes /usr.
set -euo pipefail
genba=${GENBA:?path of the program}
tree=${1:-${GENBA_TREE:-/usr/include}}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

export XDG_DATA_HOME=$work/home GENBA_CASE=$work/site.genba
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
printf 'correct horse battery staple\n' >pass
export GENBA_PASSPHRASE_FILE=$work/pass

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
is() { # is WHAT WANTED GOT
	[ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"
}
status() { # status WANTED COMMAND…: runs it, compares its exit status
	local wanted=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = "$wanted" ] || fail "'$*': status $got, wanted $wanted: $(cat err)"
}

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null
"$genba" new site.genba --title "Slow terminal in personnel" --party "Organisation A" 2>new.log
actions=1

is "add asset" R1-A1 "$("$genba" add asset hostname=HR-PC-03 status=suspected)"
is "note" R1-N1 "$("$genba" note --on R1-A1 端末がマルウェアに感染した疑い。ネットワークから隔離する前に保全。)"
is "note with half-width kana" R1-N2 "$("$genba" note "ｳｲﾙｽ対策ソフトの画面を撮影した")"
actions=$((actions + 3))

# --- evidence: a tree, a file, a copy
printf 'Subject: practice\n\nhello\n' >mail.eml
"$genba" preserve "$tree" --on R1-A1 >preserved
"$genba" preserve mail.eml --on R1-A1 >preserved.mail
"$genba" preserve mail.eml --on R1-A1 --as raw --to "$work/copies" >preserved.copy
actions=$((actions + 3))
is "label of the tree" R1-E1 "$(cut -d' ' -f1 preserved)"
is "digest of the mail" "R1-E2 $(sha256sum <mail.eml | cut -d' ' -f1)" "$(awk '{print $1, $2}' preserved.mail)"
is "digest of the copy" "$(sha256sum <mail.eml | cut -d' ' -f1)" "$(awk '{print $2}' preserved.copy)"
cmp mail.eml "$(find "$work/copies" -type f ! -name '*.json' | head -1)" || fail "the copy differs"

# every digest of the tree equals sha256sum's
"$genba" show R1-E1 --sha256sums >sums.genba
(cd "$tree" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sed 's/^\\//' | LC_ALL=C sort >sums.tool
sed 's/^\\//' sums.genba | LC_ALL=C sort >sums.sorted
cmp sums.tool sums.sorted || fail "digests differ from sha256sum's: $(diff sums.tool sums.sorted | head -3)"
files=$(wc -l <sums.tool)
bytes=$(du -sb --apparent-size "$tree" | cut -f1)

# --- a playbook step
"$genba" play isolate --on R1-A1 >play.out
"$genba" step done >step.out 2>&1 || "$genba" step skip --reason "tried in the test" >step.out
actions=$((actions + 2))

# --- verify
status 0 "$genba" verify --evidence
grep -q 'nothing wrong found' out || fail "verify: $(cat out)"

# --- search: two-character words, half-width kana, full-width letters
"$genba" find 感染 | grep -q R1-N1 || fail "find 感染"
"$genba" find 隔離 | grep -q R1-N1 || fail "find 隔離"
"$genba" find ウイルス | grep -q R1-N2 || fail "find ウイルス does not find half-width kana"
"$genba" find ＨＲ | grep -q R1-A1 || fail "find ＨＲ does not find HR-PC-03"

# --- undo, retract, set
"$genba" set R1-A1 status=infected containment=isolated
"$genba" undo --reason "wrong machine" >/dev/null
"$genba" retract R1-N2 --reason "belongs to another case"
actions=$((actions + 3))
is "undo gave the status back" suspected "$("$genba" show R1-A1 --json | sed -n 's/.*"status": "\(.*\)".*/\1/p')"
is "retracted notes are not listed" 1 "$("$genba" list note --json | grep -c '"label"')"

# --- the history with stock git
"$genba" export git history.git 2>/dev/null
git -C history.git fsck --strict --no-progress 2>fsck.log || fail "git fsck: $(cat fsck.log)"
is "commits = actions" "$actions" "$(git -C history.git rev-list --count HEAD)"
for commit in $(git -C history.git rev-list HEAD); do
	git -C history.git -c gpg.ssh.allowedSignersFile="$work/history.git.allowed_signers" verify-commit "$commit" \
		2>verify.log || fail "git verify-commit $commit: $(cat verify.log)"
done
git -C history.git show --stat HEAD >/dev/null

# --- what must not work, and how it says so
printf 'wrong\n' >wrong
status 3 "$genba" --passphrase-file wrong list asset
grep -qi 'passphrase' err || fail "a wrong passphrase is not called so: $(cat err)"
status 2 "$genba" add nonsense title=x
status 2 "$genba" add asset hostname=X status=purple
grep -q 'infected' err || fail "the allowed values are not listed: $(cat err)"
status 2 "$genba" add asset hostname=X nosuchfield=1
status 2 "$genba" add event title=x when=gestern side=attacker
grep -q when err || fail "the field of a bad time is not named: $(cat err)"
mkdir folder.genba
status 1 "$genba" -c folder.genba list asset
printf 'not a case\n' >no.genba
status 1 "$genba" -c no.genba list asset
status 1 "$genba" -c absent.genba list asset
head -c 20000 site.genba >cut.genba
got=0; "$genba" -c cut.genba list asset >/dev/null 2>err || got=$?
[ "$got" = 4 ] || [ "$got" = 1 ] || fail "truncated case: status $got: $(cat err)"
is "nothing was added by what was refused" 1 "$("$genba" list asset --json | grep -c '"label"')"

# --- nothing that was entered can be read from the file
for word in HR-PC-03 personnel 'Responder One' 感染した; do
	for form in UTF-8 UTF-16LE UTF-16BE; do
		printf %s "$word" | iconv -f UTF-8 -t $form >needle
		if LC_ALL=C grep -qaF -f needle site.genba site.genba-wal 2>/dev/null; then
			fail "'$word' stands in the case file as $form"
		fi
	done
done

printf 'main job: %s actions, %s files, %s bytes preserved and verified\n' "$actions" "$files" "$bytes"
