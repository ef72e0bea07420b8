#!/bin/sh
# Makes the folder for a stick: bundle.sh SOURCE PROGRAM OPENER MANUALS OUT NAME
#   OUT/NAME/                 genba, git-remote-genba, genba-open-device, lib/, share/terminfo/, playbooks/, man/, completions/, licences/,
#                             README.txt, SHA256SUMS, and with a key SHA256SUMS.sig
#   OUT/NAME.tar.zst          the same, and its digest in OUT/NAME.tar.zst.sha256
#   OUT/NAME.spdx.json        what is in it and from where (SPDX 2.3)
# No links and no modes are needed, so that FAT will do. All libraries come along but those of the C library, which
# belong to the machine's loader. GENBA_SIGN=FOLDER signs with the identity in that folder (GENBA_PASSPHRASE_FILE).
set -eu
export LC_ALL=C.UTF-8 TZ=UTC
source=$1
program=$2
opener=$3
manuals=$4
out=$5
name=$6
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
	SOURCE_DATE_EPOCH=$(git -C "$source" log -1 --format=%ct 2>/dev/null) || SOURCE_DATE_EPOCH=0
fi
export SOURCE_DATE_EPOCH
top=$out/$name
rm -rf "$out"
mkdir -p "$top/lib" "$top/share/terminfo" "$top/playbooks" "$top/man/man1" "$top/man/man5" "$top/man/man7" "$top/completions" "$top/licences"

strip -o "$top/genba" "$program"
# FAT has no links
cat >"$top/git-remote-genba" <<'X'
#!/bin/sh
# git clone genba::/path/site.genba
exec "${0%/*}/genba" git-remote-genba "$@"
X
strip -o "$top/genba-open-device" "$opener"
cp "$source"/playbooks/*.yaml "$top/playbooks/"
cp "$manuals/genba.1" "$top/man/man1/"
cp "$source"/man/*.5 "$manuals"/*.5 "$top/man/man5/"
cp "$source"/man/*.7 "$top/man/man7/"
for page in "$source"/man/??/*.5; do # other languages
	language=${page%/*}
	mkdir -p "$top/man/${language##*/}/man5"
	cp "$page" "$top/man/${language##*/}/man5/"
done
cp "$manuals"/completions/* "$top/completions/"
cp "$source/LICENSE" "$top/licences/genba"

# what the loader takes, except the C library's own
ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | sort -u >"$out/found"
: >"$out/libraries"
while read -r library; do
	case ${library##*/} in
	libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.* | libresolv.so.* | ld-linux*) continue ;;
	esac
	cp -L "$library" "$top/lib/"
	real=$(realpath "$library")
	package=$(dpkg-query -S "$real" 2>/dev/null || dpkg-query -S "${real#/usr}" 2>/dev/null || echo unknown:)
	package=${package%%:*}
	echo "$package ${library##*/}" >>"$out/libraries"
	[ -f "/usr/share/doc/$package/copyright" ] && cp -L "/usr/share/doc/$package/copyright" "$top/licences/$package"
done <"$out/found"
# linked into the program as archives: no loader tells of them
for archive in libtsk libarchive libesedb libvmdk libvhdi libvshadow libbde libbfio; do
	echo "$archive-dev $archive.a" >>"$out/libraries"
	[ -f "/usr/share/doc/$archive-dev/copyright" ] && cp -L "/usr/share/doc/$archive-dev/copyright" "$top/licences/$archive-dev"
done

for terminal in ansi dumb linux putty putty-256color rxvt rxvt-unicode rxvt-unicode-256color screen screen-256color tmux \
	tmux-256color vt100 vt220 xterm xterm-256color xterm-color alacritty foot kitty konsole-256color gnome-256color vte-256color; do
	letter=$(printf %.1s "$terminal")
	for folder in /lib/terminfo /usr/share/terminfo /etc/terminfo; do
		[ -e "$folder/$letter/$terminal" ] || continue
		mkdir -p "$top/share/terminfo/$letter"
		cp -L "$folder/$letter/$terminal" "$top/share/terminfo/$letter/"
		break
	done
done

