#include "help_rows.h"

#include "help_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep(void *ctx, const struct observation *o)
{
	json_array_append_new(ctx, observation_json(o, "", "", "test"));
}

struct parsed parse_beside(const char *parser, const char *path, const void *bytes, size_t n, const char *suffix,
                           const void *other, size_t other_size)
{
	struct parsed p = {.rows = json_array()};
	struct triage_file f = {.path = path};
	struct triage_done done;
	if (suffix) {
		f.beside[0] = (struct triage_beside){suffix, (unsigned char *)(uintptr_t)other, other_size};
		f.beside_count = 1;
	}
	memory_parse(parser, &f, bytes, n, keep, p.rows, &done);
	p.facts = json_incref(done.facts);
	p.problems = json_incref(done.problems);
	snprintf(p.failed, sizeof p.failed, "%s", done.failed.message);
	triage_done_release(&done);
	return p;
}

struct parsed parse_bytes(const char *parser, const char *path, const void *bytes, size_t n)
{
	return parse_beside(parser, path, bytes, n, NULL, NULL, 0);
}

void parsed_release(struct parsed *p)
{
	json_decref(p->rows);
	json_decref(p->facts);
	json_decref(p->problems);
}

static const char *text_of(const json_t *row, const char *field, char room[32])
{
	const json_t *value = json_object_get(row, field);
	if (json_is_integer(value))
		snprintf(room, 32, "%lld", (long long)json_integer_value(value));
	return json_is_integer(value) ? room : json_is_string(value) ? json_string_value(value) : "";
}

const char *row_text(const struct parsed *p, size_t i, const char *field)
{
	static char room[32];
	return text_of(json_array_get(p->rows, i), field, room);
}

const json_t *row_where(const struct parsed *p, const char *const *wanted)
{
	const json_t *row;
	size_t i;
	char room[32];
	json_array_foreach(p->rows, i, row) {
		int fits = 1;
		for (size_t k = 0; wanted[k]; k++) {
			size_t n = strcspn(wanted[k], "=");
			char *name = xstrndup(wanted[k], n);
			fits &= strcmp(text_of(row, name, room), wanted[k] + n + 1) == 0;
			free(name);
		}
		if (fits)
			return row;
	}
	return NULL;
}

void put_le(struct buf *b, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(b, (char)(value >> (8 * i)));
}

void set_le(struct buf *b, size_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		b->data[at + i] = (char)(value >> (8 * i));
}

void put_utf16(struct buf *b, const char *text)
{
	for (; *text; text++)
		put_le(b, (unsigned char)*text, 2);
}
