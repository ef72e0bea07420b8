#!/usr/bin/env bash
# Playbooks as a responder meets them on the command line: the manual's example loads; a run that is killed at any step
# goes on at that step with nothing lost; several assets at once; check and export. Usage: GENBA=program
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
source=${GENBA_SOURCE:?source folder}
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'practice\n' >pass

status() { # status WANTED COMMAND…
	local wanted=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = "$wanted" ] || fail "'$*': status $got, wanted $wanted: $(cat out err)"
}

# --- the manual's example, as it stands there
sed -n '/^\.Bd -literal/,/^\.Ed/p' "$source/man/genba-playbook.5" | grep -v '^\.' >lost.yaml
status 0 "$genba" playbook check lost.yaml
[ "$(wc -l <out)" = 1 ] || fail "the manual's example departs from what it teaches: $(cat out)"

# --- check and export
status 1 "$genba" playbook check "$source/tests/data/playbooks/bad/cycle.yaml" lost.yaml
grep -q 'cycle.yaml:7:3: no way leads' err || fail "the place of the error: $(cat err)"
grep -q 'lost.yaml: good' out || fail "a good file beside a bad one: $(cat out)"
status 0 "$genba" playbook export isolate
cp out first.json
status 0 "$genba" playbook export first.json
cmp out first.json || fail "the export of the export differs"
mkdir exported
status 0 "$genba" playbook export isolate preserve --to exported
cmp exported/isolate.json first.json || fail "--to writes something else"
status 2 "$genba" playbook export isolate preserve
status 1 "$genba" playbook check "$source/tests/data/playbooks/bad/shift-jis.yaml"
grep -q Shift_JIS err || fail "Shift_JIS is not named: $(cat err)"

# --- a run on three assets
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Practice" 2>/dev/null
for host in HR-PC-03 HR-PC-04 FS-01; do
	"$genba" add asset hostname=$host status=infected power=on >/dev/null
done
[ "$("$genba" play isolate --on R1-A1 --on R1-A2 --on R1-A3 | sed -n 1p)" = R1-J1 ] || fail "play on three assets"
status 1 "$genba" step done
grep -q prior_actions err || fail "what is missing is not said: $(cat err)"
before=$("$genba" log --json | grep -c '"commit"')
"$genba" step done prior_actions="none known" note="mobile phone of the lead" >/dev/null
[ "$("$genba" log --json | grep -c '"commit"')" = $((before + 1)) ] || fail "a step on three assets is not one commit"
[ "$("$genba" list asset --json | grep -c '"prior_actions"')" = 3 ] || fail "the field is not on all three"

# --- killed at every step: what was told to be on record is, and the run waits at the next step
steps=("no" "skip --reason no-tool" "skip --reason no-tool" "fast" "skip --reason late" "no" "skip --reason late")
at=("memory" "volatile" "pace" "decide-fast" "cuttable" "protect-data" "close-exits")
for i in "${!steps[@]}"; do
	rm -f fifo
	mkfifo fifo
	"$genba" script - <fifo >killed.out 2>/dev/null &
	pid=$!
	exec 9>fifo
	printf 'step %s\n' "${steps[$i]}" >&9
	for _ in $(seq 6000); do # its label is printed as soon as, and only when, it is committed
		grep -q . killed.out && break
		sleep 0.05
	done
	kill -9 "$pid"
	exec 9>&-
	wait "$pid" 2>/dev/null || true
	grep -q 'R1-S' killed.out || fail "step $i was never committed"
	"$genba" play >out 2>err
	grep -qF "[${at[$i]}]" out || fail "killed behind '${steps[$i]}': waits not at ${at[$i]}: $(grep '\[' out)"
	[ "$("$genba" list step --json | grep -c '"label"')" = $((i + 2)) ] || fail "a step is lost or doubled"
done

# --- paused, taken up, abandoned
status 2 "$genba" play pause R1-J1
status 0 "$genba" play pause R1-J1 --reason "shift change"
status 1 "$genba" step skip --reason x
status 0 "$genba" play resume R1-J1
status 0 "$genba" play account R1-J1 --json
grep -q '"ended_utc"' out || fail "the account has no UTC times"
status 0 "$genba" play abandon R1-J1 --reason "practice is over"
status 2 "$genba" step skip --reason x

# --- one's own, by its name: listed, started; a command of genba is told as it is, another one with what keeps its output
mkdir -p "$XDG_DATA_HOME/genba/playbooks"
cat >"$XDG_DATA_HOME/genba/playbooks/stick.yaml" <<'END'
type: playbook
spec_version: cacao-2.0
name: A stick was found
workflow_start: start
workflow:
  start: {type: start, on_completion: take}
  take:
    type: action
    name: Take it
    on_completion: end
    commands:
      - {type: bash, command: genba preserve --on ASSET PATH}
      - {type: bash, command: lsblk}
    genba: {records: [{evidence: [file]}, {field: serial}]}
  end: {type: end}
END
cp "$XDG_DATA_HOME/genba/playbooks/stick.yaml" "$XDG_DATA_HOME/genba/playbooks/not.this.yaml" # a name with a dot is a path
"$genba" play nosuch 2>err && fail "a playbook that is not there begins"
grep -q 'shift, stick, and files' err || fail "one's own is not listed: $(cat err)"
stick=$("$genba" play stick --on R1-A2 | tee out | sed -n 1p)
grep -qF '$ genba preserve --on R1-A2 PATH' out || fail "the asset is not in the offer: $(cat out)"
grep -qF "capture --on R1-A2 -- bash -c 'lsblk'" out || fail "a shell's command is not told with capture: $(cat out)"
! grep -q 'bash -c .*preserve' out || fail "a command of genba is told as another program's: $(cat out)"
echo bytes >found.bin
"$genba" preserve found.bin --on R1-A2 >/dev/null
status 1 "$genba" step done --run "$stick" serial=unknown
grep -q 'serial' err || fail "what is unknown is not named: $(cat err)"
status 0 "$genba" step done --run "$stick" serial=unknown --reason "scratched off"
grep -q 'the playbook is finished' err || fail "the end is not told: $(cat err)"
! grep -q '▶' out || fail "of a finished run the last step is shown as if it waited: $(cat out)"
"$genba" play account "$stick" | grep -qF '**Left unknown**: Serial number' || fail "the account does not say what is unknown"

# --- a playbook of a stranger calls another by a name that is a command: what is offered to be typed stays one word
cat >strange.yaml <<'YAML'
type: playbook
spec_version: cacao-2.0
id: playbook--11111111-1111-4111-8111-111111111111
name: Strange
created_by: identity--11111111-1111-4111-8111-111111111111
created: 2026-01-01T00:00:00.000Z
modified: 2026-01-01T00:00:00.000Z
workflow_start: start
workflow:
  start: {type: start, on_completion: a}
  a:
    type: playbook-action
    name: Another
    playbook_id: playbook--21111111-1111-4111-8111-111111111111
    on_completion: end
    genba: {playbook: "x; touch 'P"}
  end: {type: end}
YAML
status 0 "$genba" play ./strange.yaml --on R1-A2
grep -qF "genba play 'x; touch '\\''P'" out || fail "the name of a playbook is a command: $(cat out)"
status 0 "$genba" verify

printf 'playbooks: killed at %s steps, nothing lost\n' "${#steps[@]}"
