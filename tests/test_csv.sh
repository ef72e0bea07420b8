#!/usr/bin/env bash
# Lists in and out: 3,000 machines in CP932 with 40 broken rows become records in one commit, and the 40 are listed; what
# is exported comes back the same, and starts no formula.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass

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
			if (broken % 5 == 2) row = sprintf("PC-%04d,192.0.2.1,%s,感染,x,y", i, dept)
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
grep -q '^  備考 = +note: 2階\\n窓側, 3階' err || fail "the columns are not told in lines: $(cat err)"

before=$(commits)
status 0 "$genba" import csv machines.csv asset --map "$map" --rejects rejected.csv
is "commits of the import" 1 "$(($(commits) - before))"
is "labels printed" 2960 "$(grep -c '^R1-A[0-9]*$' out)"
is "rejected rows listed" 40 "$(grep -c '^line [0-9]*: ' err)"
# the broken rows' lines: a row before them took two lines unless it was broken itself
awk 'BEGIN {line = 2; for (i = 1; i <= 3000; i++) {if (i % 75 == 0) print line++; else line += 2}}' >wanted.lines
sed -n 's/^line \([0-9]*\): .*/\1/p' err >got.lines
cmp wanted.lines got.lines || fail "other lines are rejected: $(diff wanted.lines got.lines | head -4)"
for reason in 感染してる 'quotation mark' '6 cells' hostname 'no text in this encoding'; do
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

# --- as Excel writes them: a line that names the separator, rows cut short, a title, bars
"$genba" new excel.genba --title Excel --no-recovery 2>/dev/null
export GENBA_CASE=excel.genba
printf 'sep=;\r\nhostname;status\r\nSEP-01;suspected\r\n;bad\r\n' >sep.csv
printf 'hostname|status\nBAR-01|suspected\n' >bars.csv
printf 'Machines of site A,,\n\nhostname,status,department\nTITLE-01,suspected,HR\nSHORT-01,infected\n' >title.csv
printf 'Machines, as of today\nPC name|state\nMAPPED-01|suspected\n' >mapped.csv
status 0 "$genba" import csv sep.csv --dry-run
grep -q '^line 4: ' out || fail "the line of sep= does not count: $(cat out)"
for file in sep bars title; do
	status 0 "$genba" import csv $file.csv
done
grep -q 'named in line 3; 1 row above it is left out' err || fail "a title is not told: $(cat err)"
grep -q '1 row is shorter' err || fail "a row cut short is not told: $(cat err)"
status 0 "$genba" import csv mapped.csv --separator '|' --map 'PC name=hostname,state=status'
for name in SEP-01:suspected BAR-01:suspected TITLE-01:suspected SHORT-01:infected MAPPED-01:suspected; do
	is "$name" 1 "$("$genba" list asset --where "hostname=${name%:*} status=${name#*:}" --json | grep -c '"hostname"')"
done
is "the department behind a title" HR "$("$genba" list asset --where hostname=TITLE-01 --json | sed -n 's/.*"department": "\(.*\)",*/\1/p')"

# --- Western Europe: guessed, and said; or named
printf 'hostname;status;user\r\nStra\xdfe-PC;suspected;\r\nCaf\xe9-01;infected;\r\nB\xfcro-2;suspected;\r\n' >west.csv
status 0 "$genba" import csv west.csv
grep -q 'guessed: windows-1252' err || fail "a guess is not said: $(cat err)"
for name in Straße-PC Café-01 Büro-2; do
	is "$name" 1 "$("$genba" list asset --where "hostname=$name" --json | grep -c "\"$name\"")"
done
for spelling in windows-1252:'\x80' iso-8859-15:'\xa4' macintosh:'\xdb'; do
	printf "hostname\n${spelling%:*}-${spelling#*:}\n" >named.csv
	status 0 "$genba" import csv named.csv --encoding "${spelling%:*}"
	is "a euro in ${spelling%:*}" 1 "$("$genba" list asset --where "hostname=${spelling%:*}-€" --json | grep -c '"hostname"')"
	if grep -q guessed err; then fail "what was named is called a guess"; fi
done
status 2 "$genba" import csv west.csv --encoding ebcdic
printf 'hostname\nｹｲﾘ-PC\n表計算-PC\n' | iconv -t CP932 >half.csv
status 0 "$genba" import csv half.csv
is "half-width kana" 1 "$("$genba" list asset --where 'hostname=ｹｲﾘ-PC' --json | grep -c 'ｹｲﾘ-PC')"
grep -q 'guessed: cp932' err || fail "a guess of CP932 is not said: $(cat err)"

