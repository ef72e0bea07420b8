#!/usr/bin/env bash
# Folders as evidence, through the command line: where a copy may go, what it can hold, what of it can be had.
# ctest: slow
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
mounted=()
clean() {
	for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do umount "${mounted[i]}" 2>/dev/null || true; done
	clean_work
}
trap clean EXIT
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
records() { "$genba" list evidence --json | grep -c '"label"' || true; }
left_out=

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null
"$genba" new site.genba --title "Folders" --kdf interactive --no-recovery 2>/dev/null

# --- a folder is not copied into itself, by whatever way its name leads there
mkdir -p site/evidence
echo one >site/a.txt
ln -s site/evidence by-a-link
before=$(find site | sort)
for to in site/evidence site site/not/there/yet by-a-link by-a-link/new ./site/../site/evidence "$work/site/evidence/"; do
	expect 2 "copied into itself" "$genba" preserve site --as raw --to "$to"
	is "what --to $to left" "$before" "$(find site | sort)"
done
(cd site && expect 2 "copied into itself" "$genba" preserve . --as raw --to evidence && rm out err)
is "records" 0 "$(records)"
mkdir site-2 # a name that only begins like it
expect 0 "" "$genba" preserve site --as raw --to site-2
expect 0 "" "$genba" preserve site/a.txt --as raw --to site

# --- what stands in the place of a copy is looked at before it is read: a pipe gives nothing, a device has no end
head -c 3000000 /dev/urandom >disk.dd
expect 0 "" "$genba" preserve disk.dd --as raw --to odd
raw=$(label)
expect 0 "" "$genba" preserve disk.dd --as sealed --to odd
sealed=$(label)
expect 0 "" "$genba" preserve disk.dd --as ewf --to odd
image=$(label)
expect 0 "" "$genba" preserve disk.dd --as raw --split 1MiB --to odd-parts
parts=$(label)
put_fifo() { rm "$1" && mkfifo "$1"; }
put_zero() { rm "$1" && ln -s /dev/zero "$1"; }
put_folder() { rm "$1" && mkdir "$1"; }
put_device() { rm "$1" && mknod "$1" c 1 5 2>/dev/null; }
for what in put_fifo put_zero put_folder put_device; do
	for file in "$raw odd/disk.dd" "$sealed odd/disk.dd.gev" "$image odd/disk.dd.E01" "$parts odd-parts/disk.dd.001"; do
		path=${file#* }
		mv "$path" kept
		touch "$path"
		if $what "$path"; then
			expect 4 "${file%% *}" "$genba" verify "${file%% *}"
			! grep -q 'the same' out || fail "$what, $path: called the same"
			rm -f back
			got=0
			timeout 60 "$genba" extract "${file%% *}" back 2>err || got=$?
			case $got in 1 | 4) ;; *) fail "$what, $path: extract ended with $got: $(cat err)" ;; esac
			[ ! -e back ] || fail "$what, $path: something was extracted"
		else
			left_out="$left_out devices;"
		fi
		rm -rf "$path"
		mv kept "$path"
	done
done
expect 0 "" "$genba" verify "$raw" "$sealed" "$image" "$parts"

# --- bad sectors in a file of a folder: read as a single file is, and named; only whole files bear their name
complete() { # complete LABEL WANTED [WORDS]: what the record says
	is "$1 complete" "$2" "$(field "$1" complete)"
	[ -z "${3:-}" ] || grep -q -e "$3" <<<"$(field "$1" unread)" || fail "$1 has not '$3' on record: $(field "$1" unread)"
}
sums() { "$genba" show "$1" --sha256sums; }
faulty=(env LD_PRELOAD="${GENBA_FAULTY:-}")
if [ -n "${GENBA_FAULTY:-}" ]; then
	mkdir bad
	head -c 4000000 /dev/urandom >bad/bad.bin
	echo fine >bad/ok.txt
	python3 - <<'P'
