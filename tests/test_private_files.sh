#!/usr/bin/env bash
# With a umask that forbids nothing, whatever genba makes is its owner's alone: files 0600, folders 0700. Every command that
# writes is tried. What another program makes that genba starts is as the person's umask wants it.
set -euo pipefail
genba=${GENBA:?path of the program}
playbook=$(dirname "$(readlink -f "$0")")/../playbooks/mail.yaml
work=$(mktemp -d)
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
export XDG_DATA_HOME=$work/made/home XDG_RUNTIME_DIR=$work/made/run GENBA_PASSPHRASE_FILE=$work/pass GENBA_CASE=$work/made/site.genba
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
mkdir -m 700 made
echo 'correct horse battery staple' >pass
printf 'hostname,status\nPC-1,suspected\nPC-2,strange\n' >machines.csv
printf 'Subject: hello\n\ntext\n' >mail.eml
mkdir tree && cp mail.eml machines.csv tree/
head -c 3000000 /dev/urandom >disk.raw
umask 000
bad=0
count=0

wrong() {
	printf 'FAIL: %s\n' "$*"
	bad=$((bad + 1))
}
run() { # run COMMAND…: what is there afterwards is nobody else's
	"$genba" "$@" >"$work/out" 2>"$work/err" </dev/null || wrong "'$*': status $?: $(head -c 300 "$work/err")"
	count=$((count + 1))
	local open
	open=$(find "$work/made" ! -type l -perm /077 -printf '%M %p; ')
	[ -z "$open" ] || wrong "'$*' makes what others can read or write: $open"
	[ -z "$open" ] || chmod -R go= "$work/made"
}

cd made
mkdir -m 700 run copies kept taken
run key new --name One --mark R1 --kdf interactive
run key backup identity.backup
run new site.genba --title x --no-recovery --kdf interactive
run import csv ../machines.csv --rejects rejects.csv
run import mail ../mail.eml
run note something
run add event title=first when=2026-11-01T10:00:00Z side=attacker
run add indicator type=domain value=bad.example.org
run preserve ../disk.raw --as raw --to kept
run preserve ../disk.raw --as sealed --to kept --split 1MiB
run preserve ../disk.raw --as ewf --to kept --split 1MiB
run preserve ../tree --as raw --to kept
run capture -- sh -c 'echo out; : >../free'
[ "$(stat -c %a ../free)" = 666 ] || wrong "a captured program's file has the mode $(stat -c %a ../free): the umask is not the person's"
run extract R1-E1 extracted
run extract R1-E5 --manifest manifest
run play mail
run export git repository
run export git repository
run export csv asset assets.csv
run export svg flow.svg
run print custody R1-E1 --out custody.html
mkdir -m 700 playbooks
run playbook export "$playbook" --to playbooks
run backup copies
run note more
run backup copies
run handover --for Two --case-passphrase-file ../pass --kdf interactive --out two.genba --with-evidence taken
run salvage saved.genba
printf 'x\n' >list && chmod 600 list
run key sign list
run purge R1-N1 --reason mistake
git clone -q "genba::$work/made/site.genba" cloned 2>/dev/null || true # what git itself writes is git's
rm -rf cloned

[ "$count" -ge 28 ] || wrong "only $count commands were tried"
[ "$bad" = 0 ] || exit 1
echo "private files: $count commands, everything 0600 or 0700"
