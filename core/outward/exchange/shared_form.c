#include "outward/exchange/shared_form.h"

#include "base/err.h"
#include "base/time/clock.h"
#include "case/query/timeline.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *ending(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot && strcmp(dot, ".jsonl") == 0 ? "jsonl" : "csv";
}

static const struct shared_form shared_forms[] = {
    {"stix", NULL, stix_write},
    {"misp", NULL, misp_write},
    {"timesketch", ending, timesketch_write},
};

const struct shared_form *shared_form_find(const char *name)
{
	for (size_t i = 0; i < sizeof shared_forms / sizeof *shared_forms; i++)
		if (strcmp(shared_forms[i].name, name) == 0)
			return &shared_forms[i];
	return NULL;
}

int shared_instant(struct case_file *c, const char *edtf, int64_t *seconds, int *nanoseconds)
{
	struct edtf t;
	struct edtf_instant first;
	struct edtf_instant last;
	if (!edtf || edtf_parse(edtf, &t, NULL) < 0 || edtf_span(&t, timeline_resolve, c, &first, &last) < 0)
		return -1;
	if (first.seconds == INT64_MIN)
		first = last;
	if (first.seconds == INT64_MIN || first.seconds == INT64_MAX)
		return -1;
	*seconds = first.seconds;
	if (nanoseconds)
		*nanoseconds = first.nanoseconds;
	return t.form == EDTF_POINT && last.seconds == first.seconds && !t.from.qualifier;
}

void shared_time(int64_t seconds, int nanoseconds, char text[32])
{
	char whole[CLOCK_TEXT];
	clock_format_utc((struct clock_time){.seconds = seconds}, whole);
	whole[strcspn(whole, "Z")] = '\0';
	snprintf(text, 32, "%.19s.%03dZ", whole, nanoseconds / 1000000);
}

void shared_uuid5(const unsigned char space[16], const char *name, char text[37])
{
	unsigned char digest[SHA_DIGEST_LENGTH];
	struct buf bytes = BUF_INIT;
	buf_add(&bytes, space, 16);
	buf_adds(&bytes, name);
	SHA1((const unsigned char *)bytes.data, bytes.len, digest);
	buf_release(&bytes);
	digest[6] = (unsigned char)((digest[6] & 0x0F) | 0x50);
	digest[8] = (unsigned char)((digest[8] & 0x3F) | 0x80);
	snprintf(text, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", digest[0], digest[1],
	         digest[2], digest[3], digest[4], digest[5], digest[6], digest[7], digest[8], digest[9], digest[10],
	         digest[11], digest[12], digest[13], digest[14], digest[15]);
}

void shared_json(struct buf *out, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	buf_adds(out, text ? text : "null");
	free(text);
	json_decref(object);
}
