#!/usr/bin/env python3
"""A second reader of case files, written from the manual page genba-case(5) alone.

    read_case.py SITE.genba PASSPHRASE_FILE      prints label and JSON of each record, a line each

It uses the standard library and libsodium, checks every digest, tag, seal and
checksum that the page tells of, and takes the log of an unclean end.
"""
import ctypes
import ctypes.util
import hashlib
import sqlite3
import sys

na = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
assert na.sodium_init() >= 0


def number(b):
    return int.from_bytes(b, "big")


def blake2b(data, key=b"", size=32):
    return hashlib.blake2b(data, key=key, digest_size=size).digest()


def kdf(key, subkey, size):
    out = ctypes.create_string_buffer(size)
    assert na.crypto_kdf_derive_from_key(out, ctypes.c_size_t(size), ctypes.c_uint64(subkey), b"genba-v1", key) == 0
    return out.raw


def aead_open(key, ciphertext, nonce, tag, associated):
    out = ctypes.create_string_buffer(len(ciphertext))
    rc = na.crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
        out, None, ciphertext, ctypes.c_ulonglong(len(ciphertext)), tag, associated,
        ctypes.c_ulonglong(len(associated)), nonce, key)
    return out.raw if rc == 0 else None


def siphash128(key, data):
    out = ctypes.create_string_buffer(16)
    na.crypto_shorthash_siphashx24(out, data, ctypes.c_ulonglong(len(data)), key)
    return out.raw