b = bytearray(open("bad/bad.bin", "rb").read())
for at, n in (1048576, 512), (1999872, 1024):
    b[at:at + n] = bytes(n)
open("with-zeros", "wb").write(b)
P
	export FAULTY_FILE=bad/bad.bin FAULTY_SECTORS=1048576+512,1999872+1024
	for form in hash raw; do
		expect 1 "bad.bin: unreadable, zeros stand there: 512 bytes from byte 1048576" "${faulty[@]}" "$genba" preserve bad --as "$form" --to "bad-$form"
		complete "$(label)" partial "1024 bytes from byte 1999872"
		is "digest of a file with bad sectors" "$(sha256sum <with-zeros | cut -d' ' -f1)" "$(sums "$(label)" | grep bad.bin | cut -d' ' -f1)"
		[ "$form" = hash ] || cmp with-zeros bad-raw/bad/bad.bin || fail "what could be read is not in the copy"
		made=$(label)
		expect 0 "" "${faulty[@]}" "$genba" verify "$made" # there, the same sectors are unreadable; the copy is whole
		[ "$form" = hash ] || continue
		# what was altered beside them is altered, and what cannot be read of it besides is not known
		cp -p bad/bad.bin good.bin
		echo altered | dd of=bad/bad.bin bs=1 seek=1024 conv=notrunc status=none
		touch -r good.bin bad/bad.bin
		expect 4 "bad.bin: its content is not what was preserved" "${faulty[@]}" "$genba" verify "$made"
		FAULTY_SECTORS=0+512,$FAULTY_SECTORS expect 4 "whether its content is what was preserved is not known" \
			"${faulty[@]}" "$genba" verify "$made"
		cp -p good.bin bad/bad.bin
	done
	# the same of a file that is evidence by itself, and of another size it is altered, whatever cannot be read of it
	expect 1 "512 bytes from byte 1048576" "${faulty[@]}" "$genba" preserve bad/bad.bin
	made=$(label)
	expect 0 "" "${faulty[@]}" "$genba" verify "$made"
	echo altered | dd of=bad/bad.bin bs=1 seek=1024 conv=notrunc status=none
	expect 4 "$made: the content is not what was preserved" "${faulty[@]}" "$genba" verify "$made"
	! grep -q "is not known" out err || fail "what is altered is called unreadable: $(cat out err)"
	FAULTY_SECTORS=0+512,$FAULTY_SECTORS expect 4 "whether its content is what was preserved is not known" \
		"${faulty[@]}" "$genba" verify "$made"
	echo longer >>bad/bad.bin
	FAULTY_SECTORS=0+512,$FAULTY_SECTORS expect 4 "$made: the content is not what was preserved" "${faulty[@]}" "$genba" verify "$made"
	! grep -q "is not known" out err || fail "what is altered is called unreadable: $(cat out err)"
	cp -p good.bin bad/bad.bin
	# the medium is pulled: what was not whole does not look as if it were, and the same command goes on
	FAULTY_PULLED_AT=3000000 expect 1 "" "${faulty[@]}" "$genba" preserve bad --as raw --to pulled
	complete "$(label)" interrupted
	[ ! -e pulled/bad/bad.bin ] || fail "half a file stands under its full name"
	unset FAULTY_SECTORS
	expect 0 "" "$genba" preserve bad --as raw --to pulled
	complete "$(label)" complete
	cmp bad/bad.bin pulled/bad/bad.bin || fail "what was gone on with differs"
	is "files of the copy" "bad.bin ok.txt" "$(find pulled/bad -type f -printf '%f\n' | sort | tr '\n' ' ' | sed 's/ $//')"
	unset FAULTY_FILE
else
	left_out="$left_out sources that fail;"
fi

