#!/usr/bin/env bash
# The disks of the practice case, read by the tools of others: their volumes, logs, hives and prefetch files are sound.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
for tool in fls istat icat fsstat; do
	command -v "$tool" >/dev/null || {
		echo "skipped: $tool (sleuthkit) is not installed"
		exit 77
	}
done
tell_missing() {
	command -v "$1" >/dev/null && return 0
	echo "not compared: $1 is not installed"
	return 1
}
XDG_DATA_HOME=$work/home "$genba" demo --dir here </dev/null >out 2>err || fail "genba demo: $(cat err)"

for disk in a b; do
	image=here/terminal-$disk-disk.img
	fsstat "$image" >fsstat.$disk 2>err || fail "fsstat: $(cat err)"
	[ ! -s err ] || fail "fsstat of $disk complains: $(cat err)"
	fls -rpu "$image" >names.$disk 2>err || fail "fls: $(cat err)"
	[ ! -s err ] || fail "fls of $disk complains: $(cat err)"
	grep -q 'ProgramData/winup.exe' names.$disk || fail "no RAT on $disk"
	fls -rpd "$image" | grep -q "ProgramData/$disk.rar" || fail "the deleted archive of $disk cannot be found"
	[ "$(stat -c %b "$image")" -le 4096 ] || fail "$image takes more than 2 MiB"
	if tell_missing ntfsfix; then
		ntfsfix -n "$image" >fix 2>&1 || fail "ntfsfix: $(cat fix)"
		grep -q 'was processed successfully' fix || fail "ntfsfix: $(cat fix)"
	fi
	if tell_missing ntfsinfo; then
		ntfsinfo -m "$image" >info 2>&1 || fail "ntfsinfo: $(cat info)"
		grep -q 'Volume Version: 3.1' info || fail "ntfsinfo: $(cat info)"
		ntfsls -R "$image" >listed 2>&1 || fail "ntfsls: $(cat listed)"
		grep -q '^winup.exe' listed || fail "ntfsls does not see the RAT: $(cat listed)"
	fi
	while read -r where name; do
		inode=${where%%:*}
		icat "$image" "${inode#* }" >file
		case $name in
		*.evtx)
			tell_missing evtxexport || continue
			evtxexport file >exported 2>err || fail "evtxexport of $name: $(cat err)"
			is "records of $name" "$("$genba" triage --look --jsonl --only evtx file 2>/dev/null | grep -c '"artefact":"evtx"')" \
				"$(grep -c '^Event number' exported)"
			;;
		*/config/* | *NTUSER.DAT)
			tell_missing regfexport || continue
			regfexport file >exported 2>&1 || fail "regfexport of $name: $(cat exported)"
			grep -q '^Value: 0' exported || fail "regfexport sees no value in $name"
			;;
		*.pf)
			tell_missing sccainfo || continue
			sccainfo file >exported 2>&1 || fail "sccainfo of $name: $(cat exported)"
			grep -q "Last run time.*201" exported || fail "sccainfo: $(cat exported)"
			;;
		esac
	done < <(sed -n 's/^r\/r \([0-9]*-128-[0-9]*\):\t\(.*\)$/\1 \2/p' names.$disk | grep -E 'evtx|config|NTUSER|\.pf')
done
is "the same RAT on both" "$(icat here/terminal-a-disk.img "$(sed -n 's/^r\/r \([0-9-]*\):\tProgramData\/winup.exe$/\1/p' names.a)" | sha256sum)" \
	"$(icat here/terminal-b-disk.img "$(sed -n 's/^r\/r \([0-9-]*\):\tProgramData\/winup.exe$/\1/p' names.b)" | sha256sum)"
istat here/terminal-a-disk.img "$(sed -n 's/^r\/r \([0-9-]*\):\tProgramData\/rar.exe$/\1/p' names.a)" | grep -q '2014-07-10 11:12:48' ||
	fail "when the packer was really made is not told"
echo "practice: others read it"
