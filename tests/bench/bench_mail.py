"""The peer of bench_mail.sh: what Python's email reads of the same files, and processor time for it.
Usage: bench_mail.py make FOLDER COUNT | read FOLDER default|compat32 | run FOLDER COMMAND…"""
import base64
import email
import email.header
import email.policy
import hashlib
import os
import random
import resource
import sys
import zipfile
import io

what, folder = sys.argv[1:3]


def make(count):
    """Mails as a desk gets them: Japanese, mostly with an attachment, some with HTML."""
    random.seed(609)
    os.makedirs(folder)
    text = 'いつもお世話になっております。標記の件につきまして、添付のとおりお送りします。ご確認ください。\r\n' * 20
    html = ('<html><body><p>' + text.replace('\r\n', '<br>') + '</p><a href="http://192.0.2.1/a">http://example.com/</a></body></html>')
    for i in range(count):
        kind = i % 5
        head = (f'Received: from a.example ([192.0.2.{i % 250}]) by mx.example; Tue, 10 Jun 2014 10:10:00 +0900\r\n'
                f'Authentication-Results: mx.example; spf=fail; dkim=none; dmarc=fail\r\n'
                f'From: =?ISO-2022-JP?B?{base64.b64encode("山田 太郎".encode("iso2022_jp")).decode()}?= <a{i}@yahoo.co.jp>\r\n'
                f'To: b@b.example, c@c.example\r\nDate: Tue, 10 Jun 2014 09:10:00 +0900\r\nMessage-ID: <{i}@a.example>\r\n'
                f'Subject: =?UTF-8?B?{base64.b64encode(f"取材のお願い {i}".encode()).decode()}?=\r\nMIME-Version: 1.0\r\n')
        body = text.encode('iso2022_jp')
        if kind == 4:
            data = head.encode() + b'Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n' + body
        else:
            b64 = base64.encodebytes
            if kind < 2:
                memory = io.BytesIO()
                with zipfile.ZipFile(memory, 'w', zipfile.ZIP_DEFLATED) as z:
                    z.writestr('資料.doc', random.randbytes(20000 + i))
                part, name = memory.getvalue(), f'shiryo{i}.zip'
            else:
                part, name = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + random.randbytes(30000), f'shiryo{i}.doc'
            data = (head.encode() + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
                    b'Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n' + b64(html.encode()) +
                    b'--b\r\nContent-Type: application/octet-stream; name="' + name.encode() + b'"\r\n'
                    b'Content-Disposition: attachment; filename="' + name.encode() + b'"\r\n'
                    b'Content-Transfer-Encoding: base64\r\n\r\n' + b64(part) + b'--b--\r\n')
        with open(f'{folder}/{i:05}.eml', 'wb') as f:
            f.write(data)


def read(policy):
    """Subject, digests of all parts, text. With the policy "default" also addresses, date and file names decoded, as ours
    are: there is no other way to get at them. No rules, no archives, no classes."""
    found = []
    full = policy == 'default'
    for name in sorted(os.listdir(folder)):
        with open(f'{folder}/{name}', 'rb') as f: # as bytes: from a file it would change line ends
            mail = email.message_from_bytes(f.read(), policy=getattr(email.policy, policy))
        if full:
            subject = str(mail['subject'])
            [str(mail['from']), str(mail['to']), mail['date'].datetime]
        else:
            subject = str(email.header.make_header(email.header.decode_header(mail['subject'])))
        digests = []
        for part in mail.walk():
            if not part.is_multipart():
                content = part.get_payload(decode=True)
                digests.append(hashlib.sha256(content).hexdigest())
                if part.get_content_maintype() == 'text':
                    content.decode(part.get_content_charset('ascii'), 'replace')
                if full:
                    part.get_filename()
        found.append((subject, digests))
    with open(folder + '.peer', 'w', encoding='utf-8') as f:
        for subject, digests in found:
            print(subject, *digests, sep='\t', file=f)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f'{used.ru_utime + used.ru_stime:.3f}')


def run():
    """Ours, once more (look, or import into the case of GENBA_CASE), for the most memory that one of its processes had: kilobytes."""
    import subprocess
    subprocess.run([os.environ['GENBA'], *sys.argv[3:], folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


if what == 'run':
    run()
elif what == 'make':
    make(int(sys.argv[3]))
else:
    read(sys.argv[3])
