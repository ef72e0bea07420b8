#!/usr/bin/env bash
# One spelling for one word in what is read in Japanese: the catalogues, the manual, the Japanese README and guide. A row is the spelling
# that is used, and the ones that are not.
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
bad=0
while read -r used others; do
	[ -n "$used" ] || continue
	for other in $others; do
		if found=$(grep -nF -- "$other" po/ja/*.po man/*.[0-9] man/*.in README.ja.md GUIDE.ja.md); then
			echo "FAIL: write $used, not $other:"
			cut -c1-160 <<<"$found"
			bad=1
		fi
	done
done <<'LIST'
フォルダ フォルダー
ページ 頁
取下げ 取り下げ 取りさげ
引き継ぎ 引継ぎ 引きつぎ
メモリ メモリー
ロック 施錠
ブラウザ ブラウザー
ディレクトリ ディレクトリー
インタフェース インターフェイス インターフェース
ライブラリ ライブラリー
ファイアウォール ファイヤウォール ファイヤーウォール
LIST
exit $bad
