/* A look as the object of `mail look --json`. Texts of rules, weights and file names are the reader's to add. */
#include "finding/mail/look/look_private.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LONGEST_FIELD ((size_t)16 << 10) /* bytes of a field of the object */
#define LONGEST_BODY  ((size_t)256 << 10)
#define LONGEST_LINE  ((size_t)3 << 20) /* bytes of the object; what is beyond is left out and said */

static void put(json_t *o, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	size_t n = strlen(text);
	if (n > LONGEST_FIELD) {
		n = LONGEST_FIELD;
		while (n && (text[n] & '\xC0') == '\x80')
			n--;
	}
	json_object_set_new(o, key, json_stringn(text, n));
}

static void put_list(json_t *o, const char *key, const struct address_list *list)
{
	struct buf text = BUF_INIT;
	address_show(list, &text);
	put(o, key, text.data);
	buf_release(&text);
}

/* "zip×2 rar×1": how often each name occurs, in the order of the table. */
static void put_counts(json_t *o, const char *key, const char *const *names, const size_t *counts, size_t n)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < n; i++)
		if (counts[i])
			buf_addf(&text, "%s%s\xC3\x97%zu", text.len ? " " : "", names[i], counts[i]);
	put(o, key, text.data);
	buf_release(&text);
}

static size_t index_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return n - 1;
}

/* A-3: archives that are attached, not those inside another. A-4: files that are attached or in an archive. */
static void count_files(const struct look *l, json_t *o)
{
	static const char *const archives[] = {"zip", "rar", "lzh", "7z", "other"};
	static const char *const kinds[] = {"exe", "scr", "cpl", "office", "pdf", "other"};
	size_t by_archive[5] = {0};
	size_t by_kind[6] = {0};
	json_int_t attachments = 0;
	struct buf names = BUF_INIT;
	for (size_t i = 0; i < l->file_count; i++) {
		const struct look_file *f = &l->files[i];
		if (!f->counted)
			continue;
		attachments++;
		buf_addf(&names, "%s%s", names.len ? "\n" : "", f->name);
		const char *archive = file_format_archive(f->format);
		if (archive) {
			by_archive[index_of(archives, 5, archive)]++;
		} else {
			const char *suspect = file_format_suspect(f->format);
			if (suspect)
				by_kind[index_of(kinds, 6, suspect)]++;
			continue;
		}
		for (size_t k = 0; k < f->list.count; k++) {
			const char *suspect = file_format_suspect(f->list.all[k].format);
			if (suspect)
				by_kind[index_of(kinds, 6, suspect)]++;
		}
	}
	json_object_set_new(o, "attachments", json_integer(attachments));
	put_counts(o, "archives", archives, by_archive, 5);
	put_counts(o, "files", kinds, by_kind, 6);
	put(o, "attachment_names", names.data);
	buf_release(&names);
}

/* hxxp://host[.]example/… */
static void defang(const char *url, struct buf *out)
{
	size_t host = 0;
	const char *colon = strstr(url, "://");
	if (strncasecmp(url, "http", 4) == 0) {
		buf_adds(out, "hxxp");
		url += 4;
		colon = strstr(url, "://");
	}
	if (colon) {
		buf_add(out, url, (size_t)(colon - url) + 3);
		url = colon + 3;
	}
	host = strcspn(url, "/?#");
	for (size_t i = 0; i < host; i++)
		if (url[i] == '.')
			buf_adds(out, "[.]");
		else
			buf_addc(out, url[i]);
	buf_adds(out, url + host);
}

static void put_links(const struct look *l, json_t *o)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < l->link_count && text.len < LONGEST_FIELD; i++) {
		const struct look_link *link = &l->links[i];
		int seen = 0;
		if (link->sort == HTML_SOURCE || strncasecmp(link->url, "mailto:", 7) == 0 || *link->url == '#')
			continue;
		for (size_t k = 0; k < i && k < 200 && !seen; k++)
			seen = strcmp(l->links[k].url, link->url) == 0;
		if (seen)
			continue;
		buf_adds(&text, text.len ? "\n" : "");
		defang(link->url, &text);
	}
	put(o, "urls", text.data);
	buf_release(&text);
}

static json_t *inside_json(const struct inside *e)
{
	json_t *o = json_pack(
	    "{s:s s:I s:s s:s s:b}", "name", e->name, "size", (json_int_t)(e->size > INT64_MAX ? INT64_MAX : e->size),
	    "format", file_format_name(e->format), "basis", e->by_content ? "content" : "name", "locked", e->locked);
	put(o, "other_name", e->other_name);
	put(o, "sha256", e->sha256);
	return o;
}

static json_t *part_json(const struct look_file *f, size_t *budget)
{
	json_t *o = json_pack("{s:s s:s s:s s:s s:I s:s s:b s:b s:b s:s s:b}", "n", f->number, "via", f->via, "type",
	                      f->type, "name", f->name, "size", (json_int_t)f->size, "sha256", f->sha256, "attachment",
	                      f->attachment, "inline", f->is_inline, "counted", f->counted, "format",
	                      file_format_name(f->format), "locked", f->locked);
	json_t *inside = json_array();
	for (size_t i = 0; i<f->list.count && * budget> 0; i++, --*budget)
		json_array_append_new(inside, inside_json(&f->list.all[i]));
	if (json_array_size(inside))
		json_object_set(o, "inside", inside);
	json_decref(inside);
	return o;
}

