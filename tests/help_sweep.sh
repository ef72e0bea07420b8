# shellcheck shell=bash
# Shared by the scripts about sweeps on record: a scratch folder with a case in it. Source it; it wants GENBA.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/help_script.sh"
export GENBA_PASSPHRASE_FILE=$work/pass GENBA_CASE=$work/site.genba
printf 'correct horse battery staple\n' >pass
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Sweep" --kdf interactive --no-recovery 2>/dev/null
quiet() { "$genba" "$@" >/dev/null 2>err || fail "$*: $(cat err)"; }
