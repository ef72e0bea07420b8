#include "outward/exchange/shared_form.h"

#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/time/clock.h"
#include "case/query/timeline.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int shared_add_loss(void *ctx, const json_t *item)
{
	struct buf *out = ctx;
	char *text = json_dumps(item, JSON_COMPACT | JSON_SORT_KEYS);
	buf_addf(out, "%s%s", out->len ? ",\n" : "[\n", text ? text : "{}");
	free(text);
	return 0;
}

/* The loss statement: whole in a file, in a sentence for the person. */
static int shared_tell_loss(const struct format_request *request, const struct release *r, struct err *err)
{
	const char *file = format_option(request, "loss");
	size_t fields = release_lost_fields(r);
	uint64_t records;
	uint64_t left_out;
	unsigned long long lost = release_lost_records(r);
	struct buf out = BUF_INIT;
	release_counts(r, &records, &left_out);
	buf_addf(request->told,
	         P_("%llu record leaves, left out: %llu\n", "%llu records leave, left out: %llu\n",
	            (unsigned long long)records),
	         (unsigned long long)records, (unsigned long long)left_out);
	if (lost) /* the preview counts them among those that leave */
		buf_addf(request->told,
		         P_("of these %llu might leave, but the format does not hold it (--loss FILE says why)\n",
		            "of these %llu might leave, but the format does not hold them (--loss FILE says why)\n",
		            lost),
		         lost);
	if (fields)
		buf_addf(request->told,
		         P_("%zu kind of field is left out or altered (--loss FILE names them)\n",
		            "%zu kinds of field are left out or altered (--loss FILE names them)\n",
		            (unsigned long long)fields),
		         fields);
	if (!file)
		return 0;
	release_each_loss(r, shared_add_loss, &out);
	buf_adds(&out, out.len ? "\n]\n" : "[]\n");
	int rc = path_write_file(file, out.data, out.len, 0, err);
	buf_release(&out);
	return rc;
}

/* What was written, and how to look at it. */
static void shared_tell_file(const struct format_request *request)
{
	const char *dot = strrchr(request->path, '.');
	int page = dot && strcmp(dot, ".html") == 0;
	buf_addf(request->told, page ? _("written: %s (open it in a browser)\n") : _("written: %s\n"), request->path);
}

int shared_export(struct format_request *request, const char *name, const char *variant, shared_write_fn write,
                  struct err *err)
{
	struct buf bytes = BUF_INIT;
	int dry = format_option(request, "dry-run") != NULL;
	const char *loss = format_option(request, "loss");
	struct release_wish wish = {.to = format_option(request, "to"),
	                            .tlp = format_option(request, "tlp"),
	                            .approved_by = format_option(request, "approved-by"),
	                            .where = format_option(request, "where"),
	                            .progress = request->progress,
	                            .redacted = format_option(request, "redacted") != NULL,
	                            .internal = format_option(request, "internal") != NULL};
	if (!dry && request->path && strcmp(request->path, "-") == 0) /* it would be a file of that name */
		return err_set(err, ERR_USAGE,
		               _("what leaves is a file whose digest goes on record: name it, '-' is none"));
	if (!dry && case_may_write(request->c, err) < 0)
		return err_prefix(err, _("what leaves is put on record"));
	if (loss && path_must_be_new(loss, err) < 0) /* before anything leaves */
		return -1;
	struct release *r = release_open(request->c, &wish, err);
	int rc = r ? release_begin(r, dry ? NULL : request->path, err) : -1;
	if (rc == 0)
		rc = write(r, variant, &bytes, err);
	if (rc == 0)
		rc = release_finish(r, name, bytes.data, bytes.len, dry ? NULL : request->path, request->label, err);
	if (rc == 0 && !dry && request->path)
		shared_tell_file(request);
	if (rc == 0)
		rc = shared_tell_loss(request, r, err);
	release_close(r);
	buf_release(&bytes);
	return rc;
}

static int is_open(struct edtf_instant t)
{
	return t.seconds == INT64_MIN || t.seconds == INT64_MAX;
}

/* The bound that is asked for; where it is open, the other. */
static int shared_bound(struct case_file *c, const char *edtf, int latest, int64_t *seconds, int *nanoseconds)
{
	struct edtf t;
	struct edtf_instant first;
	struct edtf_instant last;
	if (!edtf || edtf_parse(edtf, &t, NULL) < 0 || edtf_span(&t, timeline_resolve, c, &first, &last) < 0)
		return -1;
	struct edtf_instant bound = latest ? last : first;
	if (is_open(bound))
		bound = latest ? first : last;
	if (is_open(bound))
		return -1;
	*seconds = bound.seconds;
	if (nanoseconds)
		*nanoseconds = bound.nanoseconds;
	return t.form == EDTF_POINT && last.seconds == first.seconds && t.from.zone && !t.from.qualifier;
}

int shared_instant(struct case_file *c, const char *edtf, int64_t *seconds, int *nanoseconds)
{
	return shared_bound(c, edtf, 0, seconds, nanoseconds);
}

int shared_latest(struct case_file *c, const char *edtf, int64_t *seconds, int *nanoseconds)
{
	return shared_bound(c, edtf, 1, seconds, nanoseconds);
}

const char *shared_no_instant(void)
{
	return _("no instant, or of no known zone: its earliest bound stands there, as UTC");
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

void shared_part_uuid(struct case_file *c, const json_t *record, const char *part, char text[37])
{
	unsigned char space[16] = {0};
	char hex[33];
	size_t n = 0;
	for (const char *p = case_id(c); *p && n < 32; p++)
		if (*p != '-')
			hex[n++] = *p;
	hex[n] = '\0';
	sodium_hex2bin(space, sizeof space, hex, n, NULL, NULL, NULL);
	char *name = xasprintf("%s %s", json_string_value(json_object_get(record, "id")), part);
	shared_uuid5(space, name, text);
	free(name);
}

void shared_json(struct buf *out, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	buf_adds(out, text ? text : "null");
	free(text);
	json_decref(object);
}
