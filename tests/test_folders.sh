#!/usr/bin/env bash
# Folders as evidence, through the command line: where a copy may go, what it can hold, what of it can be had.
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d "${TMPDIR:-/tmp}/genba-folders-XXXXXX")
mounted=()
clean() {
	for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do umount "${mounted[i]}" 2>/dev/null || true; done
	chmod -R u+rwx "$work" 2>/dev/null || true
	rm -rf "$work"
}
trap clean EXIT
cd "$work"
export XDG_DATA_HOME=$work/home GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
expect() { # expect STATUS WORDS COMMAND…: its status, and what it must say ("" anything), in the files out and err
	local wanted=$1 words=$2 got=0
	shift 2
	timeout 300 "$@" >out 2>err </dev/null || got=$?
	[ "$got" = "$wanted" ] || fail "'${*##*/}': status $got, wanted $wanted: $(cat out err)"
	[ -z "$words" ] || grep -q -e "$words" out err || fail "'${*##*/}' does not say '$words': $(cat out err)"
}
is() { # is WHAT WANTED GOT
	[ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"
}
label() { tail -1 out | cut -d' ' -f1; }
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

printf 'folders: %s records%s\n' "$(records)" "${left_out:+; left out:$left_out}"
