#!/usr/bin/env bash
# README and README.ja.md are twins, and so are GUIDE and GUIDE.ja.md: as many headings of each level, the same commands, the same
# pictures but for their language, and nothing that leads nowhere. The README is short: what is longer stands in the guide.
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
genba=${GENBA:?path of the program}
python3 - "$genba" <<'P'
import os, re, subprocess, sys
genba, bad = sys.argv[1], 0
def fail(text):
    global bad
    print("FAIL:", text)
    bad = 1

def read(path):
    """Headings with their levels, commands, pictures, links and tables of a page."""
    page = {"levels": [], "commands": [], "pictures": [], "links": [], "rows": [], "anchors": set(), "path": path}
    fence = None
    lines = open(path, encoding="utf-8").read().split("\n")
    page["lines"] = len(lines) - 1
    for line in lines:
        if line.startswith("```"):
            fence = None if fence is not None else line[3:]
        elif fence == "sh":
            page["commands"].append(command(line))
        elif fence is None:
            heading = re.match(r"(#+) (.*)", line)
            if heading:
                page["levels"].append(len(heading[1]))
                page["anchors"].add(re.sub(r"[^\w\- ]", "", heading[2].lower()).replace(" ", "-"))
            page["pictures"] += re.findall(r"!\[[^\]]+\]\(([^)]+)\)", line)
            page["links"] += re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", line)
            if line.startswith("|"):
                page["rows"].append(line.count("|") - line.count("\\|"))
    return page

def command(line):
    """What is typed, without its remark, its texts and its language: those are the reader's."""
    line = re.split(r"\s+#|^#", line)[0].rstrip()
    line = re.sub(r"""("[^"]*"|'[^']*')""", '""', line)
    line = re.sub(r" LANG=\S+| --lang ja", "", line)
    return re.sub(r"\s+", " ", line)

def other_language(picture):
    return re.sub(r"-ja\.", ".", picture)

def twins(first, second):
    a, b = read(first), read(second)
    for what in "levels", "commands", "rows":
        if a[what] != b[what]:
            at = next((i for i, (x, y) in enumerate(zip(a[what], b[what])) if x != y), min(len(a[what]), len(b[what])))
            fail(f"{first} and {second}: {what} differ, number {at + 1}: {a[what][at:at+1]} and {b[what][at:at+1]}")
    if [other_language(p) for p in a["pictures"]] != [other_language(p) for p in b["pictures"]]:
        fail(f"{first} and {second}: the pictures differ: {a['pictures']}, {b['pictures']}")
    return a, b

pages = {}
for first, second in (("README.md", "README.ja.md"), ("GUIDE.md", "GUIDE.ja.md")):
    for page in twins(first, second):
        pages[page["path"]] = page
for path in "README.md", "README.ja.md":
    page = pages[path]
    if page["lines"] > 200:
        fail(f"{path} has {page['lines']} lines: 200 at most, what is longer goes to the guide")
    if len(page["pictures"]) != 2 or "man/pictures/report-small" not in page["pictures"][1]:
        fail(f"{path} shows {len(page['pictures'])} pictures: the Board and a report")
    head = "\n".join(open(path, encoding="utf-8").read().split("\n")[:45])
    for wanted in "man/pictures/board", "`./bootstrap`", "`./bootstrap test`", "| `1` |", "| `?` |":
        if wanted not in head:
            fail(f"{path}: its first screen does not hold {wanted}")
for path, page in pages.items():
    for link in page["links"] + page["pictures"]:
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        file = file or path
        if not os.path.exists(file):
            fail(f"{path}: there is no {file}")
        elif anchor and anchor not in read(file)["anchors"]:
            fail(f"{path}: {file} has no section {anchor}")
# each command that is named is one
names = set(re.findall(r"^  ([a-z-]+)", subprocess.run([genba, "--lang", "en", "help"], capture_output=True, text=True, check=True).stdout, re.M))
for path, page in pages.items():
    for line in page["commands"]:
        word = re.match(r"genba (?:(?:-c \S+|\"\") )?([a-z]+)\b(?!\.)", line)
        if word and word[1] not in names:
            fail(f"{path}: `{line}`: there is no command {word[1]}")

# a reader that has gone has seen what it wanted
for words in ["help"], ["help", "preserve"], ["help", "--manual", "commands"], ["--version"], ["--lang", "ja", "help"]:
    end, begin = os.pipe()
    os.close(end)
    done = subprocess.run([genba, *words], stdout=begin, stderr=subprocess.PIPE)
    os.close(begin)
    if done.stderr:
        fail(f"genba {' '.join(words)} into a closed pipe says: {done.stderr.decode()}")
print(f"readme: {pages['README.md']['lines']} and {pages['README.ja.md']['lines']} lines, {len(pages['README.md']['commands'] + pages['GUIDE.md']['commands'])} commands")
sys.exit(bad)
P
