#include "finding/mail/similar.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/mail/analysis.h"
#include "finding/mail/import.h"
#include "finding/mail/similar_index.h"
#include "finding/mail/similar_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COMMON_LEAST 20  /* mails with one key that are still no crowd */
#define LISTED_MOST  100 /* of one key, whose pairs are all listed */

struct mail_comparing {
	struct case_file *c;
	json_t *keys;   /* "s file …" (strong) or "w subject …" -> array of labels */
	json_t *labels; /* array */
	size_t mails;
};

static void add_key(struct mail_comparing *k, const char *label, char strength, const char *what, const char *value)
{
	if (!value || !*value)
		return;
	char *key = xasprintf("%c%s %.300s", strength, what, value);
	for (char *p = key; *p; p++)
		*p = *p == '\n' ? ' ' : *p;
	json_t *list = json_object_get(k->keys, key);
	if (!list) {
		list = json_array();
		if (json_object_set_new(k->keys, key, list) < 0) { /* cut within a character */
			free(key);
			return;
		}
	}
	const char *last = json_string_value(json_array_get(list, json_array_size(list) - 1));
	if (!last || strcmp(last, label) != 0)
		json_array_append_new(list, json_string(label));
	free(key);
}

/* "Re: [12] 取材のお願い 3" is "取材のお願い": answers and numbers left out. */
static char *plain_subject(const char *subject)
{
	struct buf out = BUF_INIT;
	static const char *const prefixes[] = {
	    "re:", "fw:", "fwd:", "\xE8\xBF\x94\xE4\xBF\xA1:", "\xE8\xBB\xA2\xE9\x80\x81:"};
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		subject += strspn(subject, " ");
		if (strncasecmp(subject, prefixes[i], strlen(prefixes[i])) == 0) {
			subject += strlen(prefixes[i]);
			i = (size_t)-1;
		}
	}
	for (; *subject; subject++)
		if (!strchr("0123456789 []()#-_", *subject))
			buf_addc(&out, *subject);
	return buf_take(&out, NULL);
}

static void add_parts(struct mail_comparing *k, const char *label, const json_t *analysis)
{
	size_t i;
	json_t *part;
	json_array_foreach(json_object_get(analysis, "parts"), i, part) {
		size_t e;
		json_t *entry;
		if (!json_is_true(json_object_get(part, "counted")) ||
		    json_integer_value(json_object_get(part, "size")) == 0)
			continue;
		add_key(k, label, 's', "file", json_get_string(part, "sha256"));
		add_key(k, label, 'w', "name", json_get_string(part, "name"));
		json_array_foreach(json_object_get(part, "inside"), e, entry) {
			if (json_integer_value(json_object_get(entry, "size")) > 0)
				add_key(k, label, 's', "file", json_get_string(entry, "sha256"));
			add_key(k, label, 'w', "name", json_get_string(entry, "name"));
		}
	}
}

static void add_urls(struct mail_comparing *k, const char *label, const char *urls)
{
	while (urls && *urls) {
		size_t n = strcspn(urls, "\n");
		char *url = xstrndup(urls, n);
		char *host = strstr(url, "://");
		add_key(k, label, 's', "url", url);
		if (host) {
			host += 3;
			host[strcspn(host, "/?#")] = '\0';
			add_key(k, label, 's', "host", host);
		}
		free(url);
		urls += n + (urls[n] == '\n');
	}
}

static int add_mail(void *ctx, json_t *record)
{
	struct mail_comparing *k = ctx;
	const char *label = record_label(record);
	const char *subject = json_get_string(record, "subject");
	json_array_append_new(k->labels, json_string(label));
	add_key(k, label, 's', "origin", json_get_string(record, "origin"));
	add_key(k, label, 'w', "sender", json_get_string(record, "from_addr"));
	add_urls(k, label, json_get_string(record, "urls"));
	if (subject && strcmp(subject, MAIL_NO_SUBJECT) != 0) {
		char *plain = plain_subject(subject);
		add_key(k, label, 'w', "subject", plain);
		free(plain);
	}
	json_t *analysis = json_get_string(record, "analysis") ? mail_analysis(k->c, label, NULL) : NULL;
	add_key(k, label, 'w', "mailer", json_get_string(analysis, "mailer"));
	add_parts(k, label, analysis);
	json_decref(analysis);
	return 0;
}

/* Puts a key down for a pair: {"A B": {"strong": n, "weak": n, "because": text}}. */
static void add_pair(json_t *pairs, const char *a, const char *b, const char *key)
{
	char *name = xasprintf("%s %s", a, b);
	json_t *pair = json_object_get(pairs, name);
	if (!pair) {
		pair = json_pack("{s:i s:i s:s}", "strong", 0, "weak", 0, "because", "");
		json_object_set_new(pairs, name, pair);
	}
	const char *kind = *key == 's' ? "strong" : "weak";
	json_object_set_new(pair, kind, json_integer(json_integer_value(json_object_get(pair, kind)) + 1));
	const char *before = json_get_string(pair, "because");
	if (strlen(before) < 400) {
		char *text = xasprintf("%s%s%s", before, *before ? ", " : "", key + 1);
		json_object_set_new(pair, "because", json_string(text));
		free(text);
	}
	free(name);
}

