#!/usr/bin/env bash
# Lists in and out: 3,000 machines in CP932 with 40 broken rows become records in one commit, and the 40 are listed; what
# is exported comes back the same, and starts no formula.
set -euo pipefail
genba=${GENBA:?path of the program}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_DATA_HOME=$work/home GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	exit 1
}
is() { # is WHAT WANTED GOT
	[ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"
}
status() { # status WANTED COMMAND…: runs it, compares its exit status
	local wanted=$1 got=0
	shift
	"$@" >out 2>err || got=$?
	[ "$got" = "$wanted" ] || fail "'$*': status $got, wanted $wanted: $(cat err)"
}
commits() {
	"$genba" log --json | grep -c '"subject"' || true
}

"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "Slow terminal in personnel" --no-recovery 2>/dev/null

# --- the list: every 75th row is broken, in five ways, eight times each
awk 'BEGIN {
	print "名称(ホスト名),IPアドレス,所管部署,判定,備考\r"
	for (i = 1; i <= 3000; i++) {
		dept = i % 2 ? "総務部" : "人事部 表計算①"
		finding = i % 10 == 0 ? "感染" : i % 10 < 4 ? "痕跡なし" : "未確認"
		row = sprintf("PC-%04d,192.0.2.%d,%s,%s,\"%d階\n窓側\"", i, i % 250, dept, finding, i % 9 + 1)
		if (i % 75 == 0) {
			broken++
			if (broken % 5 == 0) row = sprintf("PC-%04d,192.0.2.1,%s,感染してる,x", i, dept)
			if (broken % 5 == 1) row = sprintf("PC-%04d,\"192.0.2.1,%s,感染,x", i, dept)
			if (broken % 5 == 2) row = sprintf("PC-%04d,192.0.2.1", i)
			if (broken % 5 == 3) row = sprintf(",192.0.2.1,%s,感染,x", dept)
			if (broken % 5 == 4) row = sprintf("PC-%04d,192.0.2.1,@BYTES@,感染,x", i)
		}
		print row "\r"
	}
}' | iconv -f UTF-8 -t CP932 | LC_ALL=C sed 's/@BYTES@/\x81\x20\xFF/' >machines.csv
map=備考=prior_actions

status 0 "$genba" import csv machines.csv asset --map "$map" --dry-run
grep -q '^dry run, nothing is written: 2960 rows taken in, 40 rejected (cp932)$' out || fail "dry run: $(tail -1 out)"
is "assets after a dry run" "" "$("$genba" list asset --csv | sed 1d)"
status 2 "$genba" import csv machines.csv asset --map 備考=colour
status 2 "$genba" import csv machines.csv asset --map 部屋=zone
status 2 "$genba" import csv machines.csv event

before=$(commits)
status 0 "$genba" import csv machines.csv asset --map "$map" --rejects rejected.csv
is "commits of the import" 1 "$(($(commits) - before))"
is "labels printed" 2960 "$(grep -c '^R1-A[0-9]*$' out)"
is "rejected rows listed" 40 "$(grep -c '^line [0-9]*: ' err)"
# the broken rows' lines: a row before them took two lines unless it was broken itself
awk 'BEGIN {line = 2; for (i = 1; i <= 3000; i++) {if (i % 75 == 0) print line++; else line += 2}}' >wanted.lines
sed -n 's/^line \([0-9]*\): .*/\1/p' err >got.lines
cmp wanted.lines got.lines || fail "other lines are rejected: $(diff wanted.lines got.lines | head -4)"
for reason in 感染してる 'quotation mark' '2 cells' hostname 'no text in this encoding'; do
	is "rows rejected for: $reason" 8 "$(grep -c "^line .*$reason" err)"
done
is "rows of the file of rejects" 40 "$(grep -c '^PC-\|^,192' rejected.csv)"

# --- coverage: each finding as often as the list has it
for finding in infected:280 clean:900 unchecked:1780; do
	is "${finding%:*}" "${finding#*:}" "$("$genba" list asset --where "status=${finding%:*}" --json | grep -c '"hostname"')"
done
"$genba" board >board
grep -q 2960 board || fail "the board does not count 2960 machines: $(cat board)"
is "a cell of two lines" $'2階\n窓側' "$("$genba" show R1-A1 --json | sed -n 's/.*"prior_actions": "\(.*\)",*/\1/p' | sed 's/\\n/\n/')"
grep -q '人事部 表計算①' <<<"$("$genba" show R1-A2)" || fail "CP932's own characters are lost"
"$genba" verify >verify.out || fail "verify: $(cat verify.out)"

# --- the mapping is remembered; nothing doubles; mended rows go in
status 1 "$genba" import csv machines.csv asset
is "machines known already" 2960 "$(grep -c 'is on record already' err)"
sed -e 's/感染してる/感染/' rejected.csv | grep '名称\|感染,x' | grep -v '^,\|"""\|U+FFFD\|�' >mended.csv
status 0 "$genba" import csv mended.csv asset
is "mended rows" 8 "$(grep -c '^R1-A' out)"
is "their remarks" 8 "$("$genba" list asset --where 'prior_actions~x' --json | grep -c '"hostname"')"

# --- other spellings of the same list
printf 'Name;IP addresses\nUTF8-\xc3\x84;192.0.2.7\n' >semicolon.csv
printf '\xef\xbb\xbfhostname\taddresses\nTAB-1\t192.0.2.8\n' >tab.csv
printf 'hostname,addresses\r\nWIDE-端末,192.0.2.9\r\n' | iconv -t UTF-16LE >wide.csv # without a mark
for file in semicolon tab wide; do
	status 0 "$genba" import csv $file.csv
	is "rows of $file.csv" 1 "$(grep -c '^R1-A' out)"
done
"$genba" list asset --csv | grep -q 'WIDE-端末' || fail "UTF-16 is not read"
printf 'hostname\nFROM-STDIN\n' | "$genba" import csv - asset 2>/dev/null >/dev/null || fail "a list from standard input"
: >empty.csv
status 1 "$genba" import csv empty.csv
head -c 100000 /dev/zero >zeros.csv
status 1 "$genba" import csv zeros.csv

# --- out: no cell is a formula, and what went out comes back
"$genba" add asset 'hostname==cmd|calc!A1' 'department=+1-2' 'zone=@x' 'os=a "quoted", cell' >/dev/null
status 0 "$genba" export csv asset out.csv --where 'zone=@x'
is "one is no plural" "1 record written" "$(cat err)"
status 0 "$genba" --lang ja export csv asset - --where 'zone=@x'
is "and in Japanese" "1件を書き出しました" "$(cat err)"
if grep -q '\(^\|,\|"\)[=+@-]' out.csv; then fail "a formula is exported: $(cat out.csv)"; fi
status 1 "$genba" export csv asset out.csv # never overwrites
"$genba" new other.genba --title Other --no-recovery 2>/dev/null
GENBA_CASE=other.genba status 0 "$genba" import csv out.csv asset
is "a formula comes back as text" "=cmd|calc!A1" "$(GENBA_CASE=other.genba "$genba" show R1-A1 --json | sed -n 's/.*"hostname": "\(.*\)",*/\1/p')"
status 0 "$genba" export csv asset sjis.csv --encoding cp932
is "the list in CP932" 2973 "$(iconv -f CP932 -t UTF-8 sjis.csv | grep -c '^R1-A')"
echo "2,960 of 3,000 machines imported, 40 rows listed"
