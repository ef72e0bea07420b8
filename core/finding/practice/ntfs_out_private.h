/* Parts of the writer of NTFS volumes: what it keeps of each record, and records and indexes as bytes. */
#ifndef GENBA_FINDING_PRACTICE_NTFS_OUT_PRIVATE_H
#define GENBA_FINDING_PRACTICE_NTFS_OUT_PRIVATE_H

#include "base/buf.h"
#include "finding/practice/ntfs_out.h"

#include <stdint.h>

#define NTFS_SECTOR     512U
#define NTFS_CLUSTER    4096U
#define NTFS_RECORD     1024U
#define NTFS_FIRST      24U    /* record of a file that is not the file system's own */
#define NTFS_SECURITY   256U   /* the one security descriptor, which all files have */
#define NTFS_ATTRIBUTES 8U     /* of a record */
#define NTFS_UNITS      65536U /* of $UpCase */

enum ntfs_out_record_number {
	NTFS_MFT,
	NTFS_MIRROR,
	NTFS_LOG,
	NTFS_NAME,
	NTFS_DEFINITIONS,
	NTFS_ROOT,
	NTFS_BITMAP,
	NTFS_BOOT,
	NTFS_BAD,
	NTFS_SECURE,
	NTFS_UPCASE,
	NTFS_EXTEND,
};

enum ntfs_out_attribute_type {
	NTFS_A_STANDARD = 0x10,
	NTFS_A_FILE_NAME = 0x30,
	NTFS_A_VOLUME_NAME = 0x60,
	NTFS_A_VOLUME_INFORMATION = 0x70,
	NTFS_A_DATA = 0x80,
	NTFS_A_INDEX_ROOT = 0x90,
	NTFS_A_INDEX_ALLOCATION = 0xA0,
	NTFS_A_BITMAP = 0xB0,
};

struct ntfs_out_attribute {
	enum ntfs_out_attribute_type type;
	const char *name; /* "": none; a literal, or owned by the entry */
	struct buf bytes;
	uint64_t hole;  /* bytes before them that are in no cluster */
	int outside;    /* they lie in clusters, and not in the record */
	uint64_t first; /* cluster */
};

struct ntfs_out_entry { /* a record of the MFT */
	uint64_t number;
	uint16_t sequence;
	uint64_t parent; /* number of its folder */
	char *name;      /* UTF-8; NULL: the record is free, or reserved */
	char *stream[2]; /* names of its streams */
	int folder;
	int deleted;
	uint32_t flags;   /* of a file: hidden, system, archive */
	uint64_t size;    /* of its content */
	uint64_t created; /* FILETIME, as all */
	uint64_t modified;
	uint64_t changed;
	uint64_t accessed;
	uint64_t named; /* created, as $FILE_NAME says */
	struct ntfs_out_attribute attributes[NTFS_ATTRIBUTES];
	size_t count;
};

struct ntfs_out {
	char *name;
	uint64_t serial;
	uint64_t made;
	struct ntfs_out_entry *entries; /* by number; records that nobody has are there, too */
	size_t count;
	uint64_t clusters;
};

struct ntfs_out_attribute *ntfs_out_add_attribute(struct ntfs_out_entry *e, enum ntfs_out_attribute_type type,
                                                  const char *name);
uint64_t ntfs_out_reference_of(const struct ntfs_out_entry *e);

/* Value of $FILE_NAME; in an index it tells the times that a folder shows. */
void ntfs_out_file_name(const struct ntfs_out *v, const struct ntfs_out_entry *e, int in_index, struct buf *out);
/* Gives a folder its index of the names in it. */
void ntfs_out_index_add(const struct ntfs_out *v, struct ntfs_out_entry *folder);
/* The record, fixups and all: NTFS_RECORD bytes. */
void ntfs_out_record_add(const struct ntfs_out_entry *e, struct buf *out);
/* Makes each sector of the block end with the number that stands at `usa`, whose list keeps what was there. */
void ntfs_out_fix_up(char *block, size_t size, size_t usa);

/* Contents of the file system's own files. */
uint16_t ntfs_out_upcase(uint16_t unit);
void ntfs_out_upcase_table(struct buf *out);        /* $UpCase */
void ntfs_out_definitions(struct buf *out);         /* $AttrDef */
void ntfs_out_secure_add(struct ntfs_out_entry *e); /* $Secure: its stream and its two indexes */
void ntfs_out_boot_sector(const struct ntfs_out *v, uint64_t sectors, struct buf *out);

#endif
