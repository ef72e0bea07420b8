#!/usr/bin/env bash
# What is put on record does not depend on the interface's language: the same work under --lang en and --lang ja gives the
# same records, apart from ids, times and what hangs on them.
# ctest: slow
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

person one two three

# What differs from run to run: ids, times, commits, the folder of the language; what was purged is told by a sentence of the
# program.
same_words() {
	sed -E -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/ID/g' \
		-e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)/TIME/g' \
		-e 's/\b[0-9a-f]{40}\b/COMMIT/g' -e "s#$work/(en|ja)#FOLDER#g" -e '/text:sha256:/d' \
		-e 's/X-[0-9a-f]{8}/CONFLICT/g' -e '/^ *"(commit|sha256)": /d'
}

work_in() { # work_in LANGUAGE: the same work of each kind, and all its records in LANGUAGE.records
	local lang=$1 kind
	mkdir "$work/$lang" && cd "$work/$lang"
	in_language() { XDG_DATA_HOME=$work/one "$genba" --lang "$lang" -c "$work/$lang/one.genba" "$@"; }
	XDG_DATA_HOME=$work/one "$genba" --lang "$lang" new one.genba --title "Case" --party "Organisation A" 2>/dev/null
	in_language add asset hostname=HR-PC-03 status=suspected >/dev/null
	in_language add asset hostname=HR-PC-04 status=infected >/dev/null
	in_language set R1-A1 status=clean 2>/dev/null
	in_language note --on R1-A1 --stance hypothesis words >note.label
	in_language note --on R1-A1 secret words >/dev/null
	in_language retract "$(cat note.label)" --reason wrong >/dev/null
	in_language undo --reason again >/dev/null

	# evidence: a file, a folder with what cannot be taken along, an image whose log states other digests
	in_language preserve "$work/taken/below/file" --on R1-A1 >/dev/null 2>&1
	in_language preserve "$work/taken" --as raw --to copies >/dev/null 2>&1
	in_language preserve "$work/disk.img" --as raw --to copies --verify-later >/dev/null 2>&1
	in_language preserve "$work/disk.img" --as sealed --to copies --log "$work/disk.log" >/dev/null 2>&1 || true
	in_language add evidence title=stated claimed_hash=md5:00000000000000000000000000000000 >stated.label
	in_language preserve "$work/taken/below/file" --for "$(cat stated.label)" >/dev/null 2>&1 || true
	head -c 300000 "$work/disk.img" | in_language preserve - --as sealed --to - >/dev/null 2>&1 || true
	in_language capture -- sh -c 'echo out; exit 3' >/dev/null 2>&1 || true
	in_language verify --evidence --record >/dev/null 2>&1 || true

	# lists, mails, sheets for paper, where the case stands, who else is touched
	in_language import csv "$work/machines.csv" asset >/dev/null 2>&1
	in_language import mail "$work/bad.eml" >mail.label 2>/dev/null || true
	in_language mail promote "$(head -1 mail.label)" all >/dev/null 2>&1 || true
	in_language print worksheet asset 1 --out sheet.html >/dev/null 2>&1
	in_language stage advice --reason asked >/dev/null 2>&1
	in_language stage on_site --anyway --reason asked >/dev/null 2>&1
	in_language add consultation when=2026-11-01 from="Organisation A" summary=asked >asked.label 2>/dev/null
	in_language desk open "$(cat asked.label)" asked.genba --stage on_site --anyway --reason asked >/dev/null 2>&1
	in_language add party name="Organisation B" type=organisation >party.label 2>/dev/null
	in_language chain confirm "$(cat party.label)" --reason known >/dev/null 2>&1 || true
	in_language add indicator type=domain value=other.example.net >/dev/null 2>&1 || true
	in_language preserve "$work/proxy.log" --on R1-A1 --as raw --to copies >proxy.label 2>/dev/null
	in_language sweep "$(cut -d" " -f1 proxy.label)" >/dev/null 2>&1 || true
	in_language promote "o:$(in_language observations --json 2>/dev/null | jq -r '.[0].id')" event title=seen >/dev/null 2>&1 || true
	in_language export stix out.stix --internal >/dev/null 2>&1

	# steps, a handover, a merge with a conflict, a key revoked, a purge
	in_language play isolate --on R1-A2 >run.label 2>/dev/null
	for _ in 1 2 3; do
		in_language step skip --reason "not here" >/dev/null 2>&1 || in_language step no >/dev/null 2>&1 || true
	done
	in_language handover --to "$work/two.pub" --out theirs.genba >/dev/null 2>&1
	in_second() { XDG_DATA_HOME=$work/two "$genba" --lang "$lang" -c "$work/$lang/theirs.genba" "$@"; }
	in_second accept >/dev/null 2>&1
	in_second set R1-A1 hostname=THEIRS >/dev/null 2>&1
	in_language set R1-A1 hostname=OURS >/dev/null 2>&1
	in_language merge theirs.genba >/dev/null 2>&1 || true
	in_language resolve "$(in_language list conflict --json | sed -n 's/.*"label": "\(.*\)".*/\1/p' | head -1)" one >/dev/null 2>&1
	in_language handover --to "$work/two.pub" --out two.genba --brief "$work/own.brief" >/dev/null 2>&1
	in_language purge R1-N2 --reason "no longer needed" >/dev/null 2>&1 || true
	in_language key revoke R2 --reason left >/dev/null 2>&1

	# a file that was damaged
	cp one.genba bad.genba
	printf '\377%.0s' {1..200} | dd of=bad.genba bs=1 seek=$((9 * 4096 + 50)) conv=notrunc status=none
	XDG_DATA_HOME=$work/one "$genba" --lang "$lang" -c bad.genba salvage saved.genba >salvage.out 2>&1 || true
	cd "$work"
	for kind in $kinds; do
		in_language list "$kind" --json 2>/dev/null | jq -S .
	done | same_words >"$lang.records"
	in_language log --limit 1000 --json | jq -r '.[].action' | sort -u >"$lang.verbs"
	[ ! -e "$lang/saved.genba" ] || for kind in note decision; do
		XDG_DATA_HOME=$work/one "$genba" --lang "$lang" -c "$lang/saved.genba" list "$kind" --json 2>/dev/null
	done | same_words >"$lang.saved"
}
mkdir -p taken/below && echo text >taken/below/file && ln -s nowhere taken/link
mkfifo taken/pipe
truncate -s 3M disk.img
printf 'MD5 hash: 00000000000000000000000000000000\n' >disk.log
printf 'What was agreed on the telephone.\n' >own.brief
printf 'seen other.example.net here\n' >proxy.log
printf 'hostname,os\nHR-PC-05,Windows 11\n' >machines.csv
printf 'From: A <a@example.org>\nTo: b@example.net\nSubject: invoice\nDate: Mon, 23 Nov 2026 10:00:00 +0900\nMessage-ID: <1@example.org>\n\nSee http://mail.example.net/x and http://192.0.2.7/y\n' >bad.eml
kinds=$(sed -nE 's/.*KIND\("([a-z]+)".*/\1/p' "${GENBA_SOURCE:?source folder}"/core/*/*/kinds_*.c)
work_in en
work_in ja
grep -q '"purpose": *"handover of the case"' en.records || fail "no transfer among the records: $(head -c 600 en.records)"
for words in "the copy was not read back" "different\"," "these bytes do not have the digest stated by others"; do
	grep -q "$words" en.records || fail "the work does not put '$words' on record"
done
[ -s en.saved ] || fail "nothing was salvaged: $(cat en/salvage.out)"
diff en.records ja.records >difference || fail "records depend on the language: $(head -40 difference)"
diff en.saved ja.saved >difference || fail "what is salvaged depends on the language: $(head -40 difference)"

# every verb that an action can have, but for the few that are no work on a case
for verb in $(sed -nE 's/^ *\{"([a-z]+)", N_\(.*/\1/p' "$GENBA_SOURCE/core/case/action/verb.c"); do
	case $verb in salvage | upgrade | accept | triage) continue ;; esac # those of other files, looked at above or by their own tests
	grep -qx "$verb" en.verbs || fail "no action '$verb' is among the work: $(tr '\n' ' ' <en.verbs)"
done
cmp -s en.verbs ja.verbs || fail "the actions depend on the language"

# stored in English, shown in the language of whoever looks
XDG_DATA_HOME=$work/one "$genba" --lang ja -c "$work/en/one.genba" list transfer | grep -q '事案の引き継ぎ' ||
	XDG_DATA_HOME=$work/one "$genba" --lang ja -c "$work/en/one.genba" show R1-T1 | grep -q '事案の引き継ぎ' ||
	fail "the purpose of the handover is not shown in Japanese"
