#include "outward/intake/intake_out.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/words.h"
#include "finding/observation/observation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIFFERENT 1000 /* reasons that are told apart */
#define HOSTS     500  /* machines that are told */
#define WHAT      100  /* bytes of what something is called */

void intake_item(struct intake_out *out)
{
	out->items++;
	json_decref(out->records);
	out->records = NULL;
}

void intake_record(struct intake_out *out, const char *kind, json_t *fields)
{
	if (!out->records)
		out->records = json_array();
	json_array_append_new(out->records, json_pack("{s:s, s:o}", "kind", kind, "fields", fields));
}

int intake_taken(struct intake_out *out, const char *id, size_t line, struct err *err)
{
	json_t *records = out->records;
	out->records = NULL;
	return out->to.line(out->to.ctx,
	                    json_pack("{s:o, s:s, s:I}", "records", records ? records : json_array(), "id",
	                              id ? id : "", "line", (json_int_t)line),
	                    err);
}

static int is_count(const struct intake_count *c, const char *kind, const char *what, const char *reason)
{
	return strcmp(c->what, what) == 0 && strcmp(c->reason, reason) == 0 && strcmp(c->kind, kind) == 0;
}

static void count_it(struct intake_out *out, const char *kind, const char *what, const char *reason)
{
	int full = out->count >= DIFFERENT;
	if (out->last < out->count && is_count(&out->counts[out->last], kind, what, reason)) {
		out->counts[out->last].records++;
		return;
	}
	for (size_t i = 0; i < out->count; i++)
		if (is_count(&out->counts[i], kind, what, reason)) {
			out->counts[i].records++;
			out->last = i;
			return;
		}
	if (full && strcmp(what, "*") != 0) { /* one more line for each of the two, at most */
		count_it(out, *kind ? "*" : "", "*", _("further reasons"));
		return;
	}
	size_t n = strlen(what);
	for (n = n > WHAT ? WHAT : n; (what[n] & 0xC0) == 0x80; n--) /* not inside a character */
		;
	char *cut = xstrndup(what, n);
	out->counts = xrealloc(out->counts, (out->count + 1) * sizeof *out->counts);
	out->counts[out->count] = (struct intake_count){xstrdup(kind), cut, xstrdup(reason), 1};
	out->last = out->count++;
}

void intake_named(struct intake_out *out, const char *what, const char *reason)
{
	json_decref(out->records);
	out->records = NULL;
	count_it(out, "", what, reason);
}

void intake_lost_field(struct intake_out *out, const char *kind, const char *field, const char *reason)
{
	count_it(out, kind, field, reason);
}

void intake_host(struct intake_out *out, const char *host)
{
	if (!out->hosts)
		out->hosts = json_object();
	if (!json_object_get(out->hosts, host) && json_object_size(out->hosts) < HOSTS && strlen(host) < 256)
		json_object_set_new(out->hosts, host, json_null());
}

static int flush(struct intake_out *out, struct err *err)
{
	int rc = out->packed.len ? out->to.raw(out->to.ctx, out->packed.data, out->packed.len, err) : 0;
	buf_clear(&out->packed);
	return rc;
}

int intake_row(struct intake_out *out, const struct observation *o, struct err *err)
{
	struct err why = ERR_INIT;
	if (observation_pack(o, &out->packed, &why) < 0) {
		intake_named(out, _("row"), _("it is longer than a row may be"));
		return 0;
	}
	out->rows++;
	return out->packed.len >= WORKER_RAW / 2 ? flush(out, err) : 0;
}

int intake_finish(struct intake_out *out, struct err *err)
{
	if (flush(out, err) < 0)
		return -1;
	for (size_t i = 0; i < out->count; i++) {
		const struct intake_count *c = &out->counts[i];
		json_t *line = json_pack("{s:s, s:s, s:s, s:I}", "lost", c->kind, "what", c->what, "reason", c->reason,
		                         "count", (json_int_t)c->records);
		if (out->to.line(out->to.ctx, line, err) < 0)
			return -1;
	}
	json_t *hosts = out->hosts ? json_incref(out->hosts) : json_object();
	return out->to.line(out->to.ctx,
	                    json_pack("{s:I, s:I, s:o}", "items", (json_int_t)out->items, "rows", (json_int_t)out->rows,
	                              "hosts", hosts),
	                    err);
}

void intake_release(struct intake_out *out)
{
	for (size_t i = 0; i < out->count; i++) {
		free(out->counts[i].kind);
		free(out->counts[i].what);
		free(out->counts[i].reason);
	}
	free(out->counts);
	json_decref(out->records);
	json_decref(out->hosts);
	buf_release(&out->packed);
}

/* ---- fields */

void intake_set(json_t *fields, const char *name, const char *text)
{
	if (text && *text)
		json_object_set_new(fields, name, json_string(text));
}

const char *intake_text(const json_t *object, const char *key)
{
	const char *text = json_get_string(object, key);
	return text && *text ? text : NULL;
}

void intake_lost_members(struct intake_out *out, const char *kind, const json_t *object, const char *known)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		int empty = json_is_null(value) || (json_is_string(value) && !*json_string_value(value)) ||
		            (json_is_array(value) && json_array_size(value) == 0);
		if (!empty && !words_among(known, key))
			intake_lost_field(out, kind, key, _("genba has no field for it"));
	}
}

const char *intake_tlp(const char *word)
{
	static const char *const words[][2] = {{"RED", "RED"},     {"AMBER+STRICT", "AMBER+STRICT"},
	                                       {"AMBER", "AMBER"}, {"GREEN", "GREEN"},
	                                       {"CLEAR", "CLEAR"}, {"WHITE", "CLEAR"}};
	int prefixed = strncasecmp(word, "tlp:", 4) == 0;
	const char *level = prefixed ? word + 4 : word;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(words[i][0], level) == 0)
			return words[i][1];
	return prefixed ? "RED" : NULL;
}

ssize_t intake_read(struct intake_source *source, void *bytes, size_t n, struct err *err)
{
	ssize_t got;
	if (source->limit && source->at >= source->limit)
		return err_set(err, ERR_INVALID, _("it is larger than %llu MiB; part it"),
		               (unsigned long long)(source->limit >> 20));
	do {
		got = pread(source->fd, bytes, n, (off_t)source->at);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot read at byte %llu"),
		                     (unsigned long long)source->at);
	source->at += (uint64_t)got;
	return got;
}
