#!/usr/bin/env bash
# Mails looked at with all rules, beside Python's email on the same files in the same run, alternating, medians of processor
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
	python3 "$here/bench_mail.py" read "$work/mails" >>"$work/peer"
done
jq -r '.[] | [.subject] + [.parts[].sha256] | @tsv' "$work/ours.json" >"$work/ours.tsv"
cmp "$work/ours.tsv" "$work/mails.peer" || { echo "FAIL: Python's email reads them otherwise"; exit 1; }
median() { sort -n "$1" | sed -n "$((rounds / 2 + 1))p"; }
ours=$(median "$work/ours") peer=$(median "$work/peer")
awk -v n="$count" -v ours="$ours" -v peer="$peer" -v short="$rounds" 'BEGIN {
	printf "%d mails, all rules: %.0f mails/s of processor time, %.1f x Python email (%.0f mails/s)\n", n, n / ours, peer / ours, n / peer
	if (short > 1 && (peer / ours < 1 || n / ours < 1000)) { print "FAIL: slower than Python, or than 1000 mails/s"; exit 1 }
}'
