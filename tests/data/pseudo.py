#!/usr/bin/env python3
"""A catalogue for a language that nobody speaks, from the strings of a real one: pseudo.py JA.po >PSEUDO.po

Each text is bracketed, its letters are replaced (what is left in ASCII on a screen was not translated), and a wide
character makes it longer (what is cut has lost its closing bracket; what is counted in bytes does not align). Format
directives and the blanks and line ends around a text stay.
"""
import re
import sys

LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                        "абцдефгхийклмнопярстувшжузАБЦДЕФГХИЙКЛМНОПЯРСТУВШЖУЗ")
DIRECTIVE = re.compile(r"%[-+ #0-9.*']*(?:hh|h|ll|l|z|j|t)?[diouxXeEfgGcsp%]|\\.")


def pseudo(text):
    """`text` as in the file: with \\n and \\" for line ends and quotes."""
    lead = re.match(r"(?: |\\n)*", text).group()
    body = text[len(lead):]
    tail = re.search(r"(?: |\\n)*$", body).group()
    body = body[:len(body) - len(tail)] if tail else body
    if not re.search("[A-Za-z]", DIRECTIVE.sub("", body)):
        return text
    at, out = 0, ""
    for m in DIRECTIVE.finditer(body):
        out += body[at:m.start()].translate(LETTERS) + m.group()
        at = m.end()
    out += body[at:].translate(LETTERS)
    return lead + "⟦" + out + "漢" * (1 + len(body) // 12) + "⟧" + tail


def strings(block, keyword):
    """The text of a keyword of an entry, joined from its lines."""
    m = re.search(r"^%s ((?:\"(?:[^\"\\]|\\.)*\"\n?)+)" % keyword, block, re.M)
    return "".join(re.findall(r"\"((?:[^\"\\]|\\.)*)\"", m.group(1))) if m else None


def main():
    for block in open(sys.argv[1], encoding="utf-8").read().split("\n\n"):
        original = strings(block, "msgid")
        if not original:
            print(block, end="\n\n")  # the header
            continue
        kept = [line for line in re.split(r"(?m)^msgstr", block)[0].splitlines() if not line.startswith("#~")]
        plural = strings(block, "msgid_plural")
        print("\n".join(kept))
        print('msgstr%s "%s"' % ("[0]" if plural else "", pseudo(plural or original)), end="\n\n")


main()
