#!/usr/bin/env bash
# Every command, started with standard input, output, error, or all three closed: the number never becomes a file of ours.
# After each, on a copy, the case verifies; a command that only reads leaves it byte for byte, which is as good.
# ctest: slow
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d)
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
export XDG_DATA_HOME=$work/home XDG_RUNTIME_DIR=$work/run GENBA_PASSPHRASE_FILE=$work/pass
mkdir -m 700 run
echo 'correct horse battery staple' >pass
bad=0

wrong() {
	printf 'FAIL: %s\n' "$*"
	bad=$((bad + 1))
}

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new whole.genba --title Descriptors --no-recovery >/dev/null
export GENBA_CASE=$work/whole.genba
{ echo hostname,status; for i in $(seq 60); do echo "PC-$i,suspected"; done; } >machines.csv
printf 'Subject: hello\n\ntext\n' >mail.eml
"$genba" import csv machines.csv >/dev/null 2>&1
"$genba" note "a first note" >/dev/null
"$genba" add event title=first when=2026-11-01T10:00:00Z side=attacker >/dev/null
"$genba" preserve mail.eml --on R1-A1 >/dev/null
"$genba" play mail >/dev/null 2>&1 || true
"$genba" key export >one.pub
"$genba" handover --to one.pub --for Two --out handed.genba >/dev/null 2>&1 || true
"$genba" verify >/dev/null || { echo "the case is not good to begin with"; exit 1; }
printf 'list asset\nnote from a script\n' >script.txt
printf 'title: x\n' >playbook.yaml
cp -a home home.whole

# What is run of each command; `!` before it: it may change the case.
cat >lines <<'END'
! new other.genba --title Other --no-recovery
board --json
verify --json
export csv asset -
export git repository
export svg flow.svg
export csv asset assets.csv
! backup copies
salvage saved.genba
! add asset hostname=NEW-1
! set R1-A1 status=isolated
! note something to remember
! note -
! retract R1-N1 --reason mistaken
! undo
! purge R1-N1 --reason personal
report incident --internal --form text
twin verify whole.genba
list asset --json
show R1-A1 --json
show R1-E1
find PC --json
flow --json
timeline --json
chain --json
desk --json whole.genba
findings --json
observations --json
! promote o:0000000000000000 event
! stage advice --reason asked
sweep machines.csv --list machines.csv --look --jsonl
mail look mail.eml --json
! mail stats --json
triage mail.eml --look --json
! preserve mail.eml --on R1-A2
! preserve - --as raw --to copies
! capture -- true
! capture -- cat
extract R1-E1 -
! play
! step done
playbook check playbook.yaml
log --json
diff HEAD --json
brief --form markdown
print custody --out custody.html
! handover --to one.pub --for Two --out two.genba --brief brief.txt
! accept
! merge handed.genba
! resolve R1-X1 one
! import csv machines.csv --again
! import csv -
key show
key export
key slots
! script script.txt
! script -
help
help list
demo --dir practice
at
work
! unlock --for 1m
lock
open other.genba
quit
END
"$genba" help | awk '/^  [a-z]/ && $1 != "genba" {print $1}' | sort >commands
sed 's/^! //; s/ .*//' lines | sort -u >tried
diff commands tried >missing || wrong "commands that are not tried: $(cat missing)"

runs=0
while IFS= read -r line; do
	for closed in 0 1 2 all; do
		rm -rf try home
		mkdir try
		cp -a home.whole home
		cp whole.genba handed.genba one.pub mail.eml machines.csv script.txt playbook.yaml try/ 2>/dev/null || true
		words=${line#! }
		(
			cd try
			export GENBA_CASE=$work/try/whole.genba
			case $closed in
			0) exec <&- >/dev/null 2>&1 ;;
			1) exec </dev/null >&- 2>"$work/said" ;;
			2) exec </dev/null >/dev/null 2>&- ;;
			all) exec <&- >&- 2>&- ;;
			esac
			# shellcheck disable=SC2086
			exec timeout 60 "$genba" $words
		) && status=0 || status=$?
		runs=$((runs + 1))
		[ "${words%% *}" != unlock ] || GENBA_CASE=$work/try/whole.genba "$genba" lock >/dev/null 2>&1 || true
		[ "$status" -lt 6 ] || wrong "'$words' with $closed closed: status $status"
		case $words:$closed in *" -:0" | *" -:all") [ "$status" != 0 ] || [ "${words%% *}" = export ] || [ "${words%% *}" = extract ] ||
			wrong "'$words' with $closed closed read something: status 0" ;; esac
		case $line in
		"! "*) ;;
		*)
			cmp -s whole.genba try/whole.genba || wrong "'$words' with $closed closed changed the case"
			# byte for byte what verified at the beginning, without a log, and nothing else was made: it verifies
			[ -e try/whole.genba-wal ] || [ -e try/other.genba ] || [ -e try/two.genba ] || continue
			;;
		esac
		rm -rf home # a salvaged case goes on from the same history: its high-water mark is not this copy's
		cp -a home.whole home
		GENBA_CASE=$work/try/whole.genba "$genba" verify >verified 2>&1 || wrong "'$words' with $closed closed: $(tail -1 verified)"
		for made in try/other.genba try/two.genba; do
			[ ! -e "$made" ] || GENBA_CASE=$made "$genba" verify >verified 2>&1 ||
				wrong "'$words' with $closed closed: $made: $(tail -1 verified)"
		done
	done
done <lines

# what "-" says when there is nothing to read, and what a listing says that nobody can see
status=0
"$genba" note - <&- >/dev/null 2>said || status=$?
[ "$status" = 2 ] && grep -q 'standard input is closed' said || wrong "note - with 0 closed: status $status, $(cat said)"
status=0
"$genba" list asset --json >&- 2>said || status=$?
[ "$status" = 1 ] && grep -q 'standard output' said || wrong "list with 1 closed: status $status, $(cat said)"

[ "$runs" -ge 200 ] || wrong "only $runs runs"
[ "$bad" = 0 ] || exit 1
echo "descriptors: $runs runs, the case verifies after each"
