#!/usr/bin/env bash
# Stock git clones a case and pulls from it through git-remote-genba; nothing can be pushed; a wrong passphrase is told.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_TERMINAL_PROMPT=0
printf 'correct horse battery staple\n' >pass
printf 'wrong\n' >wrong
mkdir bin && ln -s "$genba" bin/git-remote-genba
export PATH=$work/bin:$PATH

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Case" --no-recovery 2>/dev/null
for i in 1 2 3; do "$genba" add asset hostname=PC-$i >/dev/null; done

git clone -q genba::"$work/site.genba" clone || fail "clone"
is "commits" 4 "$(git -C clone log --oneline | wc -l)"
is "head" "$("$genba" log --limit 1 | cut -c1-10)" "$(git -C clone rev-parse HEAD | cut -c1-10)"
git -C clone fsck --strict --full 2>&1 | grep -v '^notice' | grep . && fail "fsck complains"

"$genba" export git out.git 2>/dev/null
git -C clone -c gpg.ssh.allowedSignersFile="$work/out.git.allowed_signers" log --format=%G? | sort | uniq -c >signatures
is "signatures" "      4 G" "$(cat signatures)"

# a pull brings only what is new
"$genba" set R1-A1 status=infected
"$genba" note "seen" >/dev/null
packs=$(find clone/.git/objects/pack -name '*.pack' | wc -l)
git -C clone pull -q || fail "pull"
is "commits after the pull" 6 "$(git -C clone log --oneline | wc -l)"
is "packs" $((packs + 1)) "$(find clone/.git/objects/pack -name '*.pack' | wc -l)"
newest=$(find clone/.git/objects/pack -name '*.idx' -newer signatures)
[ "$(git show-index <"$newest" | wc -l)" -lt 20 ] || fail "the pull brought what was there"
git -C clone fsck --strict --full >/dev/null 2>&1 || fail "fsck after the pull"
grep -q '"status": "infected"' -r clone/asset || fail "the change is not in the work tree"
git -C clone pull -q || fail "a pull of nothing"

# into a bare repository, and a linked work tree
git clone -q --mirror genba::"$work/site.genba" mirror.git || fail "mirror"
git -C clone worktree add -q ../tree HEAD 2>/dev/null
"$genba" note "more" >/dev/null
git -C tree fetch -q origin || fail "fetch in a linked work tree"
is "fetched" "$("$genba" log --limit 1 | cut -c1-10)" "$(git -C tree rev-parse origin/main | cut -c1-10)"

# what must not work
git -C clone push -q origin HEAD:main 2>err && fail "a push was accepted"
GENBA_PASSPHRASE_FILE=$work/wrong git clone -q genba::"$work/site.genba" no 2>err && fail "a wrong passphrase was accepted"
grep -q passphrase err || fail "a wrong passphrase is not told: $(cat err)"
git clone -q genba::"$work/absent.genba" no 2>err && fail "an absent case was cloned"
"$genba" verify >/dev/null || fail "verify"
echo "git clone, pull, mirror and fsck agree"
