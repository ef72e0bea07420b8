/*
 * Forms in which a case goes out and records come in: `export NAME PATH` and
 * `import NAME PATH`.
 *
 * A form is one constant of this type in any .c below core/, its definition at
 * the beginning of a line; the build collects them (cmake/rows.cmake). What
 * comes in is foreign: it is parsed in the cage (base/worker/worker.h).
 *
 *     const struct exchange_format git_format = {.name = "git", .write = git_write};
 */
#ifndef GENBA_OUTWARD_EXCHANGE_FORMAT_H
#define GENBA_OUTWARD_EXCHANGE_FORMAT_H

#include "base/progress.h"
#include "case/store/case_file.h"

struct buf;

struct exchange_format {
	const char *name; /* a word, as it is typed */
	/* Writes it to the path; `told` gets what the person may want to know, printable lines. NULL: it does not go out. */
	int (*write)(struct case_file *c, const char *path, const struct progress *progress, struct buf *told,
	             struct err *err);
	/* Takes it in, one action; `told` as above. NULL: it does not come in. */
	int (*read)(struct case_file *c, const char *path, const struct progress *progress, struct buf *told,
	            struct err *err);
};

#endif
