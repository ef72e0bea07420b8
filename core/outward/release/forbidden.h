/*
 * Looks for names that must not leave in the bytes that are about to.
 *
 *     struct forbidden *f = forbidden_new();
 *     forbidden_add(f, "HR-PC-03", "R1-A1", "hostname");
 *     struct forbidden_hit hit;
 *     if (forbidden_search(f, bytes, n, &hit)) … hit.label, hit.field, hit.name …
 *
 * A name is found in every dress that a format or a writer gives it: in either case, half and full width, defanged (evil[.]test),
 * as an escape of JSON, a URL or HTML, inside base64 of text, as a part of a longer domain or URL. What is no part of a name
 * ends it: PC-3 is not in PC-31, and 青葉 is where 青葉 stands. Names of fewer than FORBIDDEN_LEAST bytes are left alone:
 * they stand everywhere.
 */
#ifndef GENBA_OUTWARD_RELEASE_FORBIDDEN_H
#define GENBA_OUTWARD_RELEASE_FORBIDDEN_H

#include <stddef.h>

#define FORBIDDEN_LEAST 3
#define FORBIDDEN_SEAM  2048 /* bytes that a name, or what it is packed into, may reach over a border */

struct forbidden;

struct forbidden_hit {
	const char *name; /* as it was added; borrowed, as the others are, from the names */
	const char *label;
	const char *field;
};

struct forbidden *forbidden_new(void);
void forbidden_free(struct forbidden *f); /* NULL is allowed */

/* A name, and whose it is (a label and a field's name, for the message; the field's is borrowed). */
void forbidden_add(struct forbidden *f, const char *name, const char *label, const char *field);

/* This name may leave, whoever else bears it too. */
void forbidden_allow(struct forbidden *f, const char *name);

size_t forbidden_count(const struct forbidden *f);

/* 1 with the first that is found, the longest of those that begin there; 0. Add nothing after the first search. */
int forbidden_search(struct forbidden *f, const void *bytes, size_t n, struct forbidden_hit *hit);

#endif
