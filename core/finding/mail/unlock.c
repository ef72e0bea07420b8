#include "finding/mail/unlock.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/mail/again.h"
#include "finding/mail/analysis.h"
#include "finding/mail/look/password_words.h"
#include "finding/mail/similar.h"

#include <string.h>
#include <strings.h>

#define NEIGHBOURS 200 /* mails whose texts are read */

/* ---- what the mails give */

struct unlock_neighbours {
	const json_t *mail;
	json_t *labels; /* label -> true, in the order in which they are read */
	json_t *others; /* the same, read behind them: they announce no password */
};

static void add_neighbour(struct unlock_neighbours *n, const json_t *record)
{
	const char *label = record_label(record);
	const json_t *findings = json_object_get(record, "findings");
	size_t i;
	json_t *id;
	int announces = 0;
	if (strcmp(label, record_label(n->mail)) == 0)
		return;
	json_array_foreach(findings, i, id)
		announces |= json_is_string(id) && strcmp(json_string_value(id), "text.password_notice") == 0;
	json_object_set_new(announces ? n->labels : n->others, label, json_true());
}

static int names_the_other(const json_t *a, const char *field, const json_t *b, const char *other)
{
	const char *x = json_get_string(a, field);
	const char *y = json_get_string(b, other);
	return x && y && *x && strcasecmp(x, y) == 0;
}

static int belongs_with(void *ctx, json_t *record)
{
	struct unlock_neighbours *n = ctx;
	if (names_the_other(n->mail, "from_addr", record, "from_addr") ||
	    names_the_other(n->mail, "in_reply_to", record, "message_id") ||
	    names_the_other(n->mail, "message_id", record, "in_reply_to"))
		add_neighbour(n, record);
	return 0;
}

static int add_words_of(struct case_file *c, const char *label, json_t *words, struct err *err)
{
	json_t *record = record_get(c, label, 0, err);
	const char *subject = json_get_string(record, "subject");
	const char *body = json_get_string(record, "body");
	if (subject)
		password_words(subject, words);
	if (body)
		password_words(body, words);
	json_decref(record);
	return record ? 0 : -1;
}

static int add_similar(struct case_file *c, struct unlock_neighbours *n, struct err *err)
{
	size_t i;
	json_t *row;
	json_t *similar = mail_similar(c, record_label(n->mail), err);
	int rc = similar ? 0 : -1;
	json_array_foreach(similar, i, row) {
		json_t *record = record_get(c, json_get_string(row, "other"), RECORD_RAW, NULL);
		if (record)
			add_neighbour(n, record);
		json_decref(record);
	}
	json_decref(similar);
	return rc;
}

json_t *mail_given_passwords(struct case_file *c, const char *label, struct err *err)
{
	struct unlock_neighbours n = {
	    .mail = mail_record(c, label, err), .labels = json_object(), .others = json_object()};
	json_t *words = json_array();
	const char *other;
	json_t *value;
	size_t read = 0;
	int rc = n.mail ? add_words_of(c, record_label(n.mail), words, err) : -1;
	if (rc == 0)
		rc = add_similar(c, &n, err);
	if (rc == 0)
		rc = record_each(c, "mail", RECORD_RAW, belongs_with, &n, err);
	json_object_update_missing(n.labels, n.others);
	json_object_foreach(n.labels, other, value)
		if (rc == 0 && read++ < NEIGHBOURS && json_array_size(words) < PASSWORD_WORDS)
			rc = add_words_of(c, other, words, err);
	json_decref(n.labels);
	json_decref(n.others);
	json_decref((json_t *)(uintptr_t)n.mail);
	if (rc < 0) {
		json_decref(words);
		words = NULL;
	}
	return words;
}

/* ---- whether they open it */

struct unlock_count {
	size_t locked; /* files: those in an archive, or the archive whose list is locked itself */
	size_t zips;   /* archives that are locked and can be opened here */
};

static int count_locked(struct case_file *c, const char *label, struct unlock_count *count, struct err *err)
{
	size_t i;
	size_t k;
	json_t *part;
	json_t *entry;
	*count = (struct unlock_count){0, 0};
	json_t *analysis = mail_analysis(c, label, err);
	json_array_foreach(json_object_get(analysis, "parts"), i, part) {
		const char *format = json_get_string(part, "format");
		size_t inside = 0;
		json_array_foreach(json_object_get(part, "inside"), k, entry)
			inside += json_is_true(json_object_get(entry, "locked"));
		inside = inside ? inside : json_is_true(json_object_get(part, "locked"));
		count->locked += inside;
		count->zips += inside && format && strcmp(format, "zip") == 0;
	}
	json_decref(analysis);
	return analysis ? 0 : -1;
}

static int refuse(const char *mail, const struct unlock_count *count, size_t tried, struct err *err)
{
	if (count->zips == 0)
		return err_set(
		    err, ERR_FAILED,
		    _("%s: only zips are opened here, and what is locked is none: write it to a file, and open it "
		      "on a machine that is made for that"),
		    mail);
	if (tried == 0)
		return err_set(
		    err, ERR_FAILED,
		    _("%s: neither this mail nor one that belongs with it gives a password: ask who sent it in "
		      "for the mail that does and take it in, or type the password"),
		    mail);
	return err_set(
	    err, ERR_FAILED,
	    P_("%s: it did not open, %zu word was tried: ask who sent it in for the mail with the password "
	       "and take it in, or type the password",
	       "%s: it did not open, %zu words were tried: ask who sent it in for the mail with the password "
	       "and take it in, or type the password",
	       (unsigned long long)tried),
	    mail, tried);
}

int mail_is_locked(struct case_file *c, const char *mail, struct err *err)
{
	struct unlock_count count;
	if (count_locked(c, mail, &count, err) < 0)
		return -1;
	if (count.locked == 0)
		return err_set(err, ERR_NOT_FOUND, _("%s: nothing that it carries is locked"), mail);
	return count.zips ? 0 : refuse(mail, &count, 0, err);
}

int mail_unlock(struct mail_unlock *unlock, const json_t *passwords, struct err *err)
{
	struct mail_again again = {.c = unlock->c, .progress = unlock->progress, .passwords = passwords};
	struct unlock_count before;
	struct unlock_count after;
	size_t tried = json_array_size(passwords);
	unlock->opened = unlock->locked = 0;
	if (mail_is_locked(unlock->c, unlock->mail, err) < 0 || count_locked(unlock->c, unlock->mail, &before, err) < 0)
		return -1;
	unlock->locked = before.locked;
	if (tried == 0)
		return refuse(unlock->mail, &before, tried, err);
	if (mail_look_again(&again, &unlock->mail, 1, err) < 0 ||
	    count_locked(unlock->c, unlock->mail, &after, err) < 0)
		return -1;
	unlock->opened = before.locked > after.locked ? before.locked - after.locked : 0;
	return unlock->opened ? 0 : refuse(unlock->mail, &before, tried, err);
}
