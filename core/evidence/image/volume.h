/*
 * A copy's bytes on a medium: one file, or parts for media with small files.
 *
 * While it is written the copy is named NAME.part; volume_finish() syncs it and
 * gives it its name. With a split size it is NAME.001, NAME.002, … of that many
 * bytes each (FAT32 takes at most 4 GiB − 1 a file), which `cat` joins again.
 * What was written stays when work is interrupted, so that it can go on.
 */
#ifndef GENBA_EVIDENCE_IMAGE_VOLUME_H
#define GENBA_EVIDENCE_IMAGE_VOLUME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;

struct volume {
	char *path;       /* the final name, without a part's number */
	int dir;          /* the folder that the names are below; AT_FDCWD */
	char *unfinished; /* the name while it is written, or NULL: as said above */
	int together;     /* one of many, which are synced together at the end */
	int error;        /* errno of the last failure to write */
	uint64_t split;   /* bytes of a part; 0: one file */
	uint64_t size;    /* bytes written so far, or of the finished copy */
	int writing;
	int *fds;
	size_t count;
	/* A raw copy compares each piece as soon as it is written, if told so; the first place that differed. */
	int compares;
	int differs;
	uint64_t differs_at;
};

/* A new copy; neither it nor its unfinished form exists before. */
int volume_create(struct volume *v, const char *path, uint64_t split, struct err *err);

/* A copy of one file below a folder, with this name while it is written. The folder's descriptor may be closed then. */
int volume_create_in(struct volume *v, int dir, const char *name, const char *unfinished, struct err *err);

/* 1 if an errno says that the medium cannot hold this name, link or length, and not that it fails. */
int volume_cannot_hold(int error);

#define VOLUME_AS_IT_IS UINT64_MAX

/*
 * An unfinished copy to go on with; what lies behind `size` is cut off. ERR_NOT_FOUND if it is shorter or gone. One that
 * had its final name already (the work ended between that and the record) becomes unfinished again.
 */
int volume_resume(struct volume *v, const char *path, uint64_t split, uint64_t size, struct err *err);

/* A finished copy, for reading; parts are found by themselves. */
int volume_open(struct volume *v, const char *path, struct err *err);

/* The path of part `i`, counted from 0, of a finished copy; of one in one file, the copy's. The caller frees. */
char *volume_part_path(const struct volume *v, size_t i);

#define VOLUME_SIZE_UNKNOWN UINT64_MAX

/* Lines (printable, each with its end) that name parts of a finished copy that are missing or shorter than they were; `size`:
 * bytes it had. Nothing for a copy in one file. */
void volume_explain(const struct volume *v, uint64_t size, struct buf *lines);

/* Writes at `offset`, which may lie behind the end: what is between is a hole of zeros. */
int volume_write(struct volume *v, uint64_t offset, const void *bytes, size_t n, struct err *err);

/* The same, but blocks of zeros are left out: holes, once volume_truncate() has made it so. */
int volume_write_data(struct volume *v, uint64_t offset, const void *bytes, size_t n, struct err *err);

/* 1 on a file system in memory: no medium is behind it, and nothing could be read later that cannot be read now. */
int volume_is_in_memory(const struct volume *v);

/* 1 if these bytes are read at `offset`. */
int volume_holds(struct volume *v, uint64_t offset, const void *bytes, size_t n);

/* As pread(); the form that a source takes as its layer. */
ssize_t volume_read(void *v, void *bytes, size_t n, uint64_t offset);

/* Makes it exactly `size` bytes long. */
int volume_truncate(struct volume *v, uint64_t size, struct err *err);

int volume_sync(struct volume *v, struct err *err);

/* Syncs, if it is not one of many, and renames: the copy has its final name. */
int volume_finish(struct volume *v, struct err *err);

/* 1 if no byte of it is left in memory, so that it will be read from the medium. */
int volume_drop_cache(struct volume *v);

/* Closes; with `discard` an unfinished copy is removed. */
void volume_close(struct volume *v, int discard);

/* A free name below `dir` for a copy of `path`: its last name and `ending`, with a number if that (or its unfinished form,
 * or its parts) is there; one that is made of it where the medium cannot hold it (base/file/held_name.h). The caller frees. */
char *volume_choose_name(const char *dir, const char *path, const char *ending);

#endif