static void put_lists(struct look *l, json_t *o, size_t most)
{
	json_t *parts = json_array();
	json_t *hops = json_array();
	json_t *findings = json_array();
	size_t budget = most;
	for (size_t i = 0; i < l->file_count && i < most; i++)
		json_array_append_new(parts, part_json(&l->files[i], &budget));
	if (l->file_count > most || budget == 0)
		look_find(l, "limit.output", "", "");
	for (size_t i = 0; i < l->hop_count; i++)
		json_array_append_new(hops, json_pack("{s:s s:s s:s s:s}", "from", l->hops[i].from, "by", l->hops[i].by,
		                                      "ip", l->hops[i].ip, "when", l->hops[i].when));
	for (size_t i = 0; i < l->finding_count; i++)
		json_array_append_new(findings, json_pack("{s:s s:s s:s}", "id", l->findings[i].id, "part",
		                                          l->findings[i].part, "detail", l->findings[i].detail));
	json_object_set_new(o, "parts", parts);
	json_object_set_new(o, "hops", hops);
	json_object_set_new(o, "findings", findings);
	json_object_set_new(o, "parsed", json_string(l->parsed));
}

static void put_disguise(const struct look *l, json_t *o)
{
	static const char *const names[] = {"icon",  "double_extension", "rtlo", "long_name", "shortcut",
	                                    "macro", "exploit"};
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (l->disguise >> i & 1)
			buf_addf(&text, "%s%s", text.len ? "," : "", names[i]);
	put(o, "disguise", text.data);
	buf_release(&text);
}

static void put_body(const struct look *l, json_t *o)
{
	const struct buf *body = l->text.len ? &l->text : &l->html_text;
	size_t n = body->len < LONGEST_BODY ? body->len : LONGEST_BODY;
	while (n && n < body->len && (body->data[n] & '\xC0') == '\x80')
		n--;
	struct buf clean = BUF_INIT;
	for (size_t i = 0; i < n; i++)
		if (body->data[i] && body->data[i] != '\r')
			buf_addc(&clean, body->data[i]);
	if (clean.len)
		json_object_set_new(o, "body", json_stringn(clean.data, clean.len));
	buf_release(&clean);
}

static json_t *fields_json(struct look *l)
{
	json_t *o =
	    json_pack("{s:s s:s s:s s:I}", "label", "", "kind", "mail", "sha256", l->sha256, "size", (json_int_t)l->n);
	put(o, "subject", l->subject);
	put_list(o, "from", &l->from);
	put(o, "from_addr", l->from.count ? l->from.all[0].address : "");
	put(o, "sender_class", l->sender_class);
	put(o, "sender_basis", l->sender_basis);
	put(o, "envelope_from", l->envelope_from);
	put(o, "reply_to", l->reply_to.count ? l->reply_to.all[0].address : "");
	put_list(o, "to", &l->to);
	put_list(o, "cc", &l->cc);
	put(o, "when", l->received);
	put(o, "sent", l->sent);
	put(o, "message_id", look_field(l, "message-id"));
	put(o, "in_reply_to", look_field(l, "in-reply-to"));
	put(o, "references", look_field(l, "references"));
	put(o, "origin", l->origin);
	put(o, "authentication", l->authentication);
	put(o, "mailer", look_field(l, "x-mailer"));
	put(o, "class", l->class);
	put(o, "class_basis", l->class_basis);
	put(o, "carrier", l->carrier);
	count_files(l, o);
	put_disguise(l, o);
	put_links(l, o);
	put_body(l, o);
	return o;
}

/* Archives whose content another cage is to read: [number, format], …; for the parent, who takes it out. */
static void put_wants(const struct look *l, json_t *o)
{
	json_t *wants = json_array();
	for (size_t i = 0; i < l->file_count && json_array_size(wants) < LOOK_WANTS; i++)
		if (l->files[i].wants_content && l->files[i].attachment)
			json_array_append_new(wants, json_pack("[s, i]", l->files[i].number, (int)l->files[i].format));
	if (json_array_size(wants))
		json_object_set(o, "content_wanted", wants);
	json_decref(wants);
}

json_t *look_json(struct look *l)
{
	json_t *o = fields_json(l);
	put_wants(l, o);
	put_lists(l, o, MIME_PARTS);
	size_t n = 0; /* dumped only where it may be long */
	size_t entries = l->file_count + l->finding_count + l->hop_count;
	for (size_t i = 0; i < l->file_count; i++)
		entries += l->files[i].list.count;
	if (entries > 300)
		n = json_dumpb(o, NULL, 0, JSON_COMPACT);
	if (n > LONGEST_LINE) {
		look_find(l, "limit.output", "", "");
		json_object_del(o, "body");
		put_lists(l, o, 1000);
	}
	return o;
}
