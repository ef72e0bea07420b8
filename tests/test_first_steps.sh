#!/usr/bin/env bash
# The first commands of the README, and of its Japanese twin, typed on a terminal as they stand there: a passphrase is chosen (and typed
# again), asked for once, and never after that, the workbench at the end included. Prints what was typed for it.
set -euo pipefail
: "${GENBA:?path of the program}" "${GENBA_SOURCE:?source folder}"
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-steps-XXXXXX")
trap '"$GENBA" -c "$work/site.genba" lock >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
export XDG_RUNTIME_DIR=$work/run
for page in README.md README.ja.md; do
	rm -rf "${work:?}"/*
	mkdir -m 700 "$work/run" "$work/bin"
	ln -s "$GENBA" "$work/bin/genba"
	printf 'From: a@example.org\r\nSubject: x\r\n\r\nhello\r\n' >"$work/mail.eml"
	python3 - "$GENBA_SOURCE/$page" "$work" <<'P'
import os, pty, re, select, signal, sys, time
page, work = sys.argv[1:]
DEADLINE = 240
text = open(page, encoding="utf-8").read()
block = next(b for b in re.findall(r"```sh\n(.*?)```", text, re.S) if "genba key new" in b)
commands = [line for line in block.strip().split("\n")]
assert sum("genba" in c for c in commands) >= 9, commands
passphrase = "correct horse battery staple"
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(work)
    keep = {k: v for k, v in os.environ.items() if k not in ("GENBA_PASSPHRASE_FILE", "GENBA_CASE", "XDG_DATA_HOME", "GENBA_DATA")}
    keep.update(PATH=work + "/bin:" + keep["PATH"], PS1="@@@ ", TERM="xterm-256color", LC_ALL="", LANG="C.UTF-8")
    os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], keep)
seen, at = b"", 0
def read():
    """Takes what comes; fails at the deadline."""
    global seen
    if not select.select([terminal], [], [], DEADLINE)[0]:
        sys.exit(f"FAIL: {page}: nothing came for {DEADLINE} s; the end of what was seen: {seen[-800:]!r}")
    try:
        seen += os.read(terminal, 65536)
    except OSError:
        sys.exit(f"FAIL: {page}: the shell has gone: {seen[-800:]!r}")
def await_any(*patterns):
    """The first of the patterns that comes behind what was taken already."""
    global at
    while True:
        found = [(m.start(), m.end(), i) for i, p in enumerate(patterns) for m in [re.search(p, seen[at:])] if m]
        if found:
            start, end, which = min(found)
            at += end
            return which
        read()
def type_(keys):
    os.write(terminal, keys.encode())
PROMPT, NEW, ASKED = rb"@@@ ", "(New passphrase|Once more|新しいパスフレーズ|もう一度)[^\n]*: ".encode(), "(Passphrase of [^\n]*|[^\n]*のパスフレーズ): ".encode()
await_any(PROMPT)
chosen = asked = keys = 0
for command in commands:
    command = command.replace("/mnt/usb/mail.eml", work + "/mail.eml")
    opens = re.match(r"genba site\.genba\s", command + " ")
    type_(re.sub(r"\s+#.*", "", command) + "\r")
    while True:
        what = await_any(PROMPT, NEW, ASKED, "(Board|ボード)".encode() if opens else rb"(?!)")
        if what == 0:
            break
        if what == 3:
            type_(":quit\r")
            opens = None
            continue
        type_(passphrase + "\r")
        keys += len(passphrase) + 1
        chosen += what == 1
        asked += what == 2
    type_("echo status=$?\r")
    await_any(rb"status=(?=\d)")
    while b"\n" not in seen[at:]:
        read()
    if seen[at:at + 1] != b"0":
        sys.exit(f"FAIL: {page}: `{command}` ended with {seen[at:at+1]!r}: {seen[-1500:].decode(errors='replace')}")
    await_any(PROMPT)
type_("genba lock; exit\r")
try:
    while True:
        os.read(terminal, 65536)
except OSError:
    pass
os.waitpid(pid, 0)
if (chosen, asked) != (2, 1):
    sys.exit(f"FAIL: {page}: a passphrase was chosen {chosen} times (2: once, and again) and asked for {asked} times (1)")
print(f"{os.path.basename(page)}: {len(commands)} lines, asked for once, {keys} keys for passphrases")
P
done
# `genba` alone says how to begin, on one screen of the smallest size.
for language in en ja; do
	alone=$(env -u GENBA_CASE XDG_RUNTIME_DIR="$work/run" "$GENBA" --lang $language)
	if [ "$(wc -l <<<"$alone")" -gt 20 ] || ! grep -q 'genba new' <<<"$alone" || ! grep -q 'genba help' <<<"$alone" ||
		[ "$(LC_ALL=C.UTF-8 wc -L <<<"$alone")" -gt 80 ]; then
		printf 'FAIL: genba --lang %s alone is no first screen:\n%s\n' $language "$alone"
		exit 1
	fi
done
