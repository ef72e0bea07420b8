#!/usr/bin/env bash
# Every sign that the program draws has a letter or an ASCII sign for terminals that have no others (TERM=linux, vt100):
# tui/term/terminal_kind.c. What is only read, not drawn, is listed here.
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
python3 - <<'P'
import glob, re, sys, unicodedata
READ_ONLY = ("core/outward/release/forbidden_undress.c", "core/base/time/edtf_people.c")
table = "tui/term/terminal_kind.c"
known = set(re.findall(r'\{"([^"\\]+)", "', open(table, encoding="utf-8").read()))
bad = 0
for path in sorted(glob.glob("tui/**/*.[ch]", recursive=True) + glob.glob("core/**/*.[ch]", recursive=True)):
    if path == table or path in READ_ONLY:
        continue
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        for sign in "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', line)):
            if ord(sign) > 127 and unicodedata.east_asian_width(sign) not in "WF" and unicodedata.category(sign)[0] in "SPN" and sign not in known:
                print(f"FAIL: {path}:{number}: {sign} ({unicodedata.name(sign, '?')}) has no row in {table}")
                bad = 1
assert len(known) > 50, "the table was not found"
sys.exit(bad)
P
