#!/usr/bin/env bash
# One word, one spelling, and one style of blanks and marks for one thing in what is read in Japanese: the catalogues, the labels of
# the kinds, the playbooks, the manual, the Japanese README and guide. A row is the word that is used, and those that are not, as
# regular expressions. Lines are joined before they are looked at: a word that is broken over two of them is one word.
set -euo pipefail
cd "${GENBA_SOURCE:?source folder}"
python3 - <<'P'
import re, sys
sys.path.insert(0, 'tests')
import help_japanese as ja

# Nouns that are made of two verbs drop their inner endings (取込み), the verbs keep them (取り込みます): as kinds and forms write them.
NOUNS = {'取込み': '取り込み', '書込み': '書き込み', '読取り': '読み取り', '絞込み': '絞り込み', '読込み': '読み込み',
         '書出し': '書き出し', '読戻し': '読み戻し', '取出し': '取り出し', '引渡し': '引き渡し', '切替え': '切り替え',
         '取消し': '取り消し', '組合せ': '組み合わせ', '取外し': '取り外し'}
WORDS = '''
フォルダ フォルダー
ページ 頁
取下げ 取り下げ 取りさげ
引き継ぎ 引継ぎ 引きつぎ 引き継書
メモリ メモリー
ロック 施錠(?!保管)
ブラウザ ブラウザー
ディレクトリ ディレクトリー
インタフェース インターフェイス インターフェース
ライブラリ ライブラリー
ファイアウォール ファイヤウォール ファイヤーウォール
サーバ サーバー
ユーザ ユーザー
コンピュータ コンピューター
コントローラ コントローラー
スケジューラ スケジューラー
パーサー パーサ(?!ー) 解析器 解析処理
ハッシュ値 (?<!区間)ダイジェスト
ツリー 履歴の木 コミットの木
ブランチ 履歴の枝
写し コピーを依頼 のコピーで 引き継いだコピー
受領書 受領証
署名鍵 識別情報
作業画面 ワークベンチ
時系列 タイムライン
圧縮ファイル 書庫
既に すでに
おそれ 恐れ
種別 この種類 記録の種類 種類の記録
～ 〜
すべて 全て
または 又は
Web ウェブ
一つ (?<![0-9])1つ
二つ (?<![0-9])2つ
そろ 揃
出力先 書出し先
'''
used = {row.split()[0]: row.split()[1:] for row in WORDS.strip().splitlines()}
used.update({noun: [verb + '(?![またてずよ、る直ら])'] for noun, verb in NOUNS.items()})

pages = ja.pages()
# What is the same in Japanese: names of formats, products, keys, and patterns of nothing but values.
SAME = '''JSON SQLite SHA-256 TLP BitLocker Amcache ShimCache UserAssist cron Backspace Del Enter Esc PgUp PgDn Tab WebShell'''.split()

bad = 0
for path, texts in sorted(pages.items()):
    for at, text in texts:
        for word, others in used.items():
            for other in others:
                if re.search(other, text):
                    print(f'FAIL: {path}:{at}: write {word}, not {other.split("(?")[0] or other}: {text[:100]}')
                    bad = 1
        if re.search(ja.JA, text) and 'kinds_' not in path:
            if ja.spaced(text) != text:
                print(f'FAIL: {path}:{at}: its blanks are written so: {ja.spaced(text)[:300]}')
                bad = 1
            for mark, instead in ja.MARKS:
                found = re.search(mark, text.replace('ＨＲ で HR', ''))  # an example of letters that are found as the same
                if found:
                    print(f'FAIL: {path}:{at}: write {instead}: {text[max(0, found.start() - 30):found.end() + 30]}')
                    bad = 1
        words = re.findall('[A-Za-z][A-Za-z0-9-]+', re.sub(ja.FORMAT + '|--[a-z]+', '', text))
        if path.endswith(".po") and "header" not in path and text and not re.search(ja.JA, text) and not set(words) <= set(SAME):
            print(f'FAIL: {path}:{at}: this is not Japanese, and no name: {text}')
            bad = 1
        # a question is one line of a terminal, and its end says what to press
        if text.endswith('(y/n) ') and ja.cells(re.sub('%[^ ]?s', '', text.split('\n')[-1])) > 79:
            print(f'FAIL: {path}:{at}: longer than 79 cells, its (y/n) is not seen: {text}')
            bad = 1
        # what is named stands in 「」; 'x' is code, as a shell or a playbook writes it
        if path.endswith('.po') and re.search(r"'%[^']*'", text):
            print(f'FAIL: {path}:{at}: write 「%s」, not \'%s\': {text[:100]}')
            bad = 1
sys.exit(bad)
P
