#!/usr/bin/env bash
# The README's pictures in browsers, Chromium and, where it is installed, Firefox: every character stands in its cell, none is
# stretched, and the rows read as the screen did (each picture holds them as its description).
# Usage: GENBA_SOURCE=folder tests/test_pictures.sh
# ctest: slow
set -euo pipefail
source=${GENBA_SOURCE:?source folder}
browser=$(command -v chromium || true)
firefox=$(command -v firefox-esr || command -v firefox || true)
[ -n "$browser$firefox" ] || { echo "SKIP: neither chromium nor firefox-esr is installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/firefox"
for picture in "$source"/man/pictures/*.svg; do
	page=$work/$(basename "$picture").html
	{
		echo '<!DOCTYPE html><meta charset="utf-8"><body>'
		cat "$picture"
		cat "$source/tests/data/read_picture.html"
	} >"$page"
done
python3 - "$source" "$browser" "$firefox" "$work" <<'P'
import glob, html, json, os, re, subprocess, sys
source, chromium, firefox, work = sys.argv[1:]
bad = 0
pages = sorted(glob.glob(os.path.join(work, "*.svg.html")))
assert len(pages) >= 5, "the pictures are gone"


def judge(browser, page, said, drawn, wrong):
    global bad
    name = f"{browser}: {os.path.basename(page)[:-5]}"
    want, got = said.rstrip().split("\n"), drawn.rstrip().split("\n")
    if not any(line.strip() for line in want):
        print(f"FAIL: {name} says nothing"); bad = 1
    for number, (a, b) in enumerate(zip(want, got)):
        if a.rstrip() != b.rstrip():
            print(f"FAIL: {name} row {number}\n  screen  {a}\n  browser {b}"); bad = 1
    if len(want) != len(got):
        print(f"FAIL: {name}: {len(want)} rows on the screen, {len(got)} in the browser"); bad = 1
    if wrong.strip():
        print(f"FAIL: {name}: {wrong.strip()}"); bad = 1


for page in pages if chromium else []:
    dom = subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + work + "/profile",
                          "--dump-dom", "file://" + page], capture_output=True, text=True, check=True).stdout
    judge("chromium", page, *(html.unescape(re.search(f'<pre id="{part}">(.*?)</pre>', dom, re.S)[1])
                              for part in ("said", "drawn", "wrong")))
if firefox:
    shown = subprocess.run([sys.executable, source + "/tests/firefox_pages.py", firefox, work + "/firefox", "said,drawn,wrong",
                            *pages], capture_output=True, text=True)
    if shown.returncode:
        print("FAIL: " + shown.stderr); bad = 1
    else:
        for page, parts in zip(pages, json.loads(shown.stdout), strict=True):
            judge("firefox", page, *parts)
sys.exit(bad)
P
echo "pictures: each character in its cell${browser:+, in Chromium}${firefox:+, in Firefox}"
[ -n "$firefox" ] || echo "firefox-esr is not installed: not looked at there"