# --- what was altered is named, in the copy and in place
mkdir -p altered/sub altered/empty
echo a >altered/a
chmod 644 altered/a
echo b >altered/sub/b
ln -s a altered/l
mkfifo altered/pipe
expect 0 "" "$genba" preserve altered
place=$(label)
expect 0 "" "$genba" preserve altered --as raw --to altered-copy
copy=$(label)
expect 0 "not to be had: 0" "$genba" verify "$place" "$copy"
for root in altered altered-copy/altered; do
	echo planted >$root/planted.exe
	ln -sfn /etc/shadow $root/l
	rmdir $root/empty
	mv $root/sub $root/was-sub
	ln -s was-sub $root/sub
done
rm altered/pipe
chmod 600 altered/a
expect 4 "" "$genba" verify "$place"
for words in 'planted.exe: it was not there' 'l: the link leads to /etc/shadow, and led to a' 'empty: it is gone' \
	'sub: it is a link, and was a folder' 'was-sub: this folder was not there' 'pipe: it is gone' 'a: its mode is 600, and was 644'; do
	grep -q "$place: $words" out || fail "in place, '$words' is not said: $(cat out err)"
done
is "what is named in place" 7 "$(grep -c "$place: [a-z.-]*: " out)"
expect 4 "" "$genba" verify "$copy"
is "what is named of the copy" 5 "$(grep -c "$copy: [a-z.-]*: " out)"
# a folder that is no longer one is named as that, and nothing behind it is read
mv altered was-altered
ln -s was-altered altered
expect 4 "$place: .*altered" "$genba" verify "$place"

# --- a path longer than any one call takes
mkdir long
python3 - <<'P'
import os
fd = os.open("long", os.O_RDONLY)
for i in range(20):
    n = "d%02d" % i + "x" * 240
    os.mkdir(n, dir_fd=fd)
    fd = os.open(n, os.O_RDONLY, dir_fd=fd)
os.write(os.open("deep.txt", os.O_WRONLY | os.O_CREAT, dir_fd=fd), b"deep\n")
os.write(os.open("n" * 255, os.O_WRONLY | os.O_CREAT, dir_fd=fd), b"a name of full length\n")
P
expect 0 "" "$genba" preserve long
place=$(label)
expect 0 "" "$genba" preserve long --as raw --to long-copy
copy=$(label)
complete "$copy" complete
expect 0 "not to be had: 0" "$genba" verify "$place" "$copy"
# shellcheck disable=SC2016
(cd long-copy/long && find . -name deep.txt -execdir sh -c 'echo deeq >"$1"' sh {} \;)
expect 4 "deep.txt: its content is not what was preserved" "$genba" verify "$copy"
expect 0 "" "$genba" verify "$place"

# --- holes stay holes, in a folder as alone
mkdir sparse
truncate -s 300M sparse/lastlog
printf x | dd of=sparse/lastlog bs=1 seek=1000000 conv=notrunc status=none
expect 0 "" "$genba" preserve sparse/lastlog --as raw --to sparse-alone
expect 0 "" "$genba" preserve sparse --as raw --to sparse-copy
cmp sparse/lastlog sparse-copy/sparse/lastlog || fail "the copy of a sparse file differs"
for copy in sparse-alone/lastlog sparse-copy/sparse/lastlog; do
	[ "$(du -k "$copy" | cut -f1)" -le $(($(du -k sparse/lastlog | cut -f1) + 64)) ] || fail "$copy takes $(du -k "$copy")"
done
rm -r sparse sparse-alone sparse-copy

