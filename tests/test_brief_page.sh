#!/usr/bin/env bash
# The brief of a case with 300 machines is one page in either language: 60 lines of 80 columns, with counts by department, names,
# what is not isolated, what is to decide, who holds what.
# shellcheck source=tests/help_script.sh
. "$(dirname "$(readlink -f "$0")")/help_script.sh"
export GENBA_CASE=$work/site.genba GENBA_PASSPHRASE_FILE=$work/pass
printf 'correct horse battery staple\n' >pass
"$genba" key new --name "Responder One" --mark R1 --kdf interactive >/dev/null 2>&1
"$genba" new site.genba --title "人事部の端末の動作が遅い" --no-recovery 2>/dev/null
python3 - <<'P'
departments = ["人事部", "総務部", "経理部", "営業部", "情報システム部", "研究所", "工場", "支店", "法務室"]
with open("machines.csv", "w", encoding="utf-8") as f:
    f.write("ホスト名,部署,判定,隔離状況,IPアドレス\n")
    for i in range(300):
        finding = "感染" if i % 10 == 0 else "疑いあり" if i % 10 == 1 else "未確認"
        state = "隔離済み" if i % 20 == 0 else "接続中"
        f.write(f"KAISHA-PC-{i:03},{departments[i % len(departments)]},{finding},{state},192.0.2.{i % 250}\n")
with open("script", "w", encoding="utf-8") as f:
    for i in range(25):
        f.write(f'note --on R1-A{i + 1} "メールの添付を開いたと本人が述べた {i} という長い説明がここに続いて行の幅を超える"\n')
        f.write(f'add decision title="決定 {i} を行うかどうか" status=proposed options="行う、行わない" choice="未定" reason="影響を確かめる" by=R1-P1 when=now\n')
        f.write(f'add measure title="対策 {i}" track={["situation", "cause", "provisional", "permanent"][i % 4]} status=approved\n')
        f.write(f"preserve item{i} --on R1-A{i + 1}\n")
        open(f"item{i}", "w").write(f"bytes {i}")
P
"$genba" import csv machines.csv >/dev/null 2>import.log || fail "import: $(cat import.log)"
"$genba" add party name="責任者" type=person >/dev/null
"$genba" script script >/dev/null 2>script.log || fail "script: $(cat script.log)"
for language in en ja; do
	for form in "brief --handover" brief; do
		# shellcheck disable=SC2086
		"$genba" --lang $language $form >page
		python3 - "$language $form" <<'P'
import sys, unicodedata
def cells(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
text = open("page", encoding="utf-8").read()
lines = text.rstrip("\n").split("\n")
shown = sum(max(1, -(-cells(line) // 80)) for line in lines)
assert shown <= 60, f"{sys.argv[1]}: {shown} lines of 80 columns:\n{text}"
assert "KAISHA-PC-010" in text, "what is not isolated is not named:\n" + text
assert "人事部: " in text, "no counts by department:\n" + text
assert "決定 0" in text, "no open decisions:\n" + text
if "handover" in sys.argv[1]:
    assert ("Who holds what" if sys.argv[1].startswith("en") else "誰が何を保管") in text, "who holds what:\n" + text
print(f"{sys.argv[1]}: {shown} lines")
P
	done
done
