#include "finding/mail/stats.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const mail_class_keys[MAIL_CLASSES] = {"compressed", "uncompressed", "url", "neither", "other"};
const char *const mail_sender_keys[MAIL_SENDERS] = {"free_mail", "company",    "ministry", "no_such_domain",
                                                    "iaa",       "university", "other",    "unverified"};
const char *const mail_archive_keys[MAIL_ARCHIVES] = {"zip", "rar", "lzh", "7z", "other"};
const char *const mail_file_keys[MAIL_FILES] = {"exe", "office", "scr", "pdf", "cpl", "other"};
#define COUNT(names) (sizeof(names) / sizeof *(names))

struct mail_counting {
	struct case_file *c;
	const struct filter *filter;
	enum mail_stats_by by;
	json_t *groups; /* name -> index */
	struct mail_counts *all;
	size_t count;
};

int mail_stats_by(const char *name, enum mail_stats_by *by, struct err *err)
{
	static const char *const names[] = {"", "month", "quarter", "requester"};
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(name ? name : "", names[i]) == 0) {
			*by = (enum mail_stats_by)i;
			return 0;
		}
	return err_set(err, ERR_USAGE, _("--by %s: allowed are month, quarter, requester"), name);
}

/* ---- shares */

/* Whole percents of `counts`, which add up to 100 (all 0 if the sum is 0): largest remainder. */
static void mail_shares(const size_t *counts, size_t n, unsigned *shares)
{
	size_t total = 0;
	unsigned given = 0;
	for (size_t i = 0; i < n; i++)
		total += counts[i];
	for (size_t i = 0; i < n; i++) {
		shares[i] = total ? (unsigned)(100 * counts[i] / total) : 0;
		given += shares[i];
	}
	while (total && given < 100) {
		size_t best = 0;
		size_t most = 0;
		for (size_t i = 0; i < n; i++) {
			size_t rest =
			    100 * counts[i] - shares[i] * total; /* beyond its share already: it had its turn */
			if (100 * counts[i] >= shares[i] * total && rest > most) {
				most = rest;
				best = i;
			}
		}
		shares[best]++;
		given++;
	}
}

/* ---- one mail */

static size_t place_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (name && strcmp(names[i], name) == 0)
			return i;
	return n - 1;
}

/* Adds "zip×2 rar×1" to the counts. */
static void add_counts(const char *text, const char *const *names, size_t n, size_t *counts)
{
	static const char times[] = "\xC3\x97";
	while (text && *text) {
		size_t word = strcspn(text, " ");
		const char *sign = memmem(text, word, times, sizeof times - 1);
		if (sign) {
			char *name = xstrndup(text, (size_t)(sign - text));
			counts[place_of(names, n, name)] += strtoul(sign + sizeof times - 1, NULL, 10);
			free(name);
		}
		text += word;
		text += strspn(text, " ");
	}
}

void mail_counts_add(struct mail_counts *t, const json_t *mail)
{
	const char *corrected = json_get_string(mail, "class_override");
	const char *class = corrected && strcmp(corrected, "unknown") != 0 ? corrected : json_get_string(mail, "class");
	const char *sender = json_get_string(mail, "sender_class");
	const char *basis = json_get_string(mail, "sender_basis");
	t->mails++;
	t->classes[place_of(mail_class_keys, COUNT(mail_class_keys), class)]++;
	if (sender && strcmp(sender, "unknown") != 0)
		t->senders[place_of(mail_sender_keys, COUNT(mail_sender_keys) - 1, sender)]++;
	else if (basis && strcmp(basis, "unverified") == 0)
		t->senders[COUNT(mail_sender_keys) - 1]++;
	else
		t->no_sender++;
	add_counts(json_get_string(mail, "archives"), mail_archive_keys, COUNT(mail_archive_keys), t->archives);
	add_counts(json_get_string(mail, "files"), mail_file_keys, COUNT(mail_file_keys), t->files);
}

/* The month of when it was received, else of when it says it was sent: "2014-06", "2014Q2", "" where neither is known. */
static void period_of(const json_t *mail, int quarter, char out[16])
{
	const char *when = json_get_string(mail, "when");
	int year;
	int month;
	if (!when)
		when = json_get_string(mail, "sent");
	out[0] = '\0';
	if (!when || sscanf(when, "%4d-%2d", &year, &month) != 2 || month < 1 || month > 12 || year < 0 || year > 9999)
		return;
	if (quarter)
		snprintf(out, 16, "%04dQ%d", year, (month - 1) / 3 + 1);
	else
		snprintf(out, 16, "%04d-%02d", year, month);
}

