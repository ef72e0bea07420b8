/* Genuine mails by what of them is seen again in a suspicious one: Message-ID, names of files, subject, lines. */
#include "finding/chain/chain_private.h"

#include "base/err.h"
#include "base/fold.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define LINE_LEAST  30 /* bytes of a folded line that says something */
#define LINES_LEAST 2  /* that must be there again */
#define LINES_MOST  2000
#define MANY        3 /* genuine mails that have a line: it is a phrase */

struct originals {
	json_t *by_id;      /* label -> mail (borrowed inside) */
	json_t *by_message; /* Message-ID -> mail */
	json_t *by_file;    /* stem -> [mail] */
	json_t *by_subject; /* bare subject -> [mail] */
	json_t *by_line;    /* folded line -> [mail] */
};

static void put_in(json_t *index, const char *key, json_t *mail)
{
	json_t *list = json_object_get(index, key);
	if (!list)
		json_object_set_new_nocheck(index, key, list = json_array());
	size_t n = json_array_size(list);
	if (n == 0 || json_array_get(list, n - 1) != mail)
		json_array_append(list, mail);
}

/* Message-IDs in a field: with or without <>. */
static void each_id(const char *text, void (*fn)(void *ctx, const char *id), void *ctx)
{
	while (text && *text) {
		size_t n = strcspn(text, "<> ,\t\r\n");
		char *id = xstrndup(text, n);
		if (n && strchr(id, '@'))
			fn(ctx, id);
		free(id);
		text += n ? n : 1;
	}
}

static int cut_ending(struct buf *b, const char *ending)
{
	size_t n = strlen(ending);
	if (b->len <= n || memcmp(b->data + b->len - n, ending, n) != 0)
		return 0;
	buf_truncate(b, b->len - n);
	return 1;
}

static void trim(struct buf *b)
{
	while (b->len && strchr(" _-.", b->data[b->len - 1]))
		buf_truncate(b, b->len - 1);
}

/* "(1)", "[2]", "ver2", "v1.1", "第3版", digits in brackets. */
static int cut_number(struct buf *b)
{
	size_t at = b->len;
	if (cut_ending(b, "版")) {
		size_t digits = b->len;
		while (digits && b->data[digits - 1] >= '0' && b->data[digits - 1] <= '9')
			digits--;
		if (digits < b->len && digits >= 3 && memcmp(b->data + digits - 3, "第", 3) == 0) {
			buf_truncate(b, digits - 3);
			return 1;
		}
		buf_adds(b, "版");
		return 0;
	}
	if (at && (b->data[at - 1] == ')' || b->data[at - 1] == ']')) {
		size_t digits = at - 1;
		while (digits && b->data[digits - 1] >= '0' && b->data[digits - 1] <= '9')
			digits--;
		if (digits < at - 1 && digits && (b->data[digits - 1] == '(' || b->data[digits - 1] == '[')) {
			buf_truncate(b, digits - 1);
			return 1;
		}
		return 0;
	}
	while (at && ((b->data[at - 1] >= '0' && b->data[at - 1] <= '9') || b->data[at - 1] == '.'))
		at--;
	if (at < b->len && at > 1 && b->data[at - 1] == 'v' && strchr(" _-", b->data[at - 2])) {
		buf_truncate(b, at - 1);
		return 1;
	}
	if (at < b->len && at > 4 && memcmp(b->data + at - 3, "ver", 3) == 0) {
		buf_truncate(b, at - 3);
		return 1;
	}
	return 0;
}

/* A file's name as it is the same through editions: 資料_修正版(1).doc.exe is 資料. "" if nothing is left. */
static void file_stem(const char *name, size_t n, struct buf *stem)
{
	static const char *const editions[] = {"修正版", "改訂版", "最終版", "最新版", "確定版", "のコピー",
	                                       "コピー", "copy",   "final",  "修正",   "改",     "差替"};
	buf_clear(stem);
	text_fold(stem, name, n);
	for (int i = 0; i < 2; i++) { /* two extensions at most */
		char *dot = strrchr(stem->data, '.');
		if (!dot || dot == stem->data || strlen(dot) > 5 || strlen(dot) < 2 ||
		    strspn(dot + 1, "0123456789") == strlen(dot + 1))
			break;
		buf_truncate(stem, (size_t)(dot - stem->data));
		trim(stem);
	}
	for (int again = 1; again;) {
		again = cut_number(stem);
		for (size_t i = 0; i < sizeof editions / sizeof *editions; i++)
			again |= cut_ending(stem, editions[i]);
		trim(stem);
	}
	if (stem->len < 4) /* one character is no name */
		buf_clear(stem);
}

static void each_file(const json_t *mail, void (*fn)(void *ctx, const char *stem, const char *name), void *ctx)
{
	const char *text = json_get_string(mail, "attachment_names");
	struct buf stem = BUF_INIT;
	while (text && *text) {
		size_t n = strcspn(text, "\r\n");
		file_stem(text, n, &stem);
		char *name = xstrndup(text, n);
		if (stem.len)
			fn(ctx, stem.data, name);
		free(name);
		text += n ? n : 1;
	}
	buf_release(&stem);
}

/* Without Re: Fwd: 返信: 転送: and what lists put before it. */
static void bare_subject(const json_t *mail, struct buf *out)
{
	static const char *const heads[] = {"re:", "fw:", "fwd:", "返信:", "転送:", "re:", "aw:", "sv:"};
	const char *text = json_get_string(mail, "subject");
	buf_clear(out);
	if (text)
		text_fold(out, text, strlen(text));
	for (int again = 1; again;) {
		again = 0;
		size_t blank = strspn(out->data, " \t");
		for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
			if (strncmp(out->data + blank, heads[i], strlen(heads[i])) == 0) {
				blank += strlen(heads[i]);
				again = 1;
				break;
			}
		if (blank) {
			memmove(out->data, out->data + blank, out->len - blank + 1);
			buf_truncate(out, out->len - blank);
		}
	}
	if (out->len < 6)
		buf_clear(out);
}

