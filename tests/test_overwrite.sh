#!/usr/bin/env bash
# A file that is there is not replaced, whichever command writes: it is refused, and nothing is put on record.
# Usage: GENBA=program tests/test_overwrite.sh
# shellcheck source=tests/help_handover.sh
. "$(dirname "$(readlink -f "$0")")/help_handover.sh"
person one two
export XDG_DATA_HOME=$work/one GENBA_CASE=$work/one.genba LC_ALL=C.UTF-8
"$genba" new one.genba --title "Files" --kdf interactive --no-recovery 2>/dev/null
"$genba" add asset hostname=PC-1 >/dev/null
"$genba" add party name=Partner roles=vendor >/dev/null
echo evidence >bytes
"$genba" preserve bytes --on R1-A1 >/dev/null
mkdir tree && echo file >tree/file
tree=$("$genba" preserve tree --on R1-A1 | cut -d" " -f1)
printf 'From: a@a.example\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename=a.txt\n\nx\n--b--\n' >a.eml
"$genba" import mail a.eml --on R1-A1 >/dev/null 2>&1
"$genba" export stix in.json --internal >/dev/null 2>&1
printf 'hostname,nonsense\nPC-2,\n,\n' >list.csv

commits() { "$genba" log 2>/dev/null | wc -l; }
kept() { # kept FILE COMMAND…: refused, FILE as it was, nothing on record
	local file=$1 got=0 before
	shift
	mkdir -p "$(dirname "$file")"
	echo precious >"$file"
	before=$(commits)
	"$@" </dev/null >out 2>err || got=$?
	[ $got = 1 ] || fail "'${*##*/}' over a file: status $got: $(cat out err)"
	is "'${*##*/}': the file" precious "$(cat "$file")"
	grep -qF -e "$(basename "$file")" -e "${file%/*}" err || fail "'${*##*/}' does not name the file: $(cat err)"
	is "'${*##*/}': on record" "$before" "$(commits)"
	[ -z "$(find . -name '*.new-*' -o -name '*.part')" ] || fail "'${*##*/}' leaves something"
	rm -f "$file"
}
kept there "$genba" export stix there --internal
kept there "$genba" export stix out.json --internal --loss there
[ ! -e out.json ] || fail "what is refused for its loss statement leaves all the same"
kept there "$genba" export timesketch there --internal
kept there "$genba" export csv asset there
kept there "$genba" export svg there
kept folder/there "$genba" export iris folder --internal
kept there "$genba" export git there
kept out.git.allowed_signers "$genba" export git out.git
[ ! -e out.git ] || fail "the repository is written all the same"
kept there "$genba" report incident --internal --out there
kept there "$genba" report incident --internal --out out.html --loss there
kept there "$genba" print worksheet asset --out there
kept there "$genba" print custody R1-E1 --out there
kept there "$genba" extract R1-E1 there
kept there "$genba" mail extract R1-M1 1 there
kept there.sha256 "$genba" extract "$tree" --manifest there
kept there "$genba" extract "$tree" --manifest there
kept there "$genba" desk report one.genba --out there
mkdir copies
"$genba" backup copies 2>/dev/null >&2
kept there "$genba" backup copies --restore there
kept there "$genba" handover --to two.pub --out there
kept there "$genba" handover --to two.pub --out there --delta
kept there "$genba" import csv list.csv --rejects there
kept there "$genba" import stix in.json --origin "Partner" --loss there
kept there "$genba" new there --title x --no-recovery
kept there "$genba" key backup there
kept bytes.sig "$genba" key sign bytes
kept there "$genba" salvage there
# a copy takes another name
mkdir kept && echo precious >kept/bytes.raw && echo precious >kept/bytes
"$genba" preserve bytes --as raw --to kept >/dev/null
is "beside a copy" "precious precious" "$(cat kept/bytes kept/bytes.raw | xargs)"
kept demo/proxy.log "$genba" demo --dir demo
# a link is a name, too: what it leads to is not made
ln -s nowhere link
expect 1 link "$genba" export stix out.json --internal --loss link
expect 1 link "$genba" report incident --internal --out link
if [ ! -L link ] || [ -e nowhere ] || [ -e out.json ]; then fail "a link that leads nowhere was followed or replaced"; fi
# an earlier export of the same case is brought up to date, its list of keys too
"$genba" export git again 2>/dev/null
"$genba" note "more" >/dev/null
"$genba" export git again 2>/dev/null || fail "an export is not brought up to date"
is "the keys of an export" 1 "$(grep -c 'namespaces="git" ssh-ed25519' again.allowed_signers)"
# the receipt of somebody else's handover
"$genba" handover --to two.pub --out two.genba >/dev/null 2>&1
unset GENBA_CASE XDG_DATA_HOME
for receipt in two.genba.receipt named; do
	echo precious >"$receipt"
	status 1 as two accept --receipt "$receipt"
	is "the receipt" precious "$(cat "$receipt")"
done
status 1 as two accept
grep -q 'not accepted' err || fail "what was not done is not said: $(cat err)"
rm two.genba.receipt
status 0 as two accept
[ -s two.genba.receipt ] || fail "no receipt"
