#!/usr/bin/env python3
"""Makes cp932.def: the double-byte characters of Microsoft's code page 932 (JIS X 0208, NEC row 13, NEC selection of IBM
extensions, IBM extensions), 188 for each lead byte 81..9F, E0..FC, as UTF-16 units; 0: none. The user-defined rows F0..F9
are in the private use area, as Windows has them. Source: Unicode's CP932.TXT, by Python's codec of that name.
Usage: cp932.py > cp932.def"""
print('/* made by cp932.py */')
for lead in list(range(0x81, 0xA0)) + list(range(0xE0, 0xFD)):
    row = []
    for trail in list(range(0x40, 0x7F)) + list(range(0x80, 0xFD)):
        try:
            text = bytes([lead, trail]).decode('cp932')
            row.append(ord(text) if len(text) == 1 else 0)
        except UnicodeDecodeError:
            row.append(0)
    assert len(row) == 188
    print('{' + ''.join(f'0x{c:04X},' for c in row) + '}, /*', f'{lead:02X} */')
