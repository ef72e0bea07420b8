#!/usr/bin/env python3
"""Databases of our own making in the format of the Extensible Storage Engine, small ones: each table fits on a page or a few, and has
fixed columns, and binary or text ones that are tagged. By "Joachim Metz, Extensible Storage Engine (ESE) Database File format".

    make_ese.py srum SRUDB.dat         usage of network by two programs
    make_ese.py webcache WebCacheV01.dat
    make_ese.py bits qmgr.db
    make_ese.py bits-torn qmgr.db      a transfer whose first text has no end
    make_ese.py --fuzz FOLDER          all of them, as fuzz_ese takes them: a byte that says which before each
"""
import os
import struct
import sys

PAGE = 4096
LONG, LONGLONG, DATETIME, SHORT, UBYTE, LONGBINARY, LONGTEXT = 4, 15, 8, 3, 2, 11, 12
SIZES = {LONG: 4, LONGLONG: 8, DATETIME: 8, SHORT: 2, UBYTE: 1}


def xor(data):
    total = 0x89ABCDEF
    for (word,) in struct.iter_unpack('<I', data):
        total ^= word
    return total


def page(number, father, flags, values):
    """Values from the front, tags from the back; value 0 is the page's head."""
    body, tags = b'', b''
    for value in values:
        tags = struct.pack('<HH', len(value), len(body)) + tags
        body += value
    room = PAGE - 40 - len(body) - len(tags)
    assert room >= 0, 'a page overflows'
    head = struct.pack('<IQIIIHHHHI', number, 1, 0, 0, father, room, 0, len(body), len(values), flags)
    data = head + body + bytes(room) + tags
    return struct.pack('<I', xor(data)) + data


def entry(key, data):
    return struct.pack('<H', len(key)) + key + data


