#!/usr/bin/env bash
# The README's picture of the activity report: the page of the made register (help_desk.c), as headless Chromium shows it.
# Usage: tests/core/outward/desk/make_picture.sh BUILD man/pictures/activity.png
set -euo pipefail
build=${1:?build folder}
picture=$(realpath "${2:?picture}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
GENBA_DESK_PAGE=$work/page.html ctest --test-dir "$build" -R 'outward/desk/test_report' --output-on-failure >"$work/log" ||
	{ cat "$work/log"; exit 1; }
chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --hide-scrollbars --window-size=900,760 \
	--screenshot="$picture" "file://$work/page.html" 2>/dev/null
echo "$picture"
