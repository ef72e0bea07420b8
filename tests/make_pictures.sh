#!/usr/bin/env bash
# Makes every picture of the README and the guide anew: the screens (tui/make_pictures.c), the report of activity
# (core/outward/desk/make_picture.sh), and the first printed page of the incident report of the practice case, in both languages,
# whole and its upper half.
# Needs chromium and pdftoppm. Usage: tests/make_pictures.sh BUILD [FOLDER], FOLDER: man/pictures
set -euo pipefail
source=$(realpath "$(dirname "$0")/..")
build=$(realpath "${1:?build folder}")
folder=$(realpath "${2:-$source/man/pictures}")
genba=$build/tui/genba
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

GENBA=$genba "$build/tests/make_pictures" "$folder"
"$source/tests/core/outward/desk/make_picture.sh" "$build" "$folder/activity.png"

export GENBA_PASSPHRASE_FILE=$work/pass
echo practice >"$work/pass"
for lang in en ja; do
	"$genba" --lang $lang demo --dir "$work/$lang" </dev/null >/dev/null
	GENBA_DATA=$work/$lang GENBA_CASE=$work/$lang/practice.genba "$genba" --lang $lang report incident --internal \
		--out "$work/$lang.html" >/dev/null
	python3 "$source/tests/browse.py" "$(command -v chromium)" "$work/$lang.html" "$work/$lang.pdf" >/dev/null
	pdftoppm -r 90 -f 1 -l 1 -singlefile -png "$work/$lang.pdf" "$work/$lang"
	pdftoppm -r 72 -f 1 -l 1 -x 20 -y 20 -W 555 -H 440 -singlefile -gray -png "$work/$lang.pdf" "$work/$lang-small" # for the README
done
cp "$work/en.png" "$folder/report.png"
cp "$work/ja.png" "$folder/report-ja.png"
cp "$work/en-small.png" "$folder/report-small.png"
cp "$work/ja-small.png" "$folder/report-small-ja.png"
