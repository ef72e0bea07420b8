#!/bin/sh
# How the case beside this script was made, once: built from commit b222b45, whose tables were those of format 1 (the
# last without the table of unfinished preservation).
# It is never made anew; tests/test_upgrade.sh opens it for ever after. Usage: GENBA=path/to/old/genba make.sh FOLDER
# The passphrase stands here because nothing secret is in it.
set -eu
genba=${GENBA:?path of the old program}
mkdir -p "$1"
cd "$1"
printf 'first version\n' >passphrase
export XDG_DATA_HOME="$PWD/home" GENBA_CASE="$PWD/site.genba" GENBA_PASSPHRASE_FILE="$PWD/passphrase"
printf 'a mail that was kept\n' >mail.eml
"$genba" key new --name "Responder One" --mark R1 --kdf interactive
"$genba" new site.genba --title "Slow terminal in personnel" --party "Organisation A" --no-recovery --kdf interactive
"$genba" add asset hostname=HR-PC-03 status=suspected containment=connected
"$genba" add asset hostname=FS-01 status=unknown
"$genba" note --on R1-A1 "fan loud since Monday"
"$genba" note "$(printf 'a long one. %.0s' $(seq 100))"
"$genba" add event title="First mail opened" when=2014-12~ assets=R1-A1
"$genba" add indicator type=domain value=update.example.org
"$genba" add measure title="Unplug HR-PC-03" track=provisional status=done
"$genba" preserve mail.eml --on R1-A1
"$genba" set R1-A1 containment=isolated
"$genba" retract R1-A2 --reason "entered twice"
"$genba" undo --reason "it was not"
"$genba" verify
mv home/genba/identity.json .
rm -rf home mail.eml