static void each_line(const json_t *mail, void (*fn)(void *ctx, const char *folded, const char *line), void *ctx)
{
	const char *text = json_get_string(mail, "body");
	struct buf folded = BUF_INIT;
	for (int lines = 0; text && *text && lines < LINES_MOST; lines++) {
		size_t n = strcspn(text, "\n");
		size_t skip = strspn(text, "> \t");
		skip = skip < n ? skip : n;
		size_t end = n;
		while (end > skip && strchr(" \t\r", text[end - 1]))
			end--;
		if (end - skip >= LINE_LEAST) {
			buf_clear(&folded);
			text_fold(&folded, text + skip, end - skip);
			char *line = xstrndup(text + skip, end - skip);
			if (folded.len >= LINE_LEAST)
				fn(ctx, folded.data, line);
			free(line);
		}
		text += n + (text[n] == '\n');
	}
	buf_release(&folded);
}

/* ---- the genuine ones */

struct indexing {
	struct originals *originals;
	json_t *mail;
};

static void put_id(void *ctx, const char *id)
{
	struct indexing *x = ctx;
	json_object_set_nocheck(x->originals->by_message, id, x->mail);
}

static void put_file(void *ctx, const char *stem, const char *name)
{
	struct indexing *x = ctx;
	(void)name;
	put_in(x->originals->by_file, stem, x->mail);
}

static void put_line(void *ctx, const char *folded, const char *line)
{
	struct indexing *x = ctx;
	(void)line;
	put_in(x->originals->by_line, folded, x->mail);
}

void originals_add(struct originals *o, json_t *mail)
{
	struct indexing x = {o, mail};
	struct buf subject = BUF_INIT;
	if (json_get_string(mail, "label"))
		json_object_set_nocheck(o->by_id, json_get_string(mail, "label"), mail);
	if (mail_is_suspicious(mail))
		return;
	each_id(json_get_string(mail, "message_id"), put_id, &x);
	each_file(mail, put_file, &x);
	each_line(mail, put_line, &x);
	bare_subject(mail, &subject);
	if (subject.len)
		put_in(o->by_subject, subject.data, mail);
	buf_release(&subject);
}

struct originals *originals_new(void)
{
	struct originals *o = xcalloc(1, sizeof *o);
	*o = (struct originals){json_object(), json_object(), json_object(), json_object(), json_object()};
	return o;
}

void originals_free(struct originals *o)
{
	if (!o)
		return;
	json_decref(o->by_id);
	json_decref(o->by_message);
	json_decref(o->by_file);
	json_decref(o->by_subject);
	json_decref(o->by_line);
	free(o);
}

/* ---- the suspicious one */

struct original_question {
	const struct originals *originals;
	void (*fn)(void *ctx, const json_t *genuine, enum chain_rule rule, const char *field, const char *line);
	void *ctx;
	const char *field;
	json_t *lines; /* label of the genuine mail -> number of its lines seen */
};

static void ask_id(void *ctx, const char *id)
{
	struct original_question *a = ctx;
	const json_t *genuine = json_object_get(a->originals->by_message, id);
	if (genuine)
		a->fn(a->ctx, genuine, RULE_ORIGINAL_REPLY, a->field, id);
}

static void ask_file(void *ctx, const char *stem, const char *name)
{
	struct original_question *a = ctx;
	size_t i;
	json_t *genuine;
	json_array_foreach(json_object_get(a->originals->by_file, stem), i, genuine)
		a->fn(a->ctx, genuine, RULE_ORIGINAL_FILE, "attachment_names", name);
}

static void ask_line(void *ctx, const char *folded, const char *line)
{
	struct original_question *a = ctx;
	const json_t *list = json_object_get(a->originals->by_line, folded);
	size_t i;
	json_t *genuine;
	if (json_array_size(list) >= MANY)
		return;
	json_array_foreach(list, i, genuine) {
		const char *label = json_get_string(genuine, "label");
		json_int_t n = json_integer_value(json_object_get(a->lines, label)) + 1;
		json_object_set_new_nocheck(a->lines, label, json_integer(n));
		if (n == LINES_LEAST)
			a->fn(a->ctx, genuine, RULE_ORIGINAL_QUOTE, "body", line);
	}
}

void originals_of(const struct originals *o, const json_t *mail,
                  void (*fn)(void *ctx, const json_t *genuine, enum chain_rule rule, const char *field,
                             const char *line),
                  void *ctx)
{
	struct original_question a = {o, fn, ctx, NULL, json_object()};
	const char *label = json_get_string(mail, "original");
	const json_t *genuine = label ? json_object_get(o->by_id, label) : NULL;
	if (genuine && genuine != mail)
		fn(ctx, genuine, RULE_ORIGINAL_FIELD, "original", label);
	a.field = "in_reply_to";
	each_id(json_get_string(mail, "in_reply_to"), ask_id, &a);
	a.field = "references";
	each_id(json_get_string(mail, "references"), ask_id, &a);
	each_file(mail, ask_file, &a);
	if (json_object_size(o->by_line))
		each_line(mail, ask_line, &a);
	struct buf subject = BUF_INIT;
	if (json_object_size(o->by_subject))
		bare_subject(mail, &subject);
	size_t i;
	json_t *one;
	json_array_foreach(subject.len ? json_object_get(o->by_subject, subject.data) : NULL, i, one)
		fn(ctx, one, RULE_ORIGINAL_SUBJECT, "subject", json_get_string(mail, "subject"));
	buf_release(&subject);
	json_decref(a.lines);
}
