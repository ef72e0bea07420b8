/*
 * A small NTFS volume of our own making, as a file: what mkntfs and a life of
 * months would leave, for practice and for tests. Deterministic: the same calls
 * give the same bytes. The libraries of others read it (libtsk, ntfs-3g).
 *
 *     struct ntfs_out *v = ntfs_out_new("PRACTICE", 0x20140716, "2013-11-05T01:00:00Z");
 *     ntfs_out_file(v, &(struct ntfs_out_file){.path = "Users/a/note.txt", .bytes = "…", .size = 3,
 *                                          .created = "2014-01-10T00:44:09Z"});
 *     ntfs_out_write(v, "terminal-a.img", &err);
 *     ntfs_out_free(v);
 *
 * Geometry: 512-byte sectors, 4-KiB clusters, MFT records of 1 KiB, version 3.1.
 * Folders are made where a path names them, with the time of their first file. A
 * folder may hold some 150 entries: its index has one level of blocks below its
 * root. Format: Windows' own, as B. Carrier, "File System Forensic Analysis"
 * (2005), chapters 11 to 13, and the documentation of the Linux-NTFS project tell it.
 */
#ifndef GENBA_FINDING_PRACTICE_NTFS_OUT_H
#define GENBA_FINDING_PRACTICE_NTFS_OUT_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct ntfs_out;

/* Times are texts (bytes_out.h); NULL: as `created`, and that as the volume's own. Everything is copied. */
struct ntfs_out_file {
	const char *path; /* UTF-8, with '/' */
	const void *bytes;
	size_t size;
	const char *created;
	const char *modified;
	const char *changed; /* of the record */
	const char *accessed;
	const char *named;       /* what $FILE_NAME says in place of `created`: when it was really made */
	const char *zone;        /* text of the stream Zone.Identifier; NULL: it has none */
	const char *stream;      /* name of a stream that holds `bytes`, in place of its content */
	size_t hole;             /* bytes of that stream before `bytes`, a multiple of 4096 */
	const char *more_stream; /* and of another one */
	const void *more_bytes;  /* small: at most 200 bytes */
	size_t more_size;
	int deleted; /* its record and clusters are free again, and not yet used */
};

struct ntfs_out *ntfs_out_new(const char *name, uint64_t serial, const char *made);
void ntfs_out_free(struct ntfs_out *v);

/* Adds it; the number of its record, which is that of its name in a change journal. */
uint64_t ntfs_out_file(struct ntfs_out *v, const struct ntfs_out_file *f);

/* The record of a file or folder that was added: number and sequence as a reference has them. 0: there is none. */
uint64_t ntfs_out_reference(const struct ntfs_out *v, const char *path);

/* Writes the image, with holes where there are zeros; an existing file is replaced. 0 or -1. */
int ntfs_out_write(struct ntfs_out *v, const char *path, struct err *err);

#endif
