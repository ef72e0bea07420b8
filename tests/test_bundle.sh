#!/usr/bin/env bash
# ctest: slow
# The bundle: runs from a read-only folder with blanks and Japanese in its path, takes every library but the C library's from
# itself, brings its terminals, its digests fit and its signature is good for stock ssh-keygen.
# GENBA_ROOTS="FOLDER…" tries it in bare systems made by debootstrap too, without a network (as root; by hand).
# Usage: GENBA_BUILD=folder GENBA_SOURCE=folder tests/test_bundle.sh
set -euo pipefail
build=${GENBA_BUILD:?build folder}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
printf 'correct horse battery staple\n' >pass
export GENBA_PASSPHRASE_FILE=$work/pass
"$build/tui/genba" --data "$work/signer" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
GENBA_SIGN=$work/signer cmake --build "$build" --target bundle >log 2>&1 || fail "bundle: $(tail log)"
top=$(echo "$build"/bundle/genba-*/)
stick="$work/USB メモリ 1"
mkdir "$stick"
tar -C "$stick" --zstd -xf "$build"/bundle/*.tar.zst
stick="$stick/$(basename "$top")"
chmod -R a-w "$stick"

(cd "$stick" && sha256sum --quiet -c SHA256SUMS) || fail "digests"
(cd "$build/bundle" && sha256sum --quiet -c ./*.tar.zst.sha256) || fail "digest of the archive"
printf 'genba %s\n' "$(cat "$build"/bundle/*.key)" >allowed
ssh-keygen -Y verify -n genba-bundle -f allowed -I genba -s "$stick/SHA256SUMS.sig" <"$stick/SHA256SUMS" >/dev/null || fail "signature"
ssh-keygen -Y verify -n git -f allowed -I genba -s "$stick/SHA256SUMS.sig" <"$stick/SHA256SUMS" >/dev/null 2>&1 &&
	fail "the signature counts for another purpose"
[ "$(wc -l <"$stick/README.txt")" = 2 ] || fail "README.txt has not two lines"
find "$stick" -type l | grep -q . && fail "links do not live on FAT"

# what each library weighs, and all of it together
cmake --build "$build" --target bundle-parts >parts 2>&1 || fail "bundle-parts: $(tail parts)"
for library in "$stick"/lib/*; do
	grep -q "^ *$(stat -c %s "$library")  ${library##*/}\$" parts || fail "${library##*/} is not told of: $(cat parts)"
done
for archive in libtsk libarchive libesedb libvmdk libvhdi libvshadow libbde libbfio; do
	grep -Eq "^ *[0-9]{6,}  $archive\.a\$" parts || fail "$archive, which is linked in, is not told of: $(cat parts)"
done
grep -q "^ *$(find "$stick" -type f -printf '%s\n' | awk '{n += $1} END {print n}')  the folder\$" parts || fail "not its size: $(cat parts)"

# git's helper from the stick
if command -v git >/dev/null; then
	"$stick/genba" --data "$work/signer" new git.genba --title "Read by git" --no-recovery >/dev/null 2>err || fail "$(cat err)"
	PATH=$stick:$PATH GENBA_DATA=$work/signer git clone -q "genba::$work/git.genba" cloned 2>err || fail "git clone: $(cat err)"
	git -C cloned log --format=%s | grep -q . || fail "the clone is empty"
fi

ldd "$stick/genba" >libraries
grep -q 'not found' libraries && fail "$(cat libraries)"
foreign=$(sed -n 's/.* => \(.*\) (0x.*/\1/p' libraries | grep -vF "$stick/lib/" | grep -Ev '/(libc|libm|libresolv|libdl|libpthread|librt)\.so\.' || true)
[ -z "$foreign" ] || fail "libraries of the machine: $foreign"

cat >session <<'X'
set -e
unset LANG LC_ALL
"$1/genba" demo </dev/null >demo.en
LANG=ja_JP.UTF-8 "$1/genba" demo --dir "$GENBA_DATA/ja" </dev/null >demo.ja
"$1/genba" key new --name "Responder One" --mark R1 --kdf interactive
"$1/genba" new site.genba --title "Slow terminal" --no-recovery
"$1/genba" -c site.genba add asset hostname=HR-PC-03
"$1/genba" -c site.genba preserve "$1/man" --on R1-A1
"$1/genba" -c site.genba verify --evidence
LC_ALL=ja_JP.UTF-8 "$1/genba" -c site.genba verify --evidence
X
said() {
	grep -q 'nothing wrong found' "$1/out" || fail "$2: English: $(cat "$1/out")"
	grep -q '異常は見つかりませんでした' "$1/out" || fail "$2: Japanese: $(cat "$1/out")"
	grep -q '異常は見つかりませんでした' "$1/demo.ja" || fail "$2: demo"
}
mkdir here
(cd here && env -i PATH="$PATH" HOME="$work/here" GENBA_DATA="$work/here/data" GENBA_PASSPHRASE_FILE="$work/pass" \
	sh ../session "$stick" >out 2>err) || fail "run: $(cat here/err)"
said here "this machine"

for root in ${GENBA_ROOTS:-}; do
	there=$(mktemp -d "$root/tmp/genba-XXXXXX")
	cp -r "$stick" "$there/USB メモリ"
	cp session pass "$there"
	inside=${there#"$root"}
	mkdir -p "$root/proc"
	unshare -n -m sh -c "mount -t proc proc '$root/proc' && exec chroot '$root' env -i PATH=/usr/bin:/bin HOME=/root \
		GENBA_DATA='$inside/data' GENBA_PASSPHRASE_FILE='$inside/pass' \
		sh -c 'cd $inside && sh session \"$inside/USB メモリ\" >out 2>err'" || fail "$root: $(cat "$there/err")"
	said "$there" "$root"
	chmod -R u+w "$there"
	rm -rf "$there"
	echo "runs in $root"
done
echo "the bundle runs by itself"
