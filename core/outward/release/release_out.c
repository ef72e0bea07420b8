/* The file that leaves: searched for names and written line by line, named and put on record at the end. */
#include "outward/release/release_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/kinds.h"
#include "case/kind/tlp.h"
#include "case/store/disputed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 20)

static int cannot_write(const struct release *r, struct err *err)
{
	return err_set_errno(err, ERR_FAILED, errno, _("cannot write '%s'"), r->path);
}

int release_begin(struct release *r, const char *path, struct err *err)
{
	crypto_hash_sha256_init(&r->digest);
	r->begun = 1;
	if (!path)
		return 0;
	r->path = xstrdup(path);
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct forbidden_hit hit;
	if (!r->internal && forbidden_search(r->forbidden, name, strlen(name), &hit)) {
		err_set(err, ERR_FAILED,
		        _("nothing was written: the %s of %s, which may not leave, stands in the name of the file; "
		          "give it another name"),
		        hit.field, hit.label);
		return err_about(err, "out");
	}
	if (path_must_be_new(path, err) < 0)
		return err_about(err, "out");
	return new_file_open(&r->file, path, err) < 0 ? err_about(err, "out") : 0;
}

void release_abandon(struct release *r)
{
	new_file_abandon(&r->file);
	free(r->path);
	r->path = NULL;
}

static int write_all(struct release *r, const char *bytes, size_t n, struct err *err)
{
	while (r->file.fd >= 0 && n > 0) {
		ssize_t written = write(r->file.fd, bytes, n);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return cannot_write(r, err);
		bytes += written;
		n -= (size_t)written;
	}
	return 0;
}

/* Places where nothing is cut that could be taken for a name then. */
static int is_border(char c)
{
	return c && strchr("\n\r\t ,;\"'<>", c);
}

/* What has been taken ends where a line does, and a name may run over it. */
static int in_seam(struct release *r, const char *bytes, size_t n, struct forbidden_hit *hit)
{
	struct buf seam = BUF_INIT;
	size_t begin = 0;
	size_t more = n < FORBIDDEN_SEAM ? n : FORBIDDEN_SEAM;
	while (more < n && more > 0 && !is_border(bytes[more - 1]))
		more--;
	buf_add(&seam, r->seam, r->seam_size);
	buf_add(&seam, bytes, more);
	while (r->seam_size == FORBIDDEN_SEAM && begin < seam.len && !is_border(seam.data[begin]))
		begin++;
	int found = r->seam_size && forbidden_search(r->forbidden, seam.data + begin, seam.len - begin, hit);
	size_t keep = more < n ? FORBIDDEN_SEAM : seam.len < FORBIDDEN_SEAM ? seam.len : FORBIDDEN_SEAM;
	memcpy(r->seam, more < n ? bytes + n - keep : seam.data + seam.len - keep, keep);
	r->seam_size = keep;
	buf_release(&seam);
	return found;
}

/* Which record that leaves quotes a name, and in which field. */
struct quoting {
	struct release *r;
	const struct forbidden_hit *hit;
	char label[LABEL_TEXT]; /* "": none was found */
	const struct field *field;
};

static int quotes(const struct quoting *q, const json_t *value)
{
	struct forbidden_hit hit;
	char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
	const char *searched = text ? text : json_string_value(value);
	int found = searched && forbidden_search(q->r->forbidden, searched, strlen(searched), &hit) &&
	            strcmp(hit.label, q->hit->label) == 0 && strcmp(hit.field, q->hit->field) == 0;
	free(text);
	return found;
}

/* A record_fn. A record or a field that the format cannot hold did not bring the name. */
static int find_quoting(void *ctx, json_t *record)
{
	struct quoting *q = ctx;
	const struct kind *kind = record_kind(record);
	const struct release_label *entry = release_labels_find(&q->r->labels, record_label(record));
	for (size_t i = 0; kind && entry && !(entry->state & LABEL_LOST) && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		if (!quotes(q, json_object_get(record, field->name)) ||
		    release_has_no_place(q->r, kind->name, field->name))
			continue;
		snprintf(q->label, sizeof q->label, "%s", record_label(record));
		q->field = field;
		return 1;
	}
	return 0;
}

