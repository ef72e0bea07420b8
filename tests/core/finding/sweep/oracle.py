"""What the hits of a sweep are, by regular expressions over the text that is decoded once: `oracle.py PROGRAM`.
Near misses of every row of the table of borders, in all kernels, at buffers of all sizes."""
import random
import re
import subprocess
import sys
import tempfile

program = sys.argv[1]
work = tempfile.mkdtemp(prefix='sweep-')
ALNUM, LABEL, FILE = rb'A-Za-z0-9', rb'A-Za-z0-9_\-', rb'A-Za-z0-9_\-\x80-\xff'
HIVES = [[b'hklm', b'hkey_local_machine', rb'\registry\machine'], [b'hkcu', b'hkey_current_user'],
         [b'hku', b'hkey_users', rb'\registry\user']]


def borders(kind):
    """What may not stand before, and behind."""
    return {
        'domain': (rb'(?<![%s])' % LABEL, rb'(?![%s])(?!\.[%s])' % (LABEL, ALNUM)),
        'ip': (rb'(?<![0-9])(?<![0-9]\.)', rb'(?![0-9])(?!\.[0-9])'),
        'hash': (rb'(?<![0-9A-Fa-f])', rb'(?![0-9A-Fa-f])'),
        'url': (rb'(?<![%s])' % ALNUM, rb'(?![%s_~%%/\-])(?!\.[%s])' % (ALNUM, ALNUM)),
        'email': (rb'(?<![%s._%%+\-])' % ALNUM, rb'(?![%s])(?!\.[%s])' % (LABEL, ALNUM)),
        'file_name': (rb'(?<![%s.])' % FILE, rb'(?![%s])(?!\.[%s])' % (FILE, ALNUM)),
        'file_path': (rb'(?<![%s])' % ALNUM, rb'(?![%s])(?!\.[%s])' % (FILE, ALNUM)),
    }[kind]


def slashes(text):
    return b''.join(rb'[\\/]' if c in b'\\/' else re.escape(bytes([c])) for c in text)


class Indicator:
    def __init__(self, kind, value):
        self.kind, self.value = kind, value
        rule = {'registry': 'file_path', 'md5': 'hash', 'sha1': 'hash', 'sha256': 'hash'}.get(kind, kind)
        before, after = borders(rule)
        body = re.escape(value.encode())
        if kind in ('file_path', 'registry'):
            raw = value.encode()
            body = slashes(raw)
            drive = re.match(rb'([A-Za-z]):[\\/]', raw)
            if drive:
                body = rb'(?:%s:|[\\/]device[\\/]harddiskvolume[0-9]{1,6})%s' % (drive[1], slashes(raw[2:]))
            for names in HIVES:
                for name in names:
                    if raw.lower().startswith(name + b'\\'):
                        body = rb'(?:%s)%s' % (b'|'.join(slashes(n) for n in names), slashes(raw[len(name):]))
        self.network = None
        if kind == 'ip' and '/' in value:
            net, bits = value.split('/')
            self.network = number(net.encode()) >> (32 - int(bits)), 32 - int(bits)
            body = rb'[0-9]{1,3}(?:\.[0-9]{1,3}){3}'
        self.regex = re.compile(before + rb'(?:' + body + rb')' + after, re.IGNORECASE)


def number(address):
    parts = [int(p) for p in address.split(b'.')]
    return -1 if max(parts) > 255 else sum(p << s for p, s in zip(parts, (24, 16, 8, 0)))


def decode(raw):
    """The text and where each byte begins, and the end."""
    out, origin, i = bytearray(), [], 0
    while i < len(raw):
        origin.append(i)
        if re.match(rb'%[0-9A-Fa-f]{2}', raw[i:i + 3]):
            out.append(int(raw[i + 1:i + 3], 16))
            i += 3
        else:
            out.append(raw[i])
            i += 1
    return bytes(out), origin + [len(raw)]


