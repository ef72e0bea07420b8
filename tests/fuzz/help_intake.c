#include "help_intake.h"

#include "finding/observation/observation.h"
#include "outward/intake/intake_format.h"

#include "base/err.h"
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct tally {
	json_int_t taken;
	json_int_t named;
	json_int_t items;
	json_int_t rows;
	uint64_t unpacked;
};

static int take_line(void *ctx, json_t *line, struct err *err)
{
	struct tally *t = ctx;
	(void)err;
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	if (!text)
		abort();
	free(text);
	if (json_object_get(line, "items")) {
		t->items = json_integer_value(json_object_get(line, "items"));
		t->rows = json_integer_value(json_object_get(line, "rows"));
	} else if (!json_object_get(line, "lost")) {
		t->taken++;
	} else if (!*json_get_string(line, "lost")) {
		t->named += json_integer_value(json_object_get(line, "count"));
	}
	json_decref(line);
	return 0;
}

static int take_rows(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct tally *t = ctx;
	struct observation o;
	size_t length;
	for (size_t at = 0; at < n; at += length, t->unpacked++)
		if (observation_unpack((const char *)bytes + at, n - at, &o, &length, err) != 1)
			abort();
	return 0;
}

void help_intake(const char *form, const unsigned char *bytes, size_t n)
{
	static int fd = -1;
	struct err err = ERR_INIT;
	struct tally t = {0};
	if (fd < 0 && (fd = memfd_create("intake", 0)) < 0)
		abort();
	if (ftruncate(fd, 0) < 0 || pwrite(fd, bytes, n, 0) != (ssize_t)n)
		abort();
	json_t *request = json_object();
	const struct intake_format *format = intake_format_find(form);
	struct intake_out out = {.to = {take_line, take_rows, &t}, .request = request, .packed = BUF_INIT};
	struct intake_source source = {.fd = fd, .limit = format->timeline ? 0 : INTAKE_LIMIT};
	if (format->read(&out, &source, &err) == 0 && intake_finish(&out, &err) == 0) {
		if (t.items != t.taken + t.named + t.rows || t.rows != (json_int_t)t.unpacked)
			abort();
	} else if (!*err.message) {
		abort();
	}
	intake_release(&out);
	json_decref(request);
}