int similar_key_tells(size_t mails, size_t holders)
{
	size_t most = mails / 5 > COMMON_LEAST ? mails / 5 : COMMON_LEAST;
	return holders >= 2 && holders <= most;
}

static void pair_all(struct mail_comparing *k, const char *label, json_t *pairs)
{
	const char *key;
	json_t *list;
	json_object_foreach(k->keys, key, list) {
		size_t n = json_array_size(list);
		if (!similar_key_tells(k->mails, n))
			continue;
		for (size_t i = 0; i < n; i++) {
			size_t end = !label && n > LISTED_MOST ? i + 2 : n; /* each and the next one */
			for (size_t j = i + 1; j < n && j < end; j++) {
				const char *a = json_string_value(json_array_get(list, i));
				const char *b = json_string_value(json_array_get(list, j));
				if (!label)
					add_pair(pairs, a, b, key);
				else if (strcmp(a, label) == 0)
					add_pair(pairs, a, b, key);
				else if (strcmp(b, label) == 0)
					add_pair(pairs, b, a, key);
			}
		}
	}
}

void similar_keys_of_mail(void *ctx, const json_t *record, json_t *keys)
{
	const char *key;
	json_t *list;
	struct mail_comparing one = {.c = ctx, .keys = json_object(), .labels = json_array()};
	add_mail(&one, (json_t *)(uintptr_t)record);
	json_object_foreach(one.keys, key, list)
		json_array_append_new(keys, json_string(key));
	json_decref(one.keys);
	json_decref(one.labels);
}

int similar_read_all(struct case_file *c, json_t *keys, size_t *mails, struct err *err)
{
	struct mail_comparing k = {.c = c, .keys = keys, .labels = json_array()};
	int rc = record_each(c, "mail", 0, add_mail, &k, err) < 0 ? -1 : 0;
	*mails = json_array_size(k.labels);
	json_decref(k.labels);
	return rc;
}

/* Who has which keys: from the index, or where there can be none from all mails. */
static int load_keys(struct mail_comparing *k, const char *label, struct err *err)
{
	if (!mail_index_may(k->c))
		return similar_read_all(k->c, k->keys, &k->mails, err);
	if (mail_index_work(k->c, similar_keys_of_mail, k->c, HUGE_VAL, err) < 0)
		return -1;
	return mail_index_load(k->c, label, k->keys, &k->mails, err);
}

json_t *mail_similar(struct case_file *c, const char *label, struct err *err)
{
	struct mail_comparing k = {.c = c, .keys = json_object(), .labels = json_array()};
	json_t *rows = NULL;
	json_t *record = label ? mail_record(c, label, err) : NULL;
	if ((label && !record) || load_keys(&k, record ? record_label(record) : NULL, err) < 0)
		goto out;
	json_t *pairs = json_object();
	pair_all(&k, label ? record_label(record) : NULL, pairs);
	rows = json_array();
	size_t count;
	char **names = json_names(pairs, &count);
	for (size_t i = 0; i < count; i++) {
		const json_t *pair = json_object_get(pairs, names[i]);
		long long strong = json_integer_value(json_object_get(pair, "strong"));
		long long weak = json_integer_value(json_object_get(pair, "weak"));
		char *space = strchr(names[i], ' ');
		if (strong == 0 && weak < 2)
			continue;
		*space = '\0';
		json_array_append_new(rows, json_pack("{s:s s:s s:s s:I s:I s:s}", "label", names[i], "kind",
		                                      "mail_similar", "other", space + 1, "strong", strong, "weak",
		                                      weak, "because", json_get_string(pair, "because")));
	}
	json_names_free(names, count);
	json_decref(pairs);
out:
	json_decref(record);
	json_decref(k.keys);
	json_decref(k.labels);
	return rows;
}

#define WORDS 8 /* that a reason begins with */

static const char *word_of(const char *because, size_t n)
{
	const struct {
		const char *name;
		const char *word;
	} words[WORDS] = {
	    {"file", C_("similar", "file")},       {"name", C_("similar", "name")},
	    {"url", C_("similar", "url")},         {"host", C_("similar", "host")},
	    {"origin", C_("similar", "origin")},   {"sender", C_("similar", "sender")},
	    {"subject", C_("similar", "subject")}, {"mailer", C_("similar", "mailer")},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].name) == n && strncmp(words[i].name, because, n) == 0)
			return words[i].word;
	return NULL;
}

void mail_similar_told(const char *because, int values, struct buf *out)
{
	const char *told[WORDS];
	size_t count = 0;
	while (*because) {
		size_t n = strcspn(because, " ");
		const char *next = strstr(because, ", ");
		size_t end = next ? (size_t)(next - because) : strlen(because);
		n = n < end ? n : end; /* "name, b.zip": a value may hold a word and a comma */
		const char *word = word_of(because, n);
		size_t k = 0;
		while (k < count && word != told[k])
			k++;
		int is_new = word && k == count;
		if (count && (values || is_new))
			buf_adds(out, word ? _(", ") : ", "); /* a value may hold the latter */
		if (word && (values || is_new))
			buf_adds(out, word);
		if (values)
			buf_add(out, because + (word ? n : 0), end - (word ? n : 0));
		if (is_new)
			told[count++] = word;
		because += next ? end + 2 : end;
	}
}