# --- other file systems below a folder
if [ "$(id -u)" = 0 ] && mkdir -p mounts/inner mounts/proc mounts/sub && mount -t tmpfs tmpfs mounts/inner 2>/dev/null; then
	mounted+=("$work/mounts/inner")
	echo a >mounts/a
	echo other >mounts/inner/file
	mount -t proc proc mounts/proc
	mounted+=("$work/mounts/proc")
	expect 0 "inner: another file system is mounted there (tmpfs)" "$genba" preserve mounts
	grep -q 'proc: left out: a file system that the kernel makes up (proc)' err || fail "/proc is not named: $(cat err)"
	complete "$(label)" complete "inner: another file system"
	is "files" "./a ./inner/file" "$(sums "$(label)" | cut -c67- | tr '\n' ' ' | sed 's/ $//')"
	expect 0 "" "$genba" verify "$(label)"
	expect 0 "inner: left out" "$genba" preserve mounts --one-file-system --as raw --to mounts-copy
	is "files of one file system" "./a" "$(sums "$(label)" | cut -c67-)"
	complete "$(label)" complete "inner: left out"
	is "the copy" "a inner mounts proc sub" "$(find mounts-copy -printf '%f\n' | grep -v mounts-copy | sort | tr '\n' ' ' | sed 's/ $//')"
	expect 0 "" "$genba" verify "$(label)"
	umount mounts/proc mounts/inner
	# the copy lies in the folder by a mount
	mkdir outside
	mount --bind outside mounts/sub
	mounted+=("$work/mounts/sub")
	expect 1 "sub/mounts: this is where the copy goes" "$genba" preserve mounts --as raw --to outside
	complete "$(label)" partial "where the copy goes"
	expect 2 "copied into itself" "$genba" preserve outside --as raw --to mounts/sub
	umount mounts/sub
else
	left_out="$left_out mounts;"
fi

# --- a medium that cannot hold every name: hashed, named, and the rest goes on
stick() { # stick TYPE COMMAND…: a medium of this type at `stick`
	local type=$1 loop
	shift
	rm -f stick.img
	truncate -s 48M stick.img
	mkdir -p stick
	command -v "$1" >/dev/null && command -v "mount.$type" >/dev/null && "$@" stick.img >/dev/null 2>&1 || return 1
	loop=$(losetup -f --show stick.img 2>/dev/null) || return 1
	if "mount.$type" "$loop" stick >/dev/null 2>&1; then
		losetup -d "$loop" # gone when it is unmounted
		mounted+=("$work/stick")
		return 0
	fi
	losetup -d "$loop"
	return 1
}
mkdir -p names/d:d folds
echo 1 >names/a.log
echo 2 >'names/2026-11-23 10:30.log'
echo 3 >names/z.log
echo 4 >names/d:d/inside
ln -s a.log names/link
echo 1 >folds/README
echo 2 >folds/readme
echo 3 >folds/z.log
if [ "$(id -u)" = 0 ] && stick exfat-fuse mkfs.exfat; then
	expect 1 '10:30.log: copy not possible: ' "$genba" preserve names --as raw --to stick
	complete "$(label)" partial 'd:d: copy not possible: '
	complete "$(label)" partial 'link: copy not possible: '
	is "match" same "$(field "$(label)" match)"
	(cd names && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | LC_ALL=C sort >sums.tool
	sums "$(label)" | LC_ALL=C sort | diff sums.tool - || fail "not every file was hashed"
	is "files on the medium" "a.log z.log" "$(find stick/names -type f -printf '%f\n' | sort | tr '\n' ' ' | sed 's/ $//')"
	copy=$(label)
	expect 0 "the same" "$genba" verify "$copy"
	rm stick/names/a.log
	expect 4 "a.log: it is gone" "$genba" verify "$copy"
	expect 1 'copy not possible: the medium takes this name' "$genba" preserve folds --as raw --to stick
	complete "$(label)" partial 'copy not possible'
	is "files that differ by more than case" 2 "$(find stick/folds -type f | wc -l)"
	expect 0 "" "$genba" verify "$(label)"
	# a single file, and the folder itself, whose own names the medium cannot hold
	long=$(printf '長い名前%.0s' $(seq 20))x # 241 bytes
	echo one >'2026-11-23 10:30.log'
	echo two >'ends with a dot.'
	echo three >"$long"
	mkdir 'top: folder. '
	echo four >'top: folder. /inside'
	for name in '2026-11-23 10:30.log' 'ends with a dot.' "$long" 'top: folder. '; do
		for form in raw sealed; do
			[ -f "$name" ] || [ $form = raw ] || continue
			expect 0 "" "$genba" preserve "$name" --as $form --to stick
			case $name in # this driver keeps a dot at the end, which Windows would drop, and counts characters
			*:*) complete "$(label)" complete 'cannot hold the name' ;;
			*) [ "$(basename "$(field "$(label)" copy_path)" .gev)" = "$name" ] || complete "$(label)" complete 'cannot hold the name' ;;
			esac
			[[ $(field "$(label)" source_path) == *"/$name" ]] || fail "the real name is not on record: $(field "$(label)" source_path)"
			[ -e "$(field "$(label)" copy_path)" ] || fail "no copy at $(field "$(label)" copy_path)"
			expect 0 "the same" "$genba" verify "$(label)"
		done
	done
	[ -e stick/2026-11-23\ 10_30.log ] || fail "the name that was made: $(ls stick)"
	[ -z "$(find stick -name 'genba-try*')" ] || fail "the trying left something: $(ls stick)"
	mkdir fits
	head -c 60M /dev/zero | tr '\0' x >fits/large
	expect 1 "has room for" "$genba" preserve fits --as raw --to stick
	[ ! -e stick/fits ] || fail "something was made on a medium without room"
	umount stick
