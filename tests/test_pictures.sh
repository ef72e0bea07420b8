#!/usr/bin/env bash
# The README's pictures in a browser: every character stands in its cell, none is stretched, and the rows read as the screen did
# (each picture holds them as its description). Usage: GENBA_SOURCE=folder tests/test_pictures.sh
# ctest: slow
set -euo pipefail
source=${GENBA_SOURCE:?source folder}
browser=$(command -v chromium || true)
[ -n "$browser" ] || { echo "SKIP: chromium is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for picture in "$source"/man/pictures/*.svg; do
	page=$work/$(basename "$picture").html
	{
		echo '<!DOCTYPE html><meta charset="utf-8"><body>'
		cat "$picture"
		cat "$source/tests/data/read_picture.html"
	} >"$page"
done
python3 - "$source" "$browser" "$work" <<'P'
import glob, html, os, re, subprocess, sys
source, browser, work = sys.argv[1:]
bad = 0
pages = sorted(glob.glob(os.path.join(work, "*.svg.html")))
assert len(pages) >= 5, "the pictures are gone"
for page in pages:
    dom = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + work + "/profile",
                          "--dump-dom", "file://" + page], capture_output=True, text=True, check=True).stdout
    said = html.unescape(re.search(r'<pre id="said">(.*?)</pre>', dom, re.S)[1])
    drawn = html.unescape(re.search(r'<pre id="drawn">(.*?)</pre>', dom, re.S)[1])
    wrong = html.unescape(re.search(r'<pre id="wrong">(.*?)</pre>', dom, re.S)[1]).strip()
    name = os.path.basename(page)[:-5]
    want, got = said.rstrip().split("\n"), drawn.rstrip().split("\n")
    if not any(line.strip() for line in want):
        print(f"FAIL: {name} says nothing"); bad = 1
    for number, (a, b) in enumerate(zip(want, got)):
        if a.rstrip() != b.rstrip():
            print(f"FAIL: {name} row {number}\n  screen  {a}\n  browser {b}"); bad = 1
    if len(want) != len(got):
        print(f"FAIL: {name}: {len(want)} rows on the screen, {len(got)} in the browser"); bad = 1
    if wrong:
        print(f"FAIL: {name}: {wrong}"); bad = 1
sys.exit(bad)
P
echo "pictures: each character in its cell"