printf '%s\n%s\n' \
	"genba: run ./genba from this folder (./genba demo to try it); --data FOLDER keeps your identity on the stick; man ./man/man1/genba.1." \
	"現場: このフォルダで ./genba を実行(試すには ./genba demo)。--data フォルダ で署名鍵などをUSBメモリに保存。手引きは man ./man/man1/genba.1。" >"$top/README.txt"

find "$top" -type d -exec chmod 755 {} +
find "$top" -type f -exec chmod 644 {} +
chmod 755 "$top/genba" "$top/git-remote-genba" "$top/genba-open-device"
(cd "$top" && find . -type f ! -name 'SHA256SUMS*' | sort | sed 's,^\./,,' | tr '\n' '\0' | xargs -0 sha256sum >SHA256SUMS)
if [ -n "${GENBA_SIGN:-}" ]; then
	"$program" --data "$GENBA_SIGN" key sign "$top/SHA256SUMS"
	"$program" --data "$GENBA_SIGN" key export >"$out/$name.key"
	chmod 644 "$top/SHA256SUMS.sig"
fi
tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -cf - "$name" |
	zstd -q -12 -T1 -o "$out/$name.tar.zst"
(cd "$out" && sha256sum "$name.tar.zst" >"$name.tar.zst.sha256")

# the bill of materials: genba, and each Debian package that gives libraries
version=$("$program" --lang en --version | sed -n '1s/^genba \([^ ]*\).*/\1/p')
sum=$(sha256sum <"$top/SHA256SUMS" | cut -c1-64)
{
	printf '{\n"spdxVersion": "SPDX-2.3",\n"dataLicense": "CC0-1.0",\n"SPDXID": "SPDXRef-DOCUMENT",\n"name": "%s",\n' "$name"
	printf '"documentNamespace": "https://genba.example.org/spdx/%s-%s",\n' "$name" "$sum"
	printf '"creationInfo": {"created": "%s", "creators": ["Tool: genba-bundle-%s"]},\n' \
		"$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" "$version"
	printf '"documentDescribes": ["SPDXRef-genba"],\n"packages": [\n'
	printf '{"SPDXID": "SPDXRef-genba", "name": "genba", "versionInfo": "%s", "downloadLocation": "NOASSERTION", "filesAnalyzed": false, "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0", "copyrightText": "NOASSERTION", "checksums": [{"algorithm": "SHA256", "checksumValue": "%s"}]}' \
		"$version" "$(sha256sum <"$top/genba" | cut -c1-64)"
	cut -d' ' -f1 "$out/libraries" | sort -u | while read -r package; do
		files=$(awk -v p="$package" '$1 == p {printf "%s%s", n++ ? " " : "", $2}' "$out/libraries")
		dpkg-query -W -f='${source:Package} ${source:Version} ${Version} ${Architecture}\n' "$package" 2>/dev/null | sort | head -1 |
			while read -r origin origin_version full architecture; do
				printf ',\n{"SPDXID": "SPDXRef-%s", "name": "%s", "versionInfo": "%s", "sourceInfo": "Debian source package %s %s; files: %s", "supplier": "Organization: Debian", "downloadLocation": "NOASSERTION", "filesAnalyzed": false, "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "licenseComments": "licences/%s", "copyrightText": "NOASSERTION", "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:deb/debian/%s@%s?arch=%s"}]}' \
					"$(printf %s "$package" | tr '+_' '..')" "$package" "$full" "$origin" "$origin_version" "$files" "$package" \
					"$package" "$(printf %s "$full" | sed 's/+/%2B/g; s/:/%3A/g')" "$architecture"
			done
	done
	printf '\n],\n"relationships": [\n{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-genba"}'
	cut -d' ' -f1 "$out/libraries" | sort -u | while read -r package; do
		printf ',\n{"spdxElementId": "SPDXRef-genba", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-%s"}' \
			"$(printf %s "$package" | tr '+_' '..')"
	done
	printf '\n]\n}\n'
} >"$out/$name.spdx.json"

# what the machine must bring: the newest version of the C library that anything here asks for
newest=$(objdump -T "$top/genba" "$top"/lib/* 2>/dev/null | grep -o 'GLIBC_2\.[0-9]*' | sort -u -t. -k2n | tail -1)
rm "$out/found" "$out/libraries"
echo "$out/$name.tar.zst: needs $(uname -m), Linux 5.9, C library ${newest#GLIBC_}"