else
	left_out="$left_out an exFAT medium;"
fi

# --- a name as long as any can be: what stands behind it while it is written must fit too
longest=$(printf 'x%.0s' $(seq 255))
echo longest >"$longest"
mkdir shorter
for form in raw sealed ewf; do
	expect 0 "" "$genba" preserve "$longest" --as $form --to shorter
	complete "$(label)" complete 'cannot hold the name'
	expect 0 "the same" "$genba" verify "$(label)"
done
is "copies of a long name" 3 "$(find shorter -type f | wc -l)"

# --- more entries than a case keeps a list of: said before anything is read
python3 - <<'P'
import os
os.mkdir('endless')
os.chdir('endless')
for i in range(15):
    os.mkdir('d' * 250)
    os.chdir('d' * 250)
for i in range(18000):
    os.close(os.open(f'file-{i:06}', os.O_CREAT | os.O_WRONLY, 0o600))
P
before=$(records)
expect 1 "18015 entries.*preserve its folders one by one" "$genba" preserve endless
is "records" "$before" "$(records)"
[ -z "$("$genba" verify 2>/dev/null | grep 'not finished' || true)" ] || fail "refused work is left unfinished"
rm -rf endless

# --- what others check: the manifest whose SHA-256 is the evidence's, and all digests
mkdir -p tricky/sub
python3 - <<'P'
import os
os.chdir(b"tricky")
for name in (b"new\nline", b"bad\xff", b"tab\tx", b"back\\slash", b"cr\rx", b"a\x1b[2J\x1b]0;OWNED\x07", b"sub/\xe6\x97\xa5\xe6\x9c\xac 100%41.txt"):
    open(name, "wb").write(name)
P
expect 0 "" "$genba" preserve tricky
folder=$(label)
expect 0 "" "$genba" extract "$folder" --manifest tricky.manifest
is "digest of the manifest" "$(field "$folder" sha256)" "$(sha256sum <tricky.manifest | cut -d' ' -f1)"
sha256sum -c --quiet --strict tricky.manifest.sha256 || fail "the manifest does not check"
(cd tricky && sha256sum -c --quiet --strict ../tricky.manifest.files.sha256) || fail "the files do not check"
is "files that check" 7 "$(wc -l <tricky.manifest.files.sha256)"
(cd tricky && sums "$folder" | sha256sum -c --quiet --strict) || fail "--sha256sums does not check"
expect 1 "is there already" "$genba" extract "$folder" --manifest tricky.manifest
rm tricky.manifest
expect 1 "is there already" "$genba" extract "$folder" --manifest tricky.manifest
[ ! -e tricky.manifest ] || fail "one of three files was left"
expect 2 "manifest FILE" "$genba" extract "$folder" -
echo changed >'tricky/tab	x'
if (cd tricky && sha256sum -c --quiet ../tricky.manifest.files.sha256 >/dev/null 2>&1); then fail "a changed file checks"; fi
for name in $'new\nline' $'bad\xff' $'back\\slash' $'\e[2J' '日本 100%41.txt'; do
	printf x >"$name"
	expect 0 "" "$genba" preserve "$name"
	sums "$(label)" | sha256sum -c --quiet --strict || fail "the digest of a single file does not check: $(label)"
