/*
 * The indicators of a sweep: of a case (sweep_case.h), or from lists of others.
 *
 *     struct sweep_list list = {0};
 *     sweep_list_read(&list, text, n, skip, ctx);                     // a list, one a line
 *     sweep_list_release(&list);
 *
 * A line of a list is an indicator whatever its ending; its type follows from its form. Lines may be defanged. Empty lines and
 * those that begin with # are passed over; what else is no indicator, or would hit everywhere, is told with the reason.
 * Each indicator stands in the list once, in the form of case/store/indicator_value.h.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_LIST_H
#define GENBA_FINDING_SWEEP_SWEEP_LIST_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

#define SWEEP_SHORTEST 4
#define SWEEP_LONGEST  2048 /* bytes of an indicator */

struct sweep_indicator {
	char *value;      /* owned */
	const char *type; /* of the field `type` of indicators */
	char *label;      /* owned; of the record, or "" */
	int is_upload;    /* of the role `upload`: what is sent there is counted */
};

struct sweep_list {
	struct sweep_indicator *all;
	size_t count;
	size_t cap;
	int take_private; /* own and private addresses too */
	uint32_t *index;  /* hash of what is in it */
	size_t index_size;
};

/* Adds one; NULL, or why it cannot be swept for, in the interface's language. `label` is of its record, or "". */
const char *sweep_list_add(struct sweep_list *list, const char *type, const char *value, const char *label);

/* Whether it is in the list, in the form in which indicators are stored. Marks one as a place to which files are sent. */
int sweep_list_has(const struct sweep_list *list, const char *type, const char *value);
void sweep_list_mark_upload(struct sweep_list *list, const char *type, const char *value);

/* The type of indicator that a text is by its form, also defanged: a name with the ending of a file is file_name, and so on; NULL:
 * its form does not tell. */
const char *sweep_list_type(const char *text);

/* Adds each line of n bytes. `skip` is told what was not taken. */
typedef void (*sweep_skip_fn)(void *ctx, uint64_t line, const char *value, const char *reason);
void sweep_list_read(struct sweep_list *list, const char *text, size_t n, sweep_skip_fn skip, void *ctx);

void sweep_list_release(struct sweep_list *list);

/* As text that the worker reads: "type value\n". -1 (ERR_INVALID): it is none. */
void sweep_list_write(const struct sweep_list *list, struct buf *out);

/* SHA-256 of that text. */
void sweep_list_digest(const struct sweep_list *list, char sha256[65]);
int sweep_list_parse(struct sweep_list *list, const char *text, size_t n, struct err *err);

/* The line at *at of such a text: its type; its value is put into `value`, and *at moves behind it. NULL: it is none. */
const char *sweep_list_next(const char **at, const char *end, struct buf *value, struct err *err);

#endif
