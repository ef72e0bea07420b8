#!/usr/bin/env bash
# The main job, end to end, as a responder types it: identity, case, asset, evidence of a real directory, note, playbook
# step, verification, and the history read by stock git. Usage: GENBA=path/to/genba tests/test_main_job.sh [TREE]
# TREE is what is preserved: at least 1,000 files; the long form (test_main_job_long.sh) takes /usr, at least 1 GB.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
tree=${1:-${GENBA_TREE:-/usr/include}}

export GENBA_CASE=$work/site.genba
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
printf 'correct horse battery staple\n' >pass
export GENBA_PASSPHRASE_FILE=$work/pass

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
bytes=$(cd "$tree" && find . -type f -printf '%s\n' | awk '{sum += $1} END {printf "%d", sum}')
[ "$files" -ge 1000 ] || fail "$tree holds $files files: too few to prove anything"
[ "$bytes" -ge "${GENBA_TREE_BYTES:-1000000}" ] || fail "$tree holds $bytes bytes, wanted are ${GENBA_TREE_BYTES:-1000000}"

# --- playbook steps: done with what must be on record, a question answered, one skipped with its reason
"$genba" play isolate --on R1-A1 >play.out
is "label of the run" R1-J1 "$(head -1 play.out)"
"$genba" step open-record done prior_actions=none note="by phone only; the head of systems decides" >step.out
actions=$((actions + 2))
is "the step is on record" done "$("$genba" show "$(head -1 step.out)" --json | sed -n 's/.*"outcome": "\(.*\)".*/\1/p')"
"$genba" step skip --reason "tried in the test" >step.out 2>step.err || "$genba" step no >step.out
actions=$((actions + 1))

# --- verify
status 0 "$genba" verify --evidence
grep -q 'nothing wrong found' out || fail "verify: $(cat out)"

# --- search: two-character words, half-width kana, full-width letters
"$genba" find 感染 | grep R1-N1 >/dev/null || fail "find 感染"
"$genba" find 隔離 | grep R1-N1 >/dev/null || fail "find 隔離"
"$genba" find ウイルス | grep R1-N2 >/dev/null || fail "find ウイルス does not find half-width kana"
"$genba" find ＨＲ | grep R1-A1 >/dev/null || fail "find ＨＲ does not find HR-PC-03"

# --- undo, retract, set
"$genba" set R1-A1 status=infected containment=isolated
"$genba" undo --reason "wrong machine" >/dev/null
"$genba" retract R1-N2 --reason "belongs to another case"
actions=$((actions + 3))
is "undo gave the status back" suspected "$("$genba" show R1-A1 --json | sed -n 's/.*"status": "\(.*\)".*/\1/p')"
is "retracted notes are not listed" "R1-N1 R1-N3" \
	"$("$genba" list note --json | sed -n 's/.*"label": "\(.*\)".*/\1/p' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"

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

# --- nothing that was entered can be read from the file or its log: closed, while a session is killed, after recovery
unreadable() { # unreadable WHEN FILE…
	local when=$1 word form
	shift
	for word in HR-PC-03 personnel 'Responder One' 'Organisation A' 感染した 'phone only' 'killed session' 事案の最中 mail.eml ssh-ed25519; do
		for form in UTF-8 UTF-16LE UTF-16BE; do
			printf %s "$word" | iconv -f UTF-8 -t $form >needle
			# python3: grep would split a needle at its newline bytes
			python3 -c 'import sys
needle = open("needle", "rb").read()
sys.exit(any(needle in open(f, "rb").read() for f in sys.argv[1:]))' "$@" || fail "'$word' stands in the case file as $form ($when)"
		done
	done
}
unreadable closed site.genba
mkfifo hold
(exec 9<>hold; exec "$genba" script - <&9 >held 2>&1) &
holder=$!
trap 'kill -9 $holder 2>/dev/null || true; rm -rf "$work"' EXIT
exec 8>hold
for number in $(seq 50); do
	printf 'note "killed session, %s: 事案の最中"\n' "$number"
done >&8
for _ in $(seq 6000); do
	[ "$(grep -c '^R1-N' held 2>/dev/null)" = 50 ] && break
	sleep 0.05
done
is "labels of the session" 50 "$(grep -c '^R1-N' held)"
unreadable "in a session" site.genba site.genba-wal
[ "$(stat -c %s site.genba-wal)" -gt 10000 ] || fail "the log is not hot: nothing was proved"
kill -9 $holder
wait $holder 2>/dev/null || true
exec 8>&-
unreadable "after a crash" site.genba site.genba-wal
is "what had a label survives the crash" 50 "$("$genba" list note --json 2>recovered | grep -c 'killed session')"
status 0 "$genba" verify
unreadable "after recovery" site.genba

printf 'main job: %s actions, %s files, %s bytes preserved and verified\n' "$actions" "$files" "$bytes"