# --- indicators: checked by type, brought to one form, once each, also at a second import
cat >iocs.csv <<'L'
type,value
domain,evil[.]example
domain,evil.example
domain,Evil.Example
url,hxxp://evil[.]example/a
ip,2001:DB8:0:0:0:0:0:1
md5,d41d8cd98f00b204e9800998ecf8427
sha256,not a digest
ip,10.0.0.256
L
status 0 "$genba" import csv iocs.csv indicator
grep -q '^3 rows taken in, 5 rejected' err || fail "indicators: $(cat err)"
grep -q '^2 of the rejected are already on record' err || fail "indicators on record are not counted: $(cat err)"
status 1 "$genba" import csv iocs.csv indicator
grep -q '^0 rows taken in, 8 rejected' err || fail "indicators again: $(cat err)"
grep -q '^5 of the rejected are already on record' err || fail "indicators on record are not counted: $(cat err)"
is "the indicators" "domain evil.example
ip 2001:db8::1
url http://evil.example/a" "$("$genba" list indicator --csv | sed 1d | cut -d, -f2,3 | tr , ' ' | sort)"
is "evil.example is one" 1 "$("$genba" list indicator --where value=evil.example --json | grep -c '"value"')"
status 2 "$genba" add indicator type=ip value=10.0.0.256
status 0 "$genba" add indicator type=domain value=日本語.example
grep -q xn--wgv71a119e <<<"$("$genba" list indicator)" || fail "a name in Japanese is not what the network asks for"
awk 'BEGIN {print "type,value"; for (i = 0; i < 5000; i++) printf "domain,host-%d[.]example\n", i}' >many.csv
status 0 "$genba" import csv many.csv indicator
grep -q '^5000 rows taken in, 0 rejected' err || fail "5,000 indicators: $(tail -1 err)"
export GENBA_CASE=$work/site.genba

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
# --- headings of other people's lists
"$genba" new names.genba --title Names --no-recovery 2>/dev/null
export GENBA_CASE=names.genba
cat >inventory.csv <<'L'
端末管理台帳,,,,,
管理番号,コンピュータ名,部署(課),使用者,IPアドレス,備考
A-001,JINJI-PC-01,人事部,佐藤 花子,192.0.2.1,窓側の席
A-002,JINJI-PC-02,人事部,佐藤 花子,192.0.2.2,
A-003,SOUMU-PC-01,総務部,鈴木 一郎,192.0.2.3,持出し用
A-004,1234,総務部,鈴木 一郎,192.0.2.4,
A-005,jinji-pc-09,人事部,,192.0.2.5,
A-006,JINJI-PC-01,人事部,,192.0.2.6,
,合計,6台,,,
L
status 0 "$genba" import csv inventory.csv
is "counts come first" "5 rows taken in, 2 rejected (utf-8)" "$(head -1 err)"
for said in '2 names in the list were not on record: they are parties now' '2 remarks are notes about their records' \
	'1 of the rejected is in the list twice' '1 row of sums is left out' '1 name is a number only (first in line 6)'; do
	grep -qF "$said" err || fail "'$said' is not said: $(cat err)"
done
one() { "$genba" list "$1" --where "$2" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0].get(sys.argv[1], ""))' "$3"; }
is "管理番号" A-001 "$(one asset hostname=JINJI-PC-01 asset_no)"
is "部署" 人事部 "$(one asset hostname=JINJI-PC-02 department)"
is "IPアドレス" 192.0.2.3 "$(one asset hostname=SOUMU-PC-01 addresses)"
is "使用者 is one person" "$(one asset hostname=JINJI-PC-01 user)" "$(one asset hostname=JINJI-PC-02 user)"
is "使用者" "佐藤 花子" "$(one party name~佐藤 name)"
is "備考" "窓側の席" "$("$genba" list note --json | python3 -c 'import json, sys; print(next(n["text"] for n in json.load(sys.stdin) if "R1-A1" in str(n["on"])))')"
is "and no fact" 0 "$("$genba" list note --where stance=fact --json | grep -c '"label"' || true)"
printf 'Computer Name,Dept.,User Name,Remarks\nEN-PC-01,HR,佐藤 花子,x\n' >english.csv
status 0 "$genba" import csv english.csv
is "an English list" HR "$(one asset hostname=EN-PC-01 department)"
is "nobody is made twice" 2 "$("$genba" list party --json | grep -c '"label"')"
printf 'コンピュータ名,拠点\nSITE-PC-01,本社\nSITE-PC-02,本社\nSITE-PC-03,海外拠点\n' >sites.csv # sites that nobody has put on record
status 0 "$genba" import csv sites.csv
grep -qF '2 sites in the list were not on record: they are now' err || fail "sites are not told: $(cat err)"
is "one site for two machines" "$(one asset hostname=SITE-PC-01 site)" "$(one asset hostname=SITE-PC-02 site)"
is "and another" 海外拠点 "$(one site name~海外 name)"
is "each once" 2 "$("$genba" list site --json | grep -c '"label"')"
printf '列1,列2\nPC-1,3F\nPC-2,4F\n' >unknown.csv
status 2 "$genba" import csv unknown.csv
grep -q '列1: PC-1, PC-2' err || fail "the columns are not shown with their first rows: $(cat err)"
printf 'PC名,ホスト名\nHOST-9,x\n' >both.csv # two that mean the same: the first counts, the other is said to be left out
status 0 "$genba" import csv both.csv
grep -q 'columns left out: ホスト名' err || fail "a second name is dropped in silence: $(cat err)"
echo "2,960 of 3,000 machines imported, 40 rows listed"
