#!/usr/bin/env bash
# Mails looked at with all rules, beside Python's email (its present policy, and its older one) on the same files in the same run, alternating, medians of processor
# time (of the program and its workers); and what both found is compared: subjects, and SHA-256 of every part.
#   bench_mail.sh [--short]      GENBA: the program
set -euo pipefail
genba=${GENBA:?path of the program}
here=$(cd "$(dirname "$0")" && pwd)
count=5000 rounds=3
[ "${1:-}" != --short ] || { count=300 rounds=1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/bench_mail.py" make "$work/mails" "$count"
TIMEFORMAT='%U %S'
for ((i = 0; i < rounds; i++)); do
	{ time "$genba" mail look --json "$work/mails" >"$work/ours.json"; } 2>"$work/time"
	awk '{print $1 + $2}' "$work/time" >>"$work/ours"
	python3 "$here/bench_mail.py" read "$work/mails" default >>"$work/peer"
	python3 "$here/bench_mail.py" read "$work/mails" compat32 >>"$work/bare"
done
jq -r '.[] | [.subject] + [.parts[].sha256] | @tsv' "$work/ours.json" >"$work/ours.tsv"
cmp "$work/ours.tsv" "$work/mails.peer" || { echo "FAIL: Python's email reads them otherwise"; exit 1; }
median() { sort -n "$1" | sed -n "$((rounds / 2 + 1))p"; }
ours=$(median "$work/ours") peer=$(median "$work/peer") bare=$(median "$work/bare")
memory=$(GENBA=$genba python3 "$here/bench_mail.py" run "$work/mails" mail look)
# the same taken into a case: memory, and what the file has beyond the mails as zstd packs them one by one
export XDG_DATA_HOME=$work GENBA_PASSPHRASE_FILE=$work/pass GENBA_CASE=$work/site.genba
printf 'correct horse battery staple\n' >"$work/pass"
"$genba" key new --name Responder --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new "$work/site.genba" --title Bench --kdf interactive --no-recovery 2>/dev/null
before=$(stat -c %s "$work/site.genba")
taking=$(GENBA=$genba python3 "$here/bench_mail.py" run "$work/mails" import mail)
after=$(stat -c %s "$work/site.genba")
find "$work/mails" -name '*.eml' -exec zstd -q -3 {} +
packed=$(cat "$work"/mails/*.zst | wc -c)
awk -v n="$count" -v memory="$memory" -v taking="$taking" -v beyond="$((after - before - packed))" -v ours="$ours" -v peer="$peer" -v bare="$bare" -v rounds="$rounds" 'BEGIN {
	printf "%d mails, all rules: %.0f mails/s of processor time, %.1f x Python email (policy default, %.0f mails/s), ", n, n / ours, peer / ours, n / peer
	printf "%.1f x its older parser (compat32, which decodes no addresses, dates and names)\n", bare / ours
	printf "most memory of a process: %.0f MB\n", memory / 1024
	printf "taken into a case: %.0f MB of memory, %.1f KB a mail in the file beyond its own bytes\n", taking / 1024, beyond / n / 1024
	if (memory / 1024 > 128 || taking / 1024 > 128) { print "FAIL: more than twice the memory that is promised"; exit 1 }
	if (rounds > 1 && (peer / ours < 2 || n / ours < 1000)) { print "FAIL: half of what is promised is missed"; exit 1 }
}'
