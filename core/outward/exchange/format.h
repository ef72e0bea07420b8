/*
 * Forms in which a case goes out: `export NAME [WORD] PATH`.
 *
 * A form is one constant of this type in any .c below core/, its definition at
 * the beginning of a line; the build collects them (cmake/rows.cmake), and nobody
 * else compares its name. It asks the request for the options that it knows.
 *
 *     const struct exchange_format git_format = {.name = "git", .write = git_write};
 *
 * What leaves for others goes through the gate: shared_form.h.
 */
#ifndef GENBA_OUTWARD_EXCHANGE_FORMAT_H
#define GENBA_OUTWARD_EXCHANGE_FORMAT_H

#include "base/progress.h"
#include "case/store/case_file.h"

struct buf;

/* What the person asked for, and where answers go. */
struct format_request {
	struct case_file *c;
	const char *const *words; /* as many as the row's `words`, then the path; borrowed */
	const char *path;
	const char *(*option)(const void *options,
	                      const char *name); /* the value of --NAME, "" if it has none; NULL: not given */
	const void *options;
	const struct progress *progress;
	struct buf *out;        /* what goes to standard output, where the path is `-` */
	struct buf *told;       /* what the person may want to know, printable lines */
	char label[LABEL_TEXT]; /* of the record that says what left; "": there is none */
};

struct exchange_format {
	const char *name;   /* a word, as it is typed */
	const char *ending; /* of the name of such a file; NULL: it is a folder */
	size_t words;       /* between the name and the path */
	int (*write)(struct format_request *r, struct err *err);
};

/* The value of an option of the request, or NULL. */
static inline const char *format_option(const struct format_request *r, const char *name)
{
	return r->option(r->options, name);
}

#endif
