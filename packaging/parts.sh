#!/bin/sh
# What the bundle weighs, and what of it each library is: parts.sh FOLDER PROGRAM ARCHIVE…
#   FOLDER    the bundle's folder, with its archive FOLDER.tar.zst beside it
#   PROGRAM   the program as it was linked, with its symbols: they tell what of it each ARCHIVE (.a) is
# Bytes, the largest first.
set -eu
export LC_ALL=C.UTF-8
folder=${1%/}
program=$2
shift 2
[ -d "$folder" ] || {
	echo "there is no $folder: make the target bundle first" >&2
	exit 1
}
row() { printf '%12d  %s\n' "$1" "$2"; }
bytes() { find "$@" -type f -printf '%s\n' | awk '{n += $1} END {printf "%d", n}'; }

echo "libraries as files"
for library in "$folder"/lib/*; do
	row "$(bytes "$library")" "${library##*/}"
done | sort -rn
echo "libraries within the program (an object by its size, members by their symbols)"
nm -S --defined-only "$program" >"$folder.symbols"
for archive; do
	if [ "$(ar t "$archive" | wc -l)" = 1 ]; then # one object, and all of it is linked
		size "$archive" | awk 'END {print $1 + $2}'
	else
		nm --defined-only "$archive" 2>/dev/null | awk 'NR == FNR {if (NF == 3) own[$3] = 1; next}
			NF == 4 && $4 in own && !($1 in seen) {
				seen[$1] = 1
				n = 0
				for (i = 1; i <= length($2); i++)
					n = n * 16 + index("123456789abcdef", substr($2, i, 1))
				sum += n
			} END {printf "%d\n", sum}' - "$folder.symbols"
	fi >"$folder.part"
	row "$(cat "$folder.part")" "${archive##*/}"
done | sort -rn
rm -f "$folder.symbols" "$folder.part"
echo "the whole"
row "$(bytes "$folder/genba")" genba
row "$(bytes "$folder/lib")" "lib/"
row "$(bytes "$folder" ! -path "$folder/lib/*" ! -name genba)" "licences, manuals, playbooks, terminals, completions"
row "$(bytes "$folder")" "the folder"
row "$(bytes "$folder.tar.zst")" "${folder##*/}.tar.zst"
