/*
 * BitLocker volumes of our own making around a volume that is given, as Windows 7 and later lay them out (metadata of version
 * 2), with every kind of protector that a reader meets. Deterministic. The bytes by "Joachim Metz, BitLocker Drive Encryption
 * (BDE) format"; cryptsetup, dislocker and libbde open what is made here.
 *
 *     struct buf volume = BUF_INIT;
 *     made_bitlocker(&(struct made_bitlocker){.held = ntfs.data, .size = ntfs.len, .password = "correct horse"}, &volume);
 */
#ifndef GENBA_TESTS_HELP_BITLOCKER_H
#define GENBA_TESTS_HELP_BITLOCKER_H

#include "base/buf.h"

#include <stdint.h>

enum made_method {
	MADE_DIFFUSER_128 = 0x8000, /* named only: the data are as those of MADE_CBC_128 */
	MADE_CBC_128 = 0x8002,
	MADE_CBC_256 = 0x8003,
	MADE_XTS_128 = 0x8004, /* taken if none is named */
	MADE_XTS_256 = 0x8005,
};

struct made_bitlocker {
	const void *held; /* the volume within: at least 8192 bytes, a multiple of 512 */
	size_t size;
	enum made_method method;
	/* Protectors of its master key; as many as are named. */
	const char *password;
	const char *recovery; /* eight groups of six digits, each of a multiple of 11 */
	int clear;            /* the key lies on the volume: protection is suspended */
	int tpm;
	int startup;    /* a key on a stick (BEK) */
	int converting; /* encryption is still under way */
	int to_go;      /* the header that Windows writes on a stick */
	size_t apart;   /* bytes from one copy of the metadata to the next; 0: 64 KiB, as Windows does */
};

void made_bitlocker(const struct made_bitlocker *m, struct buf *out);

#endif