def hits(indicators, raw):
    text, origin = decode(raw)
    found = set()
    for i in indicators:
        at = 0
        while True:
            m = i.regex.search(text, at)
            if not m:
                break
            at = m.start() + 1
            match = 'exact'
            if i.network:
                value = number(m[0])
                if value < 0 or value >> i.network[1] != i.network[0]:
                    continue
                match = 'network'
            if i.kind == 'domain' and re.search(rb'[%s]\.$' % LABEL, text[max(0, m.start() - 2):m.start()]):
                match = 'subdomain'
            a, b = origin[m.start()], origin[m.end()]
            encoding = 'plain' if b - a == m.end() - m.start() else 'percent'
            found.add((a, raw.count(b'\n', 0, a) + 1, match, encoding, i.kind, i.value))
    return sorted(found)


def ask(listed, raw, kernel, piece, look):
    open(f'{work}/text', 'wb').write(raw)
    done = subprocess.run([program, 'scan', listed, f'{work}/text', str(kernel), str(piece), str(look)], capture_output=True, check=False)
    if done.returncode == 77:
        return None
    assert done.returncode == 0, done
    rows = [line.split(' ', 5) for line in done.stdout.decode().splitlines()]
    return sorted((int(a), int(line), m, e, t, v) for a, line, m, e, t, v in rows)


def compare(what, wanted, got, raw):
    if got is None or wanted == got:
        return
    for name, rows in (('missed', set(wanted) - set(got)), ('false', set(got) - set(wanted))):
        for row in sorted(rows)[:5]:
            print(what, name, row, raw[max(0, row[0] - 24):row[0] + 60], file=sys.stderr)
    if len(got) != len(set(got)):
        print(what, 'given twice', file=sys.stderr)
    sys.exit(1)