/* Says where the name comes from, and what helps: pseudonyms only for what has one. */
static int refuse(struct release *r, const struct forbidden_hit *hit, struct err *err)
{
	struct quoting q = {.r = r, .hit = hit};
	struct err none = ERR_INIT; /* cancelled, or not readable: it is refused all the same */
	json_t *named = record_get(r->c, hit->label, RECORD_WITH_RETRACTED, &none);
	int helps = !r->redacted && named && release_names(named);
	int is_unapproved = named && kind_has(json_get_string(named, "kind"), KIND_INDICATOR) &&
	                    !record_surely_is(named, "shareable", "approved");
	int is_above = named && tlp_rank(release_tlp_of(r, named)) > tlp_rank(r->tlp);
	json_decref(named);
	err_clear(&none);
	release_each(r, NULL, find_quoting, &q, &none);
	err_clear(&none);
	if (*q.label && helps)
		return err_set(err, ERR_FAILED,
		               _("nothing was written: the %s of %s, which may not leave, stands in %s, '%s'; correct "
		                 "it there, or use --redacted (in Exchange: p)"),
		               hit->field, hit->label, q.label, field_label(q.field));
	if (*q.label && is_unapproved && is_above)
		return err_set(err, ERR_FAILED,
		               _("nothing was written: the %s of %s, which may not leave, stands in %s, '%s'; if its "
		                 "provider allows it: set %s shareable=approved tlp=%s; else keep that record back: "
		                 "set %s tlp=RED"),
		               hit->field, hit->label, q.label, field_label(q.field), hit->label, r->tlp, q.label);
	if (*q.label && is_unapproved) /* the mail that it was made of says the truth: it is not to be corrected */
		return err_set(
		    err, ERR_FAILED,
		    _("nothing was written: the %s of %s, which may not leave, stands in %s, '%s'; if its "
		      "provider allows it: set %s shareable=approved; else keep that record back: set %s tlp=RED"),
		    hit->field, hit->label, q.label, field_label(q.field), hit->label, q.label);
	if (*q.label)
		return err_set(err, ERR_FAILED,
		               _("nothing was written: the %s of %s, which may not leave, stands in %s, '%s'; correct "
		                 "it there, or keep that record back: set %s tlp=RED"),
		               hit->field, hit->label, q.label, field_label(q.field), q.label);
	return err_set(err, ERR_FAILED,
	               _("nothing was written: the %s of %s, which may not leave, stands in what would have left; "
	                 "correct the record that quotes it, or use --redacted"),
	               hit->field, hit->label);
}

static int take(struct release *r, const char *bytes, size_t n, struct err *err)
{
	struct forbidden_hit hit;
	if (!r->internal && n && (forbidden_search(r->forbidden, bytes, n, &hit) || in_seam(r, bytes, n, &hit)))
		return refuse(r, &hit, err);
	crypto_hash_sha256_update(&r->digest, (const unsigned char *)bytes, n);
	r->size += n;
	return write_all(r, bytes, n, err);
}

int release_flush(struct release *r, struct buf *out, struct err *err)
{
	if (release_step(r, err) < 0)
		return -1;
	if (!r->begun || out->len < PIECE)
		return 0;
	const char *end = memrchr(out->data, '\n', out->len);
	if (!end)
		return 0;
	size_t n = (size_t)(end - out->data) + 1;
	if (take(r, out->data, n, err) < 0)
		return -1;
	memmove(out->data, out->data + n, out->len - n);
	buf_truncate(out, out->len - n);
	return 0;
}

void release_keep_secret(struct release *r, const char *secret)
{
	free(r->secret);
	r->secret = xstrdup(secret);
}

static int record_release(struct release *r, const char *format, const char *sha256, char label[LABEL_TEXT],
                          struct err *err)
{
	uint64_t records;
	uint64_t left_out;
	char counts[3][24];
	const char *name = strrchr(r->path, '/');
	release_counts(r, &records, &left_out);
	snprintf(counts[0], sizeof counts[0], "%llu", (unsigned long long)records);
	snprintf(counts[1], sizeof counts[1], "%llu", (unsigned long long)left_out);
	snprintf(counts[2], sizeof counts[2], "%llu", (unsigned long long)r->size);
	const struct assign all[] = {{"format", format},
	                             {"when", "now"},
	                             {"file", name ? name + 1 : r->path},
	                             {"sha256", sha256},
	                             {"size", counts[2]},
	                             {"records", counts[0]},
	                             {"left_out", counts[1]},
	                             {"commit", case_head(r->c)},
	                             {"redacted", r->redacted ? "yes" : "no"},
	                             {"twin_key", r->secret},
	                             {"tlp", r->tlp},
	                             {"to", r->to},
	                             {"approved_by", r->decision}};
	struct assign fields[sizeof all / sizeof *all];
	size_t count = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].value)
			fields[count++] = all[i];
	return record_add(r->c, "release", fields, count, RECORD_MACHINE, label, err);
}

int release_finish(struct release *r, const char *format, const void *bytes, size_t n, const char *path,
                   char label[LABEL_TEXT], struct err *err)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char sha256[65];
	if (!r->begun && release_begin(r, path, err) < 0)
		return -1;
	if (take(r, bytes, n, err) < 0)
		return -1;
	if (!r->path)
		return 0;
	crypto_hash_sha256_final(&r->digest, digest);
	sodium_bin2hex(sha256, sizeof sha256, digest, sizeof digest);
	if (new_file_name(&r->file, 0, err) < 0)
		return -1;
	if (record_release(r, format, sha256, label, err) < 0) {
		unlink(r->path); /* nothing leaves that is not on record */
		return -1;
	}
	return 0;
}
