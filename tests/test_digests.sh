#!/usr/bin/env bash
# ctest: slow
# Digests and bytes are those of the standard tools: sha256sum, md5sum, sha1sum, b2sum (of each MiB, and of their list), cmp;
# for every form, for sizes around the borders of pieces and parts, for files, devices, standard input and a folder.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
loop=
clean() {
	[ -z "$loop" ] || losetup -d "$loop" 2>/dev/null || true
	clean_work
}
trap clean EXIT
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Digests" --kdf interactive --no-recovery 2>/dev/null
compared=0

# the root over the pieces: BLAKE2b-256 of the BLAKE2b-256 of each MiB, one behind the other
root_of() {
	rm -rf pieces
	mkdir pieces
	split -b 1M -a 4 "$1" pieces/p
	find pieces -type f | LC_ALL=C sort | xargs -r b2sum -l 256 | cut -d' ' -f1 | tr a-f A-F | basenc --base16 -d -i | b2sum -l 256 | cut -d' ' -f1
}
expected() { # of the file $1, in the file `wanted`
	printf '%s %s %s %s %s\n' "$(sha256sum <"$1" | cut -d' ' -f1)" "$(md5sum <"$1" | cut -d' ' -f1)" \
		"$(sha1sum <"$1" | cut -d' ' -f1)" "$(root_of "$1")" "$(stat -c %s "$1")" >wanted
}
compare() { # compare WHAT LABEL: the record with `wanted`
	"$genba" show "$2" --json | python3 -c 'import json, sys
r = json.load(sys.stdin)[0]
print(*(r.get(f, "none") for f in ("sha256", "md5", "sha1", "piece_root", "source_size")))' >got
	cmp -s wanted got || fail "$1: genba says $(cat got), the tools $(cat wanted)"
	compared=$((compared + 1))
}
preserve() { # prints the label
	"$genba" preserve "$@" --hash md5,sha1 2>err | cut -d' ' -f1 || fail "preserve $*: $(cat err)"
}

for size in 0 1 65 1048575 1048576 1048577 7340033 41943047; do
	head -c "$size" /dev/urandom >"file-$size"
	expected "file-$size"
	compare "$size bytes, hash" "$(preserve "file-$size")"
	label=$(preserve "file-$size" --as raw --to raw)
	compare "$size bytes, raw" "$label"
	cmp "file-$size" "raw/file-$size" || fail "$size bytes, raw: other bytes"
	label=$(preserve "file-$size" --as sealed --to sealed)
	compare "$size bytes, sealed" "$label"
	"$genba" extract "$label" - | cmp - "file-$size" || fail "$size bytes, sealed: other bytes"
	if [ "$size" -gt 1048576 ]; then
		compare "$size bytes, split" "$(preserve "file-$size" --as raw --split 3MiB --to split)"
		cat split/"file-$size".[0-9]* | cmp - "file-$size" || fail "$size bytes, split: other bytes"
		for part in split/"file-$size".[0-9]*; do
			[ "$(stat -c %s "$part")" -le 3145728 ] || fail "$part is too long"
		done
		label=$(preserve "file-$size" --as sealed --split 3MiB --to split)
		compare "$size bytes, sealed and split" "$label"
		"$genba" extract "$label" - | cmp - "file-$size" || fail "$size bytes, sealed and split: other bytes"
	fi
	compare "$size bytes, standard input" "$(preserve - <"file-$size")"
	compare "$size bytes, a pipe" "$(head -c "$size" "file-$size" | preserve -)"
done

# what compresses, and what is zeros
{ head -c 3000000 /dev/zero; yes "a line of a log" | head -c 5000000 || true; head -c 3000000 /dev/zero; } >plain
expected plain
label=$(preserve plain --as sealed --to sealed)
compare "what compresses" "$label"
"$genba" extract "$label" - | cmp - plain || fail "what compresses: other bytes"
[ "$(stat -c %s sealed/plain.gev)" -lt 1000000 ] || fail "what compresses was not compressed"
label=$(preserve plain --as raw --to raw)
cmp plain raw/plain || fail "zeros: other bytes"

left_out=
if [ "$(id -u)" = 0 ] && loop=$(losetup -r -f --show plain 2>/dev/null); then
	head -c "$(blockdev --getsize64 "$loop")" plain >device # whole sectors
	expected device
	compare "a device" "$(preserve "$loop")"
	label=$(preserve "$loop" --as raw --to raw)
	compare "a device, raw" "$label"
	cmp device "raw/${loop##*/}" || fail "a device: other bytes"
else
	loop=
	left_out="; left out: a device"
fi

mkdir -p tree/sub
mv file-* tree/sub
label=$("$genba" preserve tree --as raw --to copies | cut -d' ' -f1)
(cd tree && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) >sums.tool
"$genba" show "$label" --sha256sums | LC_ALL=C sort -k2 >sums.genba
LC_ALL=C sort -k2 sums.tool | cmp - sums.genba || fail "a folder: other digests"
diff -r tree copies/tree || fail "a folder: other bytes"
(cd copies/tree && sha256sum --quiet -c "$work/sums.tool") || fail "sha256sum does not accept the copy"
printf '%s records compared with sha256sum, md5sum, sha1sum and b2sum, copies with cmp%s\n' "$compared" "$left_out"