class Case:
    def __init__(self, file, log, passphrase):
        self.file, self.log = file, log
        self.header = self.good_header()
        self.id = self.header[16:32]
        self.data_key = self.unlock(passphrase)
        self.key = {n: kdf(self.data_key, n, 16 if n == 5 else 32) for n in range(1, 7)}
        assert self.header[40:72] == blake2b(self.id, self.key[6]), "commitment"
        assert self.header[8128:8160] == blake2b(self.header[:8128], self.key[3]), "keyed digest"
        self.check_signature()
        self.anchor = self.good_anchor()
        assert number(self.header[32:40]) >= self.anchor["header"], "header put back"
        self.pages = self.read_pages()

    def good_header(self):
        copies = [self.file[at:at + 8192] for at in (0, 8192)]
        good = [c for c in copies if c[8160:] == blake2b(c[:8160]) and c[:8] == bytes.fromhex("8947454e42410d0a")]
        assert good, "no good header"
        best = max(good, key=lambda c: number(c[32:40]))
        assert number(best[8:10]) == 1 and best[10] == 1 and number(best[12:16]) == 4096
        return best

    def unlock(self, passphrase):
        for i in range(self.header[11]):
            slot = self.header[192 + i * 160:192 + (i + 1) * 160]
            if slot[0] != 1:
                continue
            key = ctypes.create_string_buffer(32)
            assert na.crypto_pwhash_argon2id(
                key, ctypes.c_ulonglong(32), passphrase, ctypes.c_ulonglong(len(passphrase)), slot[16:32],
                ctypes.c_ulonglong(number(slot[4:8])), ctypes.c_size_t(number(slot[8:12]) * 1024), 2) == 0
            data = aead_open(key.raw, slot[32:64], slot[64:88], slot[88:104], self.id + slot[:32])
            if data:
                return data
        raise SystemExit("no slot opens")

    def check_signature(self):
        def string(s):
            return len(s).to_bytes(4, "big") + s
        digest = hashlib.sha512(self.header[:72] + self.header[168:8128]).digest()
        blob = b"SSHSIG" + string(b"genba-header") + string(b"") + string(b"sha512") + string(digest)
        assert na.crypto_sign_verify_detached(self.header[104:168], blob, ctypes.c_ulonglong(len(blob)),
                                              self.header[72:104]) == 0, "signature"

    def sealed(self, key, sort, n, block):
        associated = self.id + sort + n.to_bytes(4, "big")
        return aead_open(self.key[key], block[:-40], block[-40:-16], block[-16:], associated)

    def good_anchor(self):
        best = None
        for at in (16384, 20480):
            text = self.sealed(4, b"A", 0, self.file[at:at + 128])
            if text is None or any(self.file[at + 128:at + 4096]):
                continue
            a = {"sequence": number(text[0:8]), "header": number(text[8:16]), "state": number(text[16:20]),
                 "generation": number(text[20:24]), "log_header": text[24:56], "least": number(text[56:60]),
                 "pages": number(text[60:64]), "frames": number(text[64:68]), "final": number(text[68:72]),
                 "seal": text[72:88]}
            if best is None or a["sequence"] > best["sequence"]:
                best = a
        assert best, "no good anchor"
        return best

    def read_log(self):
        """The pages in the log up to its end, and the pages of the database there."""
        a = self.anchor
        order = "big" if a["log_header"][3] & 1 else "little"
        checksum = [number(a["log_header"][24:28]), number(a["log_header"][28:32])]
        salts = a["log_header"][16:24]
        frames, end, pages, least, chained = [], 0, None, max(a["least"], a["frames"] if a["state"] == 2 else 0), True
        for n in range(1, (len(self.log) - 32) // 4120 + 1):
            text = self.sealed(2, b"W", n, self.log[32 + (n - 1) * 4120:32 + n * 4120])
            if text is None or number(text[8:12]) != a["generation"]:
                chained = False
                continue
            least = max(least, number(text[12:16]))
            page = text[24:] + bytes(40)
            words = text[:8] + page
            for i in range(0, len(words), 8):
                checksum[0] = (checksum[0] + int.from_bytes(words[i:i + 4], order) + checksum[1]) & 0xffffffff
                checksum[1] = (checksum[1] + int.from_bytes(words[i + 4:i + 8], order) + checksum[0]) & 0xffffffff
            chained = chained and checksum == [number(text[16:20]), number(text[20:24])]
            if not chained:
                continue
            frames.append((number(text[:4]), page))
            if number(text[4:8]):
                end, pages = n, number(text[4:8])
        assert len(salts) == 8 and end >= least, "the log is damaged: it ends at %d, %d were safe" % (end, least)
        return dict(frames[:end]), pages, {p for p, _ in frames[:a["frames"]]}

    def read_pages(self):
        a = self.anchor
        log, final, moving = self.read_log() if a["state"] != 0 else ({}, None, set())
        kept = min(a["pages"], a["final"]) if a["state"] == 2 else a["pages"]
        seal, pages = 0, {}
        for n in range(1, kept + 1):
            block = self.file[24576 + (n - 1) * 4096:24576 + n * 4096]
            if a["state"] == 2 and n in moving:
                continue
            text = self.sealed(1, b"P", n, block)
            assert text is not None, "page %d" % n
            seal ^= number(siphash128(self.key[5], n.to_bytes(4, "big") + block[-16:]))
            pages[n] = text + bytes(40)
        assert seal.to_bytes(16, "big") == a["seal"], "seal"
        pages.update(log)
        return [pages.get(n, bytes(4096)) for n in range(1, (final or a["pages"]) + 1)]

    def database(self):
        image = bytearray(b"".join(self.pages))
        image[18:20] = b"\1\1"  # no log any more
        db = sqlite3.connect(":memory:")
        db.deserialize(bytes(image))
        return db


def main():
    path, pass_path = sys.argv[1:3]
    with open(path, "rb") as f:
        file = f.read()
    try:
        with open(path + "-wal", "rb") as f:
            log = f.read()
    except FileNotFoundError:
        log = b""
    with open(pass_path, "rb") as f:
        passphrase = f.readline().rstrip(b"\r\n")
    case = Case(file, log, passphrase)
    for label, text in case.database().execute("SELECT label, json FROM record ORDER BY label"):
        print(label, text.replace("\n", " "))
    print("state %d, %d pages" % (case.anchor["state"], len(case.pages)), file=sys.stderr)


main()