/* Who asked: the party of the consultation that it belongs to. */
static char *requester_of(struct mail_counting *k, const json_t *mail)
{
	json_t *consultation = NULL;
	json_t *party = NULL;
	const char *label = json_get_string(mail, "consultation");
	if (label)
		consultation = record_get(k->c, label, 0, NULL);
	const char *from = json_get_string(consultation, "from");
	if (from)
		party = record_get(k->c, from, 0, NULL);
	char *name = party ? record_title(party) : xstrdup("");
	json_decref(party);
	json_decref(consultation);
	return name;
}

static int count_mail(void *ctx, json_t *mail)
{
	struct mail_counting *k = ctx;
	char period[16] = "";
	char *name = NULL;
	if (k->filter && !filter_match(k->filter, mail))
		return 0;
	if (k->by == STATS_MONTH || k->by == STATS_QUARTER)
		period_of(mail, k->by == STATS_QUARTER, period);
	else if (k->by == STATS_REQUESTER)
		name = requester_of(k, mail);
	const char *group = name ? name : period;
	const json_t *at = json_object_get(k->groups, group);
	size_t i = at ? (size_t)json_integer_value(at) : k->count;
	if (!at) {
		k->all = xrealloc(k->all, (k->count + 1) * sizeof *k->all);
		memset(&k->all[k->count++], 0, sizeof *k->all);
		json_object_set_new(k->groups, group, json_integer((json_int_t)i));
	}
	mail_counts_add(&k->all[i], mail);
	free(name);
	return 0;
}

/* ---- rows */

static void add_row(json_t *rows, const char *by, const char *table, const char *key, size_t n, size_t of,
                    unsigned share)
{
	json_t *row = json_pack("{s:s s:s s:s s:s s:I s:I s:i}", "label", "", "kind", "mail_stats", "table", table,
	                        "key", key, "n", (json_int_t)n, "of", (json_int_t)of, "share", (int)share);
	if (by)
		json_object_set_new(row, "by", json_string(by));
	json_array_append_new(rows, row);
}

static void add_figure(json_t *rows, const char *by, const char *table, const char *const *names, const size_t *counts,
                       size_t n)
{
	unsigned shares[16];
	size_t of = 0;
	for (size_t i = 0; i < n; i++)
		of += counts[i];
	mail_shares(counts, n, shares);
	for (size_t i = 0; i < n; i++)
		add_row(rows, by, table, names[i], counts[i], of, shares[i]);
}

static unsigned percent(size_t n, size_t of)
{
	return of ? (unsigned)((200 * n + of) / (2 * of)) : 0;
}

static void add_tables(json_t *rows, const char *by, const struct mail_counts *t)
{
	size_t attached = t->classes[0] + t->classes[1];
	size_t programs = t->files[0] + t->files[2] + t->files[4];
	size_t of = 0;
	add_row(rows, by, "1", "mails", t->mails, t->mails, percent(t->mails, t->mails));
	add_row(rows, by, "1", "with_attachment", attached, t->mails, percent(attached, t->mails));
	for (size_t i = 0; i < COUNT(mail_class_keys); i++)
		add_row(rows, by, "1", mail_class_keys[i], t->classes[i], t->mails, percent(t->classes[i], t->mails));
	add_figure(rows, by, "A-1", mail_class_keys, t->classes, COUNT(mail_class_keys));
	add_figure(rows, by, "A-2", mail_sender_keys, t->senders, COUNT(mail_sender_keys));
	add_row(rows, by, "A-2", "no_sender", t->no_sender, t->mails, percent(t->no_sender, t->mails));
	add_figure(rows, by, "A-3", mail_archive_keys, t->archives, COUNT(mail_archive_keys));
	add_figure(rows, by, "A-4", mail_file_keys, t->files, COUNT(mail_file_keys));
	for (size_t i = 0; i < COUNT(mail_file_keys); i++)
		of += t->files[i];
	add_row(rows, by, "A-4", "exe+scr+cpl", programs, of, percent(programs, of));
}

json_t *mail_stats(struct case_file *c, const struct filter *filter, enum mail_stats_by by, struct err *err)
{
	struct mail_counting k = {.c = c, .filter = filter, .by = by, .groups = json_object()};
	json_t *rows = NULL;
	static const struct mail_counts none;
	if (record_each(c, "mail", 0, count_mail, &k, err) == 0) {
		size_t count;
		char **names = json_names(k.groups, &count);
		rows = json_array();
		for (size_t i = 0; i < count; i++)
			add_tables(rows, by == STATS_ALL ? NULL : names[i],
			           &k.all[json_integer_value(json_object_get(k.groups, names[i]))]);
		if (count == 0 && by == STATS_ALL)
			add_tables(rows, NULL, &none);
		json_names_free(names, count);
	}
	json_decref(k.groups);
	free(k.all);
	return rows;
}
