#include "playbook/load/problem.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "playbook/load/source_map.h"

#include <stdlib.h>

static void locate(const struct playbook *p, const char *pointer, struct buf *line)
{
	if (p->foreign) {
		buf_addf(line, "%s: %s: ", p->file, *pointer ? pointer : "/");
		return;
	}
	struct place at = source_map_find(p->places, p->root, pointer);
	buf_addf(line, "%s:%u:%u: ", p->file, at.line, at.column);
}

__attribute__((format(printf, 4, 0))) static void describe(const struct playbook *p, const char *pointer,
                                                           struct buf *line, const char *format, va_list args)
{
	locate(p, pointer, line);
	buf_addv(line, format, args);
}

/* The error is the words, and the place before them. */
static __attribute__((format(printf, 4, 0))) int fail_at(const struct playbook *p, const char *pointer, struct err *err,
                                                         const char *format, va_list args)
{
	struct buf line = BUF_INIT;
	buf_addv(&line, format, args);
	err_set(err, ERR_INVALID, "%s", line.data);
	buf_release(&line);
	if (p->foreign)
		return err_prefix(err, "%s: %s", p->file, *pointer ? pointer : "/");
	struct place at = source_map_find(p->places, p->root, pointer);
	return err_place(err, p->file, at.line, at.column);
}

int problem_fail(const struct playbook *p, const char *pointer, struct err *err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int rc = fail_at(p, pointer, err, format, args);
	va_end(args);
	return rc;
}

static void problem_add(json_t *list, const struct buf *line)
{
	struct buf safe = BUF_INIT;
	size_t n = json_array_size(list);
	if (n == PROBLEM_LIMIT - 1) {
		json_array_append_new(list, json_string(_("… and more of the kind")));
	} else if (n < PROBLEM_LIMIT) {
		printable_add(&safe, line->data, line->len, PRINTABLE_LINE);
		json_array_append_new(list, json_string(safe.data));
	}
	buf_release(&safe);
}

void problem_departure(struct playbook *p, const char *pointer, const char *format, ...)
{
	struct buf line = BUF_INIT;
	va_list args;
	va_start(args, format);
	describe(p, pointer, &line, format, args);
	va_end(args);
	problem_add(p->departures, &line);
	buf_release(&line);
}

void problem_unsupported(struct playbook *p, const char *pointer, const char *format, ...)
{
	struct buf line = BUF_INIT;
	va_list args;
	va_start(args, format);
	describe(p, pointer, &line, format, args);
	va_end(args);
	problem_add(p->unsupported, &line);
	buf_release(&line);
}

int problem_either(struct playbook *p, const char *pointer, struct err *err, const char *format, ...)
{
	struct buf line = BUF_INIT;
	va_list args;
	va_start(args, format);
	if (p->foreign) {
		describe(p, pointer, &line, format, args);
		problem_add(p->departures, &line);
	} else {
		fail_at(p, pointer, err, format, args);
	}
	va_end(args);
	buf_release(&line);
	return p->foreign ? 0 : -1;
}

char *problem_pointer(const char *step, const char *member, const char *key)
{
	struct buf pointer = BUF_INIT;
	buf_adds(&pointer, "/workflow");
	source_map_pointer_add(&pointer, step);
	if (member)
		source_map_pointer_add(&pointer, member);
	if (key)
		source_map_pointer_add(&pointer, key);
	return buf_take(&pointer, NULL);
}