done
expect 2 "no folder" "$genba" extract "$(label)" --manifest file.manifest
if command -v script >/dev/null; then
	script -qc "'$genba' show $folder --sha256sums" /dev/null >seen </dev/null
	grep -q OWNED seen || fail "nothing was shown on the terminal: $(cat -v seen)"
	if grep -q $'[\e\a]' seen; then fail "raw bytes of a name reach the terminal"; fi
else
	left_out="$left_out a terminal;"
fi

# --- each thing of a folder: which file became which evidence of which machine, and how many of each; label and digest stand first
mkdir each
for name in PC-1.zip PC-2.zip stranger.zip; do echo "$name" >"each/$name"; done
for name in PC-1 PC-2; do "$genba" add asset "hostname=$name" status=suspected >>each.assets 2>/dev/null; done
expect 0 "3 pieces of evidence, of 2 machines; of no machine: 1$" "$genba" preserve --each each --as raw --to each-copies
is "machines of the files" "PC-1.zip $(sed -n 1p each.assets) PC-1,PC-2.zip $(sed -n 2p each.assets) PC-2,stranger.zip no machine" \
	"$(sed -E 's/^R1-E[0-9]+ [0-9a-f]{64} +//; s/  / /g' out | paste -sd,)"
grep -q "^no asset is called as 'each/stranger.zip': it is on record without one$" err || fail "who is of no machine: $(cat err)"
# --- what is on record from the same place, with the same bytes, is not put on record twice; the same bytes elsewhere are told
mkdir twice
echo "once, and again" >twice/PC-1.zip
expect 0 "" "$genba" --lang en preserve twice/PC-1.zip --on "$(sed -n 1p each.assets)"
first=$(label)
before=$(records)
echo "something else" >twice/PC-2.zip
expect 0 "^$first is on record already, with the same bytes" "$genba" --lang en preserve --each twice
is "records" $((before + 1)) "$(records)"
cp twice/PC-1.zip twice/unnamed.zip
expect 0 "" "$genba" --lang en preserve twice/unnamed.zip --on "$(sed -n 1p each.assets)"
rm twice/PC-?.zip
expect 0 "^1 piece of evidence, of 1 machine$" "$genba" --lang en preserve --each twice
is "the machine that is on record" "unnamed.zip $(sed -n 1p each.assets) PC-1" "$(sed -E 's/^R1-E[0-9]+ [0-9a-f]{64} +//; s/  / /g' out)"
if grep "without one" err; then fail "what is on record of a machine is told as of none"; fi
echo "once, and again" >elsewhere.zip
expect 0 "^the same bytes are on record as $first" "$genba" --lang en preserve elsewhere.zip
is "records" $((before + 3)) "$(records)"

mkdir each-odd
echo odd >"each-odd/"$'odd\nR1-E999 00  PC-1.zip' # of a name that would be a line of its own
ln -s /nowhere/at/all each-odd/dangling
expect 1 "^1 piece of evidence, of 0 machines; of no machine: 1$" "$genba" preserve --each each-odd --as raw --to each-odd-copies
is "lines of one file" 1 "$(wc -l <out | tr -d ' ')"
if grep "dangling.*on record" err; then fail "what could not be preserved is called on record"; fi
expect 0 "3 pieces of evidence, of 1 machine$" "$genba" --lang en preserve --each each-copies --on "$(sed -n 1p each.assets)" --as raw --to each-again

printf 'folders: %s records%s\n' "$(records)" "${left_out:+; left out:$left_out}"
