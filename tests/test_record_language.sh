#!/usr/bin/env bash
# What is put on record does not depend on the interface's language: the same work under --lang en and --lang ja gives the
# same records, apart from ids, times and what hangs on them.
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"

person one two three

# What differs from run to run: ids, times, commits, the folder of the language; what was purged is told by a sentence of the
# program.
same_words() {
	sed -E -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/ID/g' \
		-e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)/TIME/g' \
		-e 's/\b[0-9a-f]{40}\b/COMMIT/g' -e "s#$work/(en|ja)#FOLDER#g" -e '/text:sha256:/d'
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
	in_language verify --evidence >/dev/null 2>&1 || true

	# a step, a handover, a purge
	in_language play isolate --on R1-A2 >run.label 2>/dev/null
	in_language handover --to "$work/two.pub" --out two.genba --brief "$work/own.brief" >/dev/null 2>&1
	in_language purge R1-N2 --reason "no longer needed" >/dev/null 2>&1 || true

	# a file that was damaged
	cp one.genba bad.genba
	printf '\377%.0s' {1..200} | dd of=bad.genba bs=1 seek=$((9 * 4096 + 50)) conv=notrunc status=none
	XDG_DATA_HOME=$work/one "$genba" --lang "$lang" -c bad.genba salvage saved.genba >salvage.out 2>&1 || true
	cd "$work"
	for kind in asset note decision evidence transfer run step use responder; do
		in_language list "$kind" --json 2>/dev/null
	done | same_words >"$lang.records"
	[ ! -e "$lang/saved.genba" ] || for kind in note decision; do
		XDG_DATA_HOME=$work/one "$genba" --lang "$lang" -c "$lang/saved.genba" list "$kind" --json 2>/dev/null
	done | same_words >"$lang.saved"
}
mkdir -p taken/below && echo text >taken/below/file && ln -s nowhere taken/link
mkfifo taken/pipe
truncate -s 3M disk.img
printf 'MD5 hash: 00000000000000000000000000000000\n' >disk.log
printf 'What was agreed on the telephone.\n' >own.brief
work_in en
work_in ja
grep -q '"purpose": *"handover of the case"' en.records || fail "no transfer among the records: $(head -c 600 en.records)"
for words in "the copy was not read back" "different\"," "these bytes do not have the digest stated by others"; do
	grep -q "$words" en.records || fail "the work does not put '$words' on record"
done
[ -s en.saved ] || fail "nothing was salvaged: $(cat en/salvage.out)"
diff en.records ja.records >difference || fail "records depend on the language: $(head -40 difference)"
diff en.saved ja.saved >difference || fail "what is salvaged depends on the language: $(head -40 difference)"

# stored in English, shown in the language of whoever looks
XDG_DATA_HOME=$work/one "$genba" --lang ja -c "$work/en/one.genba" list transfer | grep -q '事案の引き継ぎ' ||
	XDG_DATA_HOME=$work/one "$genba" --lang ja -c "$work/en/one.genba" show R1-T1 | grep -q '事案の引き継ぎ' ||
	fail "the purpose of the handover is not shown in Japanese"