def record(columns, values):
    """Fixed columns (ids 1…) in order, then the tagged ones (ids 256…)."""
    fixed = [c for c in columns if c[1] in SIZES]
    tagged = [c for c in columns if c[1] not in SIZES]
    data = b''
    for name, kind in fixed:
        value = values[name]
        data += struct.pack('<d', value) if kind == DATETIME else value.to_bytes(SIZES[kind], 'little', signed=value < 0)
    nulls = bytes((len(fixed) + 7) // 8)
    there = [(256 + i, values[name]) for i, (name, _) in enumerate(tagged) if values.get(name) is not None]
    index, blob = b'', b''
    for ident, value in there:
        index += struct.pack('<HH', ident, 4 * len(there) + len(blob))
        blob += value
    return struct.pack('<BBH', len(fixed), 127, 4 + len(data) + len(nulls)) + data + nulls + index + blob


def catalog_entry(table, kind, ident, what, space, name):
    fixed = struct.pack('<IHIIIIIBHI', table, kind, ident, what, space, 0, 1252 if kind == 2 else 1, 1, 0, 0)[:4 + 2 + 4 + 4 + 4 + 4 + 4]
    nulls = bytes(1)
    text = name.encode()
    variable = struct.pack('<H', len(text)) + text
    return struct.pack('<BBH', 7, 128, 4 + len(fixed) + len(nulls)) + fixed + nulls + variable


def database(tables):
    """tables: [(name, columns [(name, kind)], [values])]"""
    pages, catalog = {}, []
    root = struct.pack('<IIII', 1, 1, 0, 0)
    for number, (name, columns, rows) in enumerate(tables):
        ident, fdp = number + 10, number + 10
        catalog.append(catalog_entry(ident, 1, ident, fdp, 80, name))
        fixed, tagged = 1, 256
        for column, kind in columns:
            if kind in SIZES:
                catalog.append(catalog_entry(ident, 2, fixed, kind, SIZES[kind], column))
                fixed += 1
            else:
                catalog.append(catalog_entry(ident, 2, tagged, kind, 0, column))
                tagged += 1
        entries = [entry(struct.pack('>I', i + 1), record(columns, row)) for i, row in enumerate(rows)]
        pages[fdp] = page(fdp, fdp, 0x3 | 0x800, [root] + entries)
    below = []
    keyed = [entry(struct.pack('>I', i), c) for i, c in enumerate(catalog)]
    if sum(len(k) + 4 for k in keyed) > PAGE - 100:  # two leaves below a root
        half = len(keyed) // 2
        leaves = [keyed[:half], keyed[half:]]
        for i, leaf in enumerate(leaves):
            number = 30 + i
            data = page(number, 4, 0x2 | 0x800, [b''] + leaf)
            body = bytearray(data)
            struct.pack_into('<II', body, 16, 30 if i == 1 else 0, 31 if i == 0 else 0)
            struct.pack_into('<I', body, 0, xor(bytes(body[4:])))
            pages[number] = bytes(body)
            below.append(entry(struct.pack('>I', half) if i == 0 else b'', struct.pack('<I', number)))
    for catalog_page in (4, 24):  # and its copy
        if below:
            pages[catalog_page] = page(catalog_page, 4, 0x1 | 0x4 | 0x800, [root] + below)
        else:
            pages[catalog_page] = page(catalog_page, 4, 0x3 | 0x800, [root] + keyed)
    header = bytearray(PAGE)
    struct.pack_into('<III', header, 4, 0x89ABCDEF, 0x620, 0)
    struct.pack_into('<I', header, 52, 3)      # closed in order
    struct.pack_into('<II', header, 232, 9, PAGE)
    struct.pack_into('<I', header, 0, xor(bytes(header[4:668])))
    out = bytearray(header + header)
    for number in range(1, max(pages) + 1):
        out += pages.get(number, bytes(PAGE))
    return bytes(out)


def utf16(text):
    return text.encode('utf-16-le') + b'\0\0'


def sid(*parts):
    return bytes([1, len(parts)]) + (5).to_bytes(6, 'big') + b''.join(struct.pack('<I', p) for p in parts)


def days(text_seconds):
    return 25569 + text_seconds / 86400


T0 = 1763600000  # 2025-11-20T00:53:20Z
FILETIME = (T0 + 11644473600) * 10000000


def counted(text):
    return struct.pack('<I', len(text) + 1) + utf16(text)


def make(kind):
    if kind == 'srum':
        names = [('IdType', UBYTE), ('IdIndex', LONG), ('IdBlob', LONGBINARY)]
        usage = [('AutoIncId', LONG), ('TimeStamp', DATETIME), ('AppId', LONG), ('UserId', LONG), ('InterfaceLuid', LONGLONG),
                 ('BytesSent', LONGLONG), ('BytesRecvd', LONGLONG)]
        return database([
            ('SruDbIdMapTable', names, [
                {'IdType': 0, 'IdIndex': 1, 'IdBlob': utf16('\\Device\\HarddiskVolume2\\ProgramData\\rar.exe')},
                {'IdType': 0, 'IdIndex': 2, 'IdBlob': utf16('\\Device\\HarddiskVolume2\\ProgramData\\upd.exe')},
                {'IdType': 3, 'IdIndex': 3, 'IdBlob': sid(21, 1, 2, 3, 1001)}]),
            ('{973F5D5C-1D90-4944-BE8E-24B94231A174}', usage, [
                {'AutoIncId': i, 'TimeStamp': days(T0 + 3600 * i), 'AppId': 1 + i % 2, 'UserId': 3, 'InterfaceLuid': 1,
                 'BytesSent': 700000000 + i, 'BytesRecvd': i} for i in range(4)])])
    if kind == 'webcache':
        return database([
            ('Containers', [('ContainerId', LONGLONG), ('Name', LONGTEXT)], [{'ContainerId': 1, 'Name': utf16('History')}]),
            ('Container_1', [('EntryId', LONGLONG), ('ContainerId', LONGLONG), ('AccessCount', LONG), ('AccessedTime', LONGLONG),
                             ('ModifiedTime', LONGLONG), ('Url', LONGTEXT)],
             [{'EntryId': 1, 'ContainerId': 1, 'AccessCount': 2, 'AccessedTime': FILETIME, 'ModifiedTime': FILETIME,
               'Url': utf16('Visited: tanaka@https://files.example/up')},
              {'EntryId': 2, 'ContainerId': 1, 'AccessCount': 1, 'AccessedTime': 0, 'ModifiedTime': 0,
               'Url': utf16('https://files.example/a.png')}])])
    mark = bytes.fromhex('e4cf9e5146d99743b73e268513051ab2')
    if kind == 'bits-torn':
        return database([('Files', [('Id', LONGBINARY), ('Blob', LONGBINARY)], [
            {'Id': bytes(16), 'Blob': mark + struct.pack('<I', 70000) + bytes(64)}])])
    return database([
        ('Jobs', [('Id', LONGBINARY), ('Blob', LONGBINARY)], [
            {'Id': bytes(16), 'Blob': mark + bytes(32) + counted('update') + counted('') + counted('C:\\ProgramData\\upd.exe') + counted('-q') +
             counted('S-1-5-18')}]),
        ('Files', [('Id', LONGBINARY), ('Blob', LONGBINARY)], [
            {'Id': bytes(16), 'Blob': mark + counted('C:\\ProgramData\\upd.exe') + counted('http://cdn.example/upd.exe') +
             counted('C:\\ProgramData\\BIT1.tmp') + struct.pack('<QQ', 4096, 4096)}])])


if __name__ == '__main__' and sys.argv[1] == '--fuzz':
    os.makedirs(sys.argv[2], exist_ok=True)
    for number, kind in enumerate(('srum', 'webcache', 'bits')):
        with open(os.path.join(sys.argv[2], kind), 'wb') as f:
            f.write(bytes([number]) + make(kind))
elif __name__ == '__main__':
    with open(sys.argv[2], 'wb') as f:
        f.write(make(sys.argv[1]))
