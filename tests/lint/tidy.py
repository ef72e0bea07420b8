#!/usr/bin/env python3
"""Runs clang-tidy over the files named on standard input, those that were found clean before left out.

tidy.py SOURCE BUILD <FILES

A file is known by what clang-tidy would see: its preprocessed text, .clang-tidy, analyzer.h and clang-tidy's version. The
digests of clean files lie in ${XDG_CACHE_HOME:-~/.cache}/genba-lint, so that a second run, in any clone, looks at what
changed. What is found goes to standard output, a line a place: FILE:LINE:COLUMN: warning: TEXT [CHECK]. Status 0 if
clang-tidy ran over all of them, whatever it found.
"""
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

source, build = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "genba-lint")
analyzer = os.path.join(source, "tests/lint/analyzer.h")
PLACE = re.compile(r"^(\S+?):(\d+):(\d+): (?:error|warning): (.*) \[([^\]]*?)(?:,-warnings-as-errors)?\]$")


def flags_of(entry):
    """The compiler's words without the compiler, its output, and what only gcc knows."""
    words = shlex.split(entry["command"])[1:]
    if words and os.path.basename(words[0]) in ("cc", "gcc", "clang"):
        words = words[1:]  # behind a launcher
    kept, skip = [], False
    for word in words:
        if skip or word in ("-c", entry["file"]):
            skip = False
        elif word == "-o":
            skip = True
        elif not word.startswith("-mmemcpy-strategy="):
            kept.append(word)
    return kept + ["-include", analyzer, "-I" + os.path.join(source, "core")]


def common():
    digest = hashlib.sha256()
    for name in (os.path.join(source, ".clang-tidy"), analyzer):
        with open(name, "rb") as f:
            digest.update(f.read())
    digest.update(subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout)
    return digest


def look_at(path, entry, known):
    """(path, whether clang-tidy ran, places)"""
    flags = flags_of(entry)
    seen = subprocess.run(["clang", "-E", "-P", "-w", *flags, entry["file"]], cwd=entry["directory"], capture_output=True)
    if seen.returncode:
        return path, False, [seen.stderr.decode(errors="replace")[-2000:]]
    digest = known.copy()
    with open(entry["file"], "rb") as f:  # comments count too: they may hold NOLINT
        digest.update(path.encode() + b"\0" + f.read() + b"\0")
    digest.update(seen.stdout.replace(source.encode(), b""))
    mark = os.path.join(cache, digest.hexdigest())
    if os.path.exists(mark):
        return path, True, []
    ran = subprocess.run(["nice", "clang-tidy", "-quiet", "--use-color=false", entry["file"], "--", *flags],
                         cwd=entry["directory"], capture_output=True, text=True, errors="replace")
    places = set()
    for line in ran.stdout.splitlines():
        match = PLACE.match(line)
        if match:
            name = os.path.relpath(os.path.join(entry["directory"], match[1]), source)
            places.add(f"{name}:{match[2]}:{match[3]}: warning: {match[4]} [{match[5]}]")
    if ran.returncode and not places:
        return path, False, [ran.stdout[-2000:], ran.stderr[-2000:]]
    if not places:
        with open(mark, "w"):
            pass
    return path, True, sorted(places)


def main():
    wanted = [line.strip() for line in sys.stdin if line.strip()]
    with open(os.path.join(build, "compile_commands.json")) as f:
        entries = {}
        for entry in json.load(f):
            entries.setdefault(os.path.relpath(entry["file"], source), entry)
    absent = [path for path in wanted if path not in entries]
    if absent:
        sys.exit("tidy.py: not compiled in this build: " + " ".join(absent))
    os.makedirs(cache, exist_ok=True)
    known = common()
    status, found = 0, set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, ran, places in pool.map(lambda path: look_at(path, entries[path], known), wanted):
            if ran:
                found.update(places)
            else:
                status = 1
                print(f"tidy.py: clang-tidy did not run over {path}", *places, sep="\n", file=sys.stderr)
    print(*sorted(found), sep="\n", end="\n" if found else "")
    sys.exit(status)


main()
