"""Reads what is written in Japanese, and tells how its blanks and marks are written here.

    import help_japanese as ja
    for path, texts in ja.pages().items():
        for line, text in texts:
            assert ja.spaced(text) == text

A Latin word, `code` or an option is set off by a blank from the Japanese beside it. A number is not (残り3件), except behind the name
of what it numbers, where the blank stands at both sides (区間 3 が壊れています; 感染 2). A term made of both is one word (TERMS), and so is
a party that has a letter for its name (組織A). Labels of the kinds are terms, and are not looked at.
"""
import ast
import glob
import re
import unicodedata

TERMS = ('USBメモリ IPアドレス IPv4アドレス IPv6アドレス MACアドレス QRコード SDカード Webメール Webサーバ Webフォーム 公開Web VPN装置 ADサーバ '
         'C2サーバ 無線LAN').split()
PARTY = '(?:組織|従業員|端末|団体|機関|企業|図|図の)'
JA = '[\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff々]'
FORMAT = r'%(?:\d+\$)?[-0 #+]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh|h|ll|l|z|j)?[diuxXscf]'
WORD = re.compile(r'`[^`]*`|(?:' + FORMAT + r'|\{\w\}|[\w.+/:@<>=~#$*-])+', re.ASCII)
HIDDEN = 0xE000


def catalogue(path):
    """The translations of a catalogue, each with its line: the lines of one are joined."""
    said, found = False, []
    for at, line in enumerate(open(path, encoding='utf-8'), 1):
        if line.startswith('msgstr'):
            found.append([at, ''])
            said = True
        elif not line.startswith('"'):
            said = False
        if said:
            found[-1][1] += ast.literal_eval(line[line.index('"'):])
    return found


def prose(path):
    """The paragraphs of a page: lines that end and begin in Japanese are joined without a blank."""
    found = []
    for at, line in enumerate(open(path, encoding='utf-8'), 1):
        line = line.rstrip('\n')
        if found and found[-1][1] and line and found[-1][1][-1] > '\u3000' and line[0] > '\u3000':
            found[-1][1] += line
        else:
            found.append([at, line])
    return found


def pages():
    """All that is read in Japanese: path to (line, text)."""
    found = {path: catalogue(path) for path in glob.glob('po/ja/*.po')}
    assert len(found) > 5
    for path in ['README.ja.md', 'GUIDE.ja.md'] + glob.glob('man/*.[0-9]') + glob.glob('man/*.in') + glob.glob('man/ja/*') + \
            glob.glob('playbooks/*.yaml') + glob.glob('core/**/kinds_*.c', recursive=True):
        found[path] = prose(path)
    return found


def sort_of(word):
    """latin, number, or other: what is put in where the program runs (%s), and signs."""
    if re.match(r'`|\.\d|--?[A-Za-z]', word):
        return 'latin'
    formats = re.findall(FORMAT, word)
    rest = re.sub(FORMAT + r'|\{\w\}', '', word)
    if re.search(r'[A-Za-z$#]|\d{4}-\d\d|\d:\d', rest):
        return 'latin'
    if any(f[-1] in 'sxXc' for f in formats) or '{' in word:
        return 'other'
    return 'number' if formats or re.search(r'\d', rest) else 'other'


def spaced(text):
    """The text with its blanks as they are written here."""
    for term in TERMS:
        hidden = ''.join(chr(HIDDEN + ord(c)) if c < '\x80' else c for c in term)
        parts = re.findall('[\x00-\x7f]+|[^\x00-\x7f]+', term)
        text = re.sub('(?<![A-Za-z0-9])' + ' ?'.join(parts), hidden, text)
    out, at = '', 0
    for match in WORD.finditer(text):
        word, before, after = match.group(), text[:match.start()], text[match.end():]
        out += text[at:match.start()]
        at = match.end()
        sort = sort_of(word)
        party = re.fullmatch('[A-Z](-[0-9])?', word) and (re.search(PARTY + '([A-Z]・)*$', before) or after.startswith('社'))
        behind_latin = re.search('[A-Za-z`] $', before)
        if sort == 'latin' and not party:
            out += ' ' if re.search(JA + '$', before) and (word[0] not in '=:/.*#~+><-' or re.match(r'--?[A-Za-z]|\.\w', word)) else ''
            out += word
            out += ' ' if re.match(JA, after) and word[-1] not in '=:/*#~><@' else ''
        elif sort == 'number':
            if re.search('(?:[はがをにへとでのもばらうちかたるず]|[件台回個枚行通]中|約|第|最大) $', before) and word[0] not in '<>=-':
                out = out[:-1]
            name = out.endswith(' ')
            out += word
            key = re.fullmatch('[0-9]', word) and re.search('(^|[(・、。\n"]|: |  )$', before)  # a key, or a command's end, and what it means
            if name and not behind_latin and re.match('(?!か所|つ)[\u3041-\u3096]', after):
                out += ' '
            if re.match(' ' + JA, after) and not key and not behind_latin and word[-1] not in ':=/*' and \
                    not (name and re.match(' (?!か所|つ)[\u3041-\u3096]', after)):
                at += 1
        else:
            out += word
    out += text[at:]
    return ''.join(chr(ord(c) - HIDDEN) if HIDDEN <= ord(c) < HIDDEN + 128 else c for c in out)


def cells(text):
    """How many cells of a terminal the text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in 'WF' else 1 for letter in text)


# what is not written, and what stands for it
MARKS = [
    (r'(?:Enter|Esc|Ctrl-S|Tab|Space) [^ ・]*・', ' · between what keys do'),
    ('(?<=[\u30a1-\u30fa\u30fc\u4e00-\u9fff々])(?<![約第全年月日行中])(?<!最大)(?<!時間)' + r'%(?:\d\$)?(?:ll|l|z)?[du]',
     'a blank between a noun and its number'),
    (r'%[\d.$]*(?:ll|l|z)?[duf](?:%s)? [件台通行個回倍点組]', 'no blank behind a number'),
    ('[，．（）：；？！％＝［］｛｝／０-９Ａ-Ｚａ-ｚ\uff61-\uff9f]', 'half-width brackets, colons, figures and letters, full-width kana, and 、 and 。'),
    (JA + '[,;] ?' + JA, '、 or 。 between Japanese'),
    (JA + r'%(?:\d\$)?s ' + JA + '|' + JA + r' %(?:\d\$)?s' + JA, 'a blank at both sides of %s, where a label or a path comes, or at none'),
]
