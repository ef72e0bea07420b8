#!/usr/bin/env bash
# Ctrl-Z in the workbench: the shell is back, the case is locked and its texts are off the screen; fg comes back to the lock.
set -euo pipefail
: "${GENBA:?path of the program}"
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-suspend-XXXXXX")
trap 'rm -rf "$work"' EXIT
export XDG_DATA_HOME=$work/home XDG_RUNTIME_DIR=$work/run GENBA_PASSPHRASE_FILE=$work/pass
mkdir -m 700 "$work/run"
printf 'correct horse battery staple\n' >"$work/pass"
"$GENBA" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$GENBA" new "$work/site.genba" --title "Slow terminal in personnel" --no-recovery 2>/dev/null
python3 - "$GENBA" "$work/site.genba" <<'P'
import os, pty, re, select, sys
genba, case = sys.argv[1:]
DEADLINE = 240
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(PS1="@@@ ", TERM="xterm-256color", INPUTRC="/dev/null")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
seen, at = b"", 0
def await_(pattern):
    global seen, at
    while True:
        found = re.search(pattern, seen[at:], re.S)
        if found:
            at += found.end()
            return
        if not select.select([terminal], [], [], DEADLINE)[0]:
            sys.exit(f"FAIL: {pattern!r} does not come; the end of what was seen: {seen[-600:]!r}")
        seen += os.read(terminal, 65536)
def type_(keys):
    os.write(terminal, keys)
await_(rb"@@@ ")
type_(f"stty -echo; '{genba}' '{case}'\r".encode())
await_(rb"Board.*\?2026l")
type_(b"\x1a")
await_(rb"Stopped.*@@@ ")
before = at
type_(b"echo shell-is-$((40+2))\r")
await_(rb"shell-is-42.*@@@ ")
if b"Slow terminal" in seen[before:]:
    sys.exit("FAIL: the case is seen behind the shell")
before = at
type_(b"fg\r")
await_(rb"genba is locked.*Passphrase")
if b"Infected and not" in seen[before:]:
    sys.exit("FAIL: the case is seen before the passphrase")
type_(b"correct horse battery staple\r")
await_(rb"Board.*\?2026l")
type_(b":quit\r")
await_(rb"@@@ ")
type_(b"exit\r")
P
"$GENBA" -c "$work/site.genba" verify >/dev/null
echo "suspend: locked behind the shell, and back"
