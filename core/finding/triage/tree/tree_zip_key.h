/*
 * Entries of zips that are locked with a password: ZipCrypto (PKWARE's APPNOTE.TXT 6.1) and AES as WinZip has it ("AE-1 and AE-2
 * Encryption Specification" 1.04: PBKDF2 of SHA-1, a counter of which the lowest byte comes first, HMAC-SHA-1 behind the bytes).
 */
#ifndef GENBA_FINDING_TRIAGE_TREE_TREE_ZIP_KEY_H
#define GENBA_FINDING_TRIAGE_TREE_TREE_ZIP_KEY_H

#include "base/buf.h"

#define ZIP_METHOD_AES 99U

struct zip_lock {
	unsigned check;    /* ZipCrypto: what the twelfth byte is */
	unsigned strength; /* AES: 1 to 3; 0: ZipCrypto */
};

/* Appends what the password makes of the entry's bytes. 1: the password is another one; -1: the bytes are not what was locked. */
int tree_zip_key_open(const struct zip_lock *lock, const char *password, const unsigned char *bytes, size_t n,
                      struct buf *out);

#endif