INDICATORS = [Indicator(*row) for row in [
    ('domain', 'evil.test'), ('domain', 'c2.evil.test'), ('domain', 'a-b.co.jp'), ('domain', 'x1.co.jp'), ('domain', 'x2.co.jp'),
    ('domain', 'xn--wgv71a119e.example'), ('domain', 'very.long.name.of.a.host.below.evil.example'),
    ('ip', '198.51.100.7'), ('ip', '203.0.113.77'), ('ip', '192.0.2.0/24'), ('ip', '198.18.0.0/15'),
    ('md5', 'd41d8cd98f00b204e9800998ecf8427e'), ('sha1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'),
    ('sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
    ('url', 'http://evil.test/gate.php'), ('url', 'https://evil.test/a/b.php?id=1'), ('url', 'http://evil.example/dir/'),
    ('email', 'taro@mail.example'), ('email', 'x.y+z@evil.test'),
    ('file_name', 'dropper.exe'), ('file_name', 'a_b-c.dll'), ('file_name', '請求書.exe'),
    ('file_path', 'C:\\Users\\Public\\a.exe'), ('file_path', '\\\\server\\share\\tool.exe'), ('file_path', 'D:\\x\\y'),
    ('registry', 'HKLM\\SOFTWARE\\Evil\\Run'), ('registry', 'HKCU\\Software\\Run\\x1'),
] + [('domain', f'{chr(97 + i % 26)}{chr(97 + i // 26)}.example') for i in range(100)]
  + [('url', f'http://h{i}.test/a/gate.php') for i in range(60)]]

BEFORE = [b'', b' ', b'x', b'Z', b'g', b'f', b'9', b'9.', b'.', b'..', b'a.', b'-.', b'_.', b'_', b'-', b'+', b'~', b'/', b'\\', b'@',
          b'=', b':', b'%', b'%2F', b'%2f', b'%2D', b'%61', b'%3D', b'%2', b'"', b'(', b'\xe3\x81\xaf', b'\xff', b'\0', b'a%2e', b'%20',
          b'http://', b'https://', b'\\Device\\HarddiskVolume3', b'\\??\\', b'//', b'x@', b'1.']
AFTER = [b'', b' ', b'x', b'Z', b'g', b'f', b'9', b'.9', b'.', b'..', b'.x', b'.-', b'._', b'_', b'-', b'+', b'~', b'/', b'\\', b'@', b'=',
         b':', b'%', b'%2F', b'%2D', b'%61', b'%2e', b'%2ex', b'%2e1', b'%zz', b'?', b'#', b'"', b')', b'\xe3\x81\xa7', b'\xff', b'\0',
         b':443', b'/x', b'%3Fx', b'gg', b'.exe', b'\n']


def other_spelling(r, i):
    """Roots, separators, letters, escapes, addresses of a network."""
    raw = i.value.encode()
    if i.network:
        base = i.network[0] << i.network[1]
        n = base + r.choice([0, 1, (1 << i.network[1]) - 1, 1 << i.network[1], -1, 77])
        raw = b'%d.%d.%d.%d' % tuple(n >> s & 255 for s in (24, 16, 8, 0))
    if i.kind in ('file_path', 'registry'):
        if raw[1:2] == b':' and r.random() < .5:
            raw = r.choice([b'\\??\\' + raw, b'\\Device\\HarddiskVolume%d' % r.randrange(30) + raw[2:], b'E' + raw[1:]])
        for names in HIVES:
            for name in names:
                if i.kind == 'registry' and raw.lower().startswith(name + b'\\') and r.random() < .6:
                    raw = r.choice(names + [b'hkxx']) + raw[len(name):]
                    break
        if r.random() < .4:
            raw = bytes(r.choice(b'\\/') if c in b'\\/' else c for c in raw)
    how = r.random()
    if how < .3:
        raw = b''.join(bytes([c]).upper() if r.random() < .5 and c < 128 else bytes([c]) for c in raw)
    if how > .7:
        raw = b''.join(b'%%%02X' % c if r.random() < .2 else bytes([c]) for c in raw)
    if how > .95:
        raw = raw[:-1]
    return raw


def made_text(r, count, separators):
    return b''.join(r.choice(BEFORE) + other_spelling(r, r.choice(INDICATORS)) + r.choice(AFTER) + r.choice(separators)
                    for _ in range(count))


def every_border():
    """Each indicator between each pair of neighbours."""
    for i in INDICATORS[:27]:
        raw = i.value.encode() if not i.network else i.value.split('/')[0].encode()
        yield b''.join(b + raw + a + b' ' for b in BEFORE for a in AFTER)


def main():
    listed = f'{work}/list'
    open(listed, 'w', encoding='utf-8').write(''.join(i.value + '\n' for i in INDICATORS))
    total = 0
    for number_of, raw in enumerate(every_border()):
        wanted = hits(INDICATORS, raw)
        total += len(wanted)
        for kernel in range(3):
            compare(f'borders {number_of} kernel {kernel}', wanted, ask(listed, raw, kernel, 0, 0), raw)
    r = random.Random(18)
    for round_of in range(6):
        raw = made_text(r, 400, [b' ', b'\n', b'', b'\t', b'\r\n'] if round_of % 2 else [b' ', b'', b'&'])
        wanted = hits(INDICATORS, raw)
        total += len(wanted)
        for kernel in range(3):
            for piece in (0, 1, 13, 64, 1000):
                if piece != 1 or round_of == 0:
                    compare(f'text {round_of} kernel {kernel} piece {piece}', wanted, ask(listed, raw, kernel, piece, 0), raw)
    for order, name in (('utf-16-le', 'utf-16le'), ('utf-16-be', 'utf-16be')):
        for shift in range(2):
            plain = made_text(r, 300, [b' ', b'\n', b';']).decode('latin-1')
            plain = ''.join(c for c in plain if 0 < ord(c) < 128)
            packed = plain.encode('ascii')
            start = 64 + shift
            raw = b'\xff' * start + plain.encode(order) + b'\xff' * 64
            wanted = sorted((start + 2 * a, raw.count(b'\n', 0, start + 2 * a) + 1, m, e if e == 'percent' else name, t, v)
                            for a, _, m, e, t, v in hits(INDICATORS, packed))
            total += len(wanted)
            for piece in (0, 100):
                got = ask(listed, raw, 2, piece, 2)
                if got is None:
                    got = ask(listed, raw, 0, piece, 2)
                compare(f'{order} shift {shift} piece {piece}', [w for w in wanted if w[3] != 'percent'],
                        [g for g in got if g[3] != 'percent'], raw)
    print(total, 'hits, none missed, none false')
    assert total > 5000


main()
