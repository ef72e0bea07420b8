/* The desk's year: 609 mails of our own making become records and give the report's Table 1 and figures A-1 to A-4. */
#include "core/case/help_case.h"

#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/advice.h"
#include "finding/mail/again.h"
#include "finding/mail/import.h"
#include "finding/mail/look/look_job.h"
#include "finding/mail/mails.h"
#include "finding/mail/propose.h"
#include "finding/mail/similar.h"
#include "finding/mail/stats.h"
#include "finding/mail/unpack/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Numbers whose whole percents are the ones that the report prints; it prints no others. */
static const struct {
	const char *from;
	int count;
} senders[] = {{"a@gmail.com", 157}, {"a@x.co.jp", 112}, {"a@mofa.go.jp", 23}, {"a@nowhere.invalid", 13},
               {"a@ipa.go.jp", 10},  {"a@u.ac.jp", 3},   {"a@b.or.jp", 10},    {"\xE5\x89\x8A\xE9\x99\xA4", 281}};
static const struct {
	const char *name;
	const char *bytes;
	size_t n;
	int count;
} archives[] = {{"a.zip", "", 0, 253},
                {"a.rar", "Rar!\x1A\x07\x00", 7, 70},
                {"a.lzh", "", 0, 26},
                {"a.7z", "7z\xBC\xAF\x27\x1C", 6, 11},
                {"a.cab", "MSCF", 4, 7}};
static const struct {
	const char *name;
	int count;
} files[] = {{"f.exe", 230}, {"f.doc", 111}, {"f.scr", 72}, {"f.pdf", 29}, {"f.cpl", 14}, {"f.dat", 24}};

static char folder[128];

static const char *next_of(const int *counts, size_t n, int *used, const char *(*name)(size_t i))
{
	for (size_t i = 0; i < n; i++)
		if (used[i] < counts[i]) {
			used[i]++;
			return name(i);
		}
	return NULL;
}

static const char *sender_name(size_t i)
{
	return senders[i].from;
}

static const char *file_name(size_t i)
{
	return files[i].name;
}

static void le(struct buf *b, unsigned long value, int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		buf_addc(b, (char)(value & 0xFF));
}

/* A zip with locked entries: known by their names. */
static void make_zip(struct buf *b, const char *const *names, size_t count)
{
	struct buf central = BUF_INIT;
	for (size_t i = 0; i < count; i++) {
		unsigned long at = b->len;
		buf_add(b, "PK\3\4", 4);
		le(b, 20, 2), le(b, 1, 2), le(b, 0, 2), le(b, 0, 4), le(b, 0, 4), le(b, 13, 4), le(b, 1, 4);
		le(b, strlen(names[i]), 2), le(b, 0, 2);
		buf_adds(b, names[i]);
		buf_adds(b, "0123456789abc");
		buf_add(&central, "PK\1\2", 4);
		le(&central, 20, 2), le(&central, 20, 2), le(&central, 1, 2), le(&central, 0, 2), le(&central, 0, 4);
		le(&central, 0, 4), le(&central, 13, 4), le(&central, 1, 4), le(&central, strlen(names[i]), 2);
		le(&central, 0, 8), le(&central, 0, 4), le(&central, at, 4);
		buf_adds(&central, names[i]);
	}
	unsigned long at = b->len;
	buf_add(b, central.data, central.len);
	buf_add(b, "PK\5\6", 4);
	le(b, 0, 4), le(b, count, 2), le(b, count, 2), le(b, central.len, 4), le(b, at, 4), le(b, 0, 2);
	buf_release(&central);
}

/* One that holds a folder only. */
static void make_lzh(struct buf *b)
{
	le(b, 22, 1), le(b, 0, 1);
	buf_add(b, "-lhd-", 5);
	le(b, 0, 4), le(b, 0, 4), le(b, 0, 4), le(b, 0x10, 1), le(b, 0, 1), le(b, 0, 1), le(b, 0, 2), le(b, 0, 1);
}

static void attach(struct buf *mail, const char *name, const void *bytes, size_t n)
{
	buf_addf(mail,
	         "--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"%s\"\n"
	         "Content-Transfer-Encoding: quoted-printable\n\n",
	         name);
	for (size_t i = 0; i < n; i++)
		buf_addf(mail, "=%02X%s", ((const unsigned char *)bytes)[i], i % 24 == 23 ? "=\n" : "");
	buf_adds(mail, "\n");
}

static void write_mail(int i, const struct buf *mail)
{
	char path[200];
	snprintf(path, sizeof path, "%s/%03d.eml", folder, i);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fwrite(mail->data, 1, mail->len, f);
	fclose(f);
}

static int archive_left[5];
static int file_used[6];
static int file_counts[6];

/* The next archive; a zip takes its share of the files that are counted. */
static void attach_archive(struct buf *mail)
{
	struct buf b = BUF_INIT;
	size_t k = 0;
	while (k < 5 && archive_left[k] == 0)
		k++;
	assert_true(k < 5);
	archive_left[k]--;
	if (k == 0) {
		const char *names[4];
		size_t n = 0;
		while (n < 1 && (names[n] = next_of(file_counts, 6, file_used, file_name)))
			n++;
		make_zip(&b, names, n);
	} else if (k == 2) {
		make_lzh(&b);
	} else {
		buf_add(&b, archives[k].bytes, archives[k].n);
		le(&b, 0, 32);
	}
	attach(mail, archives[k].name, b.data, b.len);
	buf_release(&b);
}

static void make_609(void)
{
	static int sender_used[8];
	int sender_counts[8];
	int plain_files = 0;
	for (size_t i = 0; i < 8; i++)
		sender_counts[i] = senders[i].count;
	for (size_t i = 0; i < 5; i++)
		archive_left[i] = archives[i].count;
	for (size_t i = 0; i < 6; i++)
		file_counts[i] = files[i].count;
	snprintf(folder, sizeof folder, "%s/mails", scratch);
	assert_int_equal(mkdir(folder, 0700), 0);
	for (int i = 0; i < 609; i++) {
		struct buf mail = BUF_INIT;
		const char *from = next_of(sender_counts, 8, sender_used, sender_name);
		assert_non_null(from);
		buf_addf(&mail,
		         "From: %s\nTo: b@b.example\nSubject: mail %d\nDate: Tue, 10 Jun 2014 09:%02d:00 +0900\n", from,
		         i, i % 60);
		if (i < 532) {
			buf_adds(&mail, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n");
			if (i < 364) {
				attach_archive(&mail);
				if (i < 3) /* three of them carry two */
					attach_archive(&mail);
			} else { /* the rest of the files, among the mails without an archive */
				int left = 480 - 253 - plain_files;
				int mails = 532 - i;
				for (int k = (left + mails - 1) / mails; k > 0; k--, plain_files++)
					attach(&mail, next_of(file_counts, 6, file_used, file_name), "\1\0\2", 3);
			}
			buf_adds(&mail, "--b--\n");
		} else if (i < 532 + 36) {
			buf_adds(&mail, "\nsee http://c2.example/a\n");
		} else if (i < 532 + 36 + 19) {
			buf_adds(&mail, "\nplease answer\n");
		} /* the last 22: a header, and no more */
		write_mail(i, &mail);
		buf_release(&mail);
	}
}

static int number(const json_t *rows, const char *table, const char *key, const char *field)
{
	size_t i;
	json_t *row;
	json_array_foreach(rows, i, row)
		if (strcmp(json_get_string(row, "table"), table) == 0 && strcmp(json_get_string(row, "key"), key) == 0)
			return (int)json_integer_value(json_object_get(row, field));
	fail_msg("no row %s %s", table, key);
	return -1;
}

static void the_year_is_that_of_the_report(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	make_609();
	const char *paths[] = {folder};
	uint64_t before = commits();
	struct mail_import import = {.c = the_case};
	if (mail_import(&import, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(import.added, 609);
	assert_int_equal(import.unread, 0);
	assert_int_equal(commits() - before, 1);
	json_t *rows = mail_stats(the_case, NULL, STATS_ALL, &err);
	assert_non_null(rows);
	static const struct {
		const char *table;
		const char *key;
		int n;
	} counts[] = {{"1", "mails", 609},        {"1", "with_attachment", 532},
	              {"1", "compressed", 364},   {"1", "uncompressed", 168},
	              {"1", "url", 36},           {"1", "neither", 19},
	              {"1", "other", 22},         {"A-3", "zip", 253},
	              {"A-4", "exe+scr+cpl", 316}};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		assert_int_equal(number(rows, counts[i].table, counts[i].key, "n"), counts[i].n);
	static const struct {
		const char *table;
		const char *key;
		int share;
		int of;
	} shares[] = {
	    {"A-1", "compressed", 60, 609}, {"A-1", "uncompressed", 27, 609}, {"A-1", "url", 6, 609},
	    {"A-1", "neither", 3, 609},     {"A-1", "other", 4, 609},         {"A-2", "free_mail", 48, 328},
	    {"A-2", "company", 34, 328},    {"A-2", "ministry", 7, 328},      {"A-2", "no_such_domain", 4, 328},
	    {"A-2", "iaa", 3, 328},         {"A-2", "university", 1, 328},    {"A-2", "other", 3, 328},
	    {"A-3", "zip", 69, 367},        {"A-3", "rar", 19, 367},          {"A-3", "lzh", 7, 367},
	    {"A-3", "7z", 3, 367},          {"A-3", "other", 2, 367},         {"A-4", "exe", 48, 480},
	    {"A-4", "office", 23, 480},     {"A-4", "scr", 15, 480},          {"A-4", "pdf", 6, 480},
	    {"A-4", "cpl", 3, 480},         {"A-4", "other", 5, 480},         {"A-4", "exe+scr+cpl", 66, 480}};
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		if (number(rows, shares[i].table, shares[i].key, "share") != shares[i].share)
			fail_msg("%s %s: %d of %d is %d%%, not %d%%", shares[i].table, shares[i].key,
			         number(rows, shares[i].table, shares[i].key, "n"),
			         number(rows, shares[i].table, shares[i].key, "of"),
			         number(rows, shares[i].table, shares[i].key, "share"), shares[i].share);
		assert_int_equal(number(rows, shares[i].table, shares[i].key, "of"), shares[i].of);
	}
	json_decref(rows);

	/* the same bytes again: nothing is added */
	import = (struct mail_import){.c = the_case};
	assert_int_equal(mail_import(&import, paths, 1, &err), 0);
	assert_int_equal(import.added, 0);
	assert_int_equal(import.known, 609);
	assert_int_equal(commits() - before, 1);

	/* a person's correction counts, a retracted mail does not; months */
	set("R1-L1", "class_override=neither");
	assert_int_equal(record_retract(the_case, "R1-L2", "twice", &err), 0);
	rows = mail_stats(the_case, NULL, STATS_MONTH, &err);
	assert_string_equal(json_get_string(json_array_get(rows, 0), "by"), "2014-06");
	assert_int_equal(number(rows, "1", "mails", "n"), 608);
	assert_int_equal(number(rows, "1", "compressed", "n"), 362);
	assert_int_equal(number(rows, "1", "neither", "n"), 20);
	json_decref(rows);
}

static void put(const char *name, const char *text, size_t n)
{
	char path[200];
	snprintf(path, sizeof path, "%s/%s", scratch, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fwrite(text, 1, n, f);
	fclose(f);
}

static void what_was_taken_in_can_be_given_out(void **state)
{
	(void)state;
	static const char box[] =
	    "From a@b Tue Jun 10 09:10:00 2014\nFrom: a@a.co.jp\nSubject: one\n\nbody\n\n"
	    "From a@b Tue Jun 10 09:10:00 2014\nFrom: a@partner.example\nSubject: two\nContent-Type: "
	    "multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Disposition: attachment; "
	    "filename=x.exe\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n--b--\n";
	struct err err = ERR_INIT;
	char path[200];
	const char *paths[] = {path};
	add("party", "name=Partner type=organisation org_kind=university domains=partner.example");
	put("box", box, sizeof box - 1);
	snprintf(path, sizeof path, "%s/box", scratch);
	struct mail_import import = {.c = the_case, .obtained = "volunteered"};
	if (mail_import(&import, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(import.added, 2);
	assert_string_equal(get("R1-E1", "form"), "blob");
	assert_string_equal(get("R1-L2", "evidence"), "R1-E1");
	assert_string_equal(get("R1-L2", "inside"), "2");
	assert_string_equal(get("R1-L2", "sender_class"), "university");
	assert_string_equal(get("R1-L2", "sender_basis"), "record");
	assert_string_equal(get("R1-L2", "obtained"), "volunteered");
	assert_string_equal(get("R1-L2", "parsed"), "whole");
	assert_string_equal(get("R1-L2", "attachment_names"), "x.exe");
	json_t *analysis = mail_analysis(the_case, "R1-L2", &err);
	assert_non_null(analysis);
	assert_int_equal(json_array_size(json_object_get(analysis, "parts")), 2);
	json_decref(analysis);
	struct buf source = BUF_INIT;
	struct buf content = BUF_INIT;
	size_t n;
	int forwarded;
	assert_int_equal(mail_source(the_case, "R1-L2", &source, &n, &forwarded, &err), 0);
	struct mails_part asked = {
	    .source = source.data, .n = source.len, .number = n, .part = "2", .forwarded = forwarded};
	assert_int_equal(mails_part(&asked, &content, &err), 0);
	assert_string_equal(content.data, "Hello");
	asked.part = "9";
	assert_int_equal(mails_part(&asked, &content, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	buf_release(&source);
	buf_release(&content);
}

/* Three mails: two of one sender with the same file, one that shares nothing. */
static void import_three(void)
{
	static const char text[] =
	    "From a@b Tue Jun 10 09:10:00 2014\nFrom: =?utf-8?B?5bqD5aCx6Kqy?= <pr@yahoo.co.jp>\nSubject: Re: report "
	    "1\n"
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee http://c2.evil.com/x\n--b\nContent-Disposition: "
	    "attachment; "
	    "filename=x.exe\nContent-Transfer-Encoding: base64\n\nTVpIZWxsbw==\n--b--\n\n"
	    "From a@b Tue Jun 10 09:10:00 2014\nFrom: other@gmail.com\nSubject: quite another\n"
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; "
	    "filename=y.exe\nContent-Transfer-Encoding: base64\n\nTVpIZWxsbw==\n--b--\n\n"
	    "From a@b Tue Jun 10 09:10:00 2014\nFrom: third@x.co.jp\nSubject: minutes\n\nhello\n";
	char path[200];
	const char *paths[] = {path};
	struct err err = ERR_INIT;
	put("three", text, sizeof text - 1);
	snprintf(path, sizeof path, "%s/three", scratch);
	struct mail_import import = {.c = the_case};
	if (mail_import(&import, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(import.added, 3);
}

static void mails_that_belong_together_are_told(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	import_three();
	json_t *rows = mail_similar(the_case, "R1-L2", &err);
	assert_int_equal(json_array_size(rows), 1);
	assert_string_equal(json_get_string(json_array_get(rows, 0), "other"), "R1-L1");
	assert_non_null(strstr(json_get_string(json_array_get(rows, 0), "because"), "file "));
	json_decref(rows);
	rows = mail_similar(the_case, "R1-L3", &err);
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
	assert_null(mail_similar(the_case, "R1-L9", &err));
}

/* From the index, which is there after the first question, as from the records; and again when they have changed. */
static void what_is_alike_is_kept_and_follows_the_records(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	import_three();
	json_t *first = mail_similar(the_case, NULL, &err);
	json_t *again = mail_similar(the_case, NULL, &err);
	assert_non_null(first);
	assert_true(json_equal(first, again));
	json_t *counts = mail_similar_counts(the_case, &err);
	size_t pairs = 0;
	const char *label;
	json_t *n;
	json_object_foreach(counts, label, n)
		pairs += (size_t)json_integer_value(n);
	assert_int_equal(pairs, 2 * json_array_size(first));
	set("R1-L3", "origin=203.0.113.99");
	set("R1-L1", "origin=203.0.113.99");
	json_decref(again);
	again = mail_similar(the_case, "R1-L3", &err);
	assert_non_null(again);
	int found = 0;
	for (size_t i = 0; i < json_array_size(again); i++)
		found |= strcmp(json_get_string(json_array_get(again, i), "other"), "R1-L1") == 0 &&
		         strstr(json_get_string(json_array_get(again, i), "because"), "origin 203.0.113.99") != NULL;
	assert_true(found);
	json_decref(first);
	json_decref(again);
	json_decref(counts);
}

static void only_what_a_person_names_is_promoted(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	import_three();
	add("indicator", "type=domain value=c2[.]evil.com role=c2");
	json_t *items = mail_proposals(the_case, "R1-L1", &err);
	size_t i;
	json_t *item;
	size_t email = SIZE_MAX;
	size_t domain = SIZE_MAX;
	json_array_foreach(items, i, item) {
		email = strcmp(json_get_string(item, "type"), "email") == 0 ? i : email;
		domain = strcmp(json_get_string(item, "type"), "domain") == 0 ? i : domain;
	}
	assert_string_equal(json_get_string(json_array_get(items, email), "value"), "pr@yahoo.co.jp");
	assert_string_equal(json_get_string(json_array_get(items, domain), "known"), "R1-I1");
	assert_int_equal(record_count(the_case, "indicator", 0), 1);
	uint64_t before = commits();
	assert_int_equal(mail_promote(the_case, "R1-L1", items, email, label, &err), 0);
	assert_string_equal(get(label, "origin"), "R1-L1");
	assert_int_equal(mail_promote(the_case, "R1-L1", items, domain, label, &err), 0);
	assert_string_equal(label, "R1-I1");
	assert_int_equal(commits() - before, 1);
	assert_int_equal(mail_promote(the_case, "R1-L1", items, 99, label, &err), -1);
	json_decref(items);
}

static void advice_follows_what_was_done_with_the_mail(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	import_three();
	assert_int_equal(mail_advice(the_case, "R1-L1", &text, &err), 0);
	assert_non_null(strstr(text.data, "pr[at]yahoo[.]co[.]jp"));
	assert_non_null(strstr(text.data, "hxxp://c2[.]evil[.]com/x"));
	assert_non_null(strstr(text.data, "do NOT switch it off")); /* it is not known: as if it was opened */
	assert_null(strstr(text.data, "http://"));
	assert_null(strstr(text.data, "pr@")); /* nor where the name is shown, or what a rule says */
	buf_clear(&text);
	set("R1-L1", "reach=deleted");
	assert_int_equal(mail_advice(the_case, "R1-L1", &text, &err), 0);
	assert_null(strstr(text.data, "do NOT switch it off"));
	assert_null(strstr(text.data, "as agreed"));
	add("party", "name=Agency type=organisation safe_channel=fax-0312345678");
	add("consultation", "from=Agency when=2014-07-02 summary=x");
	set("R1-L1", "consultation=R1-Q1");
	buf_clear(&text);
	assert_int_equal(mail_advice(the_case, "R1-L1", &text, &err), 0);
	assert_non_null(strstr(text.data, "as agreed: fax-0312345678"));
	assert_int_equal(mail_advice(the_case, "R1-E1", &text, &err), -1);
	buf_release(&text);
}

static void looking_again_changes_what_changed_only(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	import_three();
	struct mail_again again = {.c = the_case};
	uint64_t before = commits();
	if (mail_look_again(&again, NULL, 0, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(again.looked, 3);
	assert_int_equal(again.changed, 0);
	assert_int_equal(commits() - before, 0);
	add("party", "name=X type=organisation org_kind=university domains=x.co.jp");
	again = (struct mail_again){.c = the_case};
	assert_int_equal(mail_look_again(&again, NULL, 0, &err), 0);
	assert_int_equal(again.changed, 1);
	assert_string_equal(get("R1-L3", "sender_class"), "university");
}

static void a_file_from_a_link_is_evidence_of_its_mail(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	import_three();
	put("got.bin", "MZ", 2);
	char path[200];
	snprintf(path, sizeof path, "%s/got.bin", scratch);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(mail_add_file(the_case, "R1-L1", fileno(f), path, "http://c2.evil.com/x", label, &err), 0);
	fclose(f);
	assert_string_equal(get(label, "from_mail"), "R1-L1");
	assert_string_equal(get(label, "from_url"), "hxxp://c2[.]evil[.]com/x");
	assert_string_equal(get(label, "title"), "got.bin");
}

static int count_found(void *ctx, const struct mail_found *found, struct err *err)
{
	(void)err;
	size_t *count = ctx;
	assert_string_equal(json_get_string(found->object, "parsed"), "whole");
	assert_int_equal(found->number, *count);
	++*count;
	return 0;
}

/* What the worker says comes in pieces as the pipe has them, and none of twenty thousand mails is lost. */
static void a_long_box_is_read_to_its_end(void **state)
{
	(void)state;
	struct buf box = BUF_INIT;
	struct err err = ERR_INIT;
	size_t count = 0;
	char path[200];
	const char *paths[] = {path};
	for (int i = 0; i < 20000; i++)
		buf_addf(&box, "From a@b Tue Jun 10 09:10:00 2014\nSubject: %d\n\nx\n\n", i);
	put("long", box.data, box.len);
	buf_release(&box);
	snprintf(path, sizeof path, "%s/long", scratch);
	struct mails m = {.found = count_found, .ctx = &count};
	if (mails_look(&m, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(count, 20000);
}

static void what_is_not_there_is_named_and_the_rest_taken_in(void **state)
{
	(void)state;
	char path[200];
	char none[200];
	struct err err = ERR_INIT;
	const char *paths[] = {none, path};
	put("typed", "typed in by hand\n", 17);
	snprintf(path, sizeof path, "%s/typed", scratch);
	snprintf(none, sizeof none, "%s/none", scratch);
	struct mail_import import = {.c = the_case};
	assert_int_equal(mail_import(&import, paths, 2, &err), 0);
	assert_int_equal(import.unread, 1);
	assert_int_equal(import.not_whole, 1);
	assert_string_equal(get("R1-L1", "parsed"), "no");
	assert_string_equal(get("R1-L1", "class"), "other");
	import = (struct mail_import){.c = the_case, .on = "R1-A9"};
	assert_int_equal(mail_import(&import, paths, 2, &err), -1);
	assert_int_equal(record_count(the_case, "mail", 0), 1);
}

static const struct worker_job *const jobs[] = {&mail_look_job, &mail_unpack_job, NULL};

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_year_is_that_of_the_report, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_was_taken_in_can_be_given_out, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(mails_that_belong_together_are_told, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_is_alike_is_kept_and_follows_the_records, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(only_what_a_person_names_is_promoted, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(advice_follows_what_was_done_with_the_mail, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(looking_again_changes_what_changed_only, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_file_from_a_link_is_evidence_of_its_mail, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_long_box_is_read_to_its_end, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_is_not_there_is_named_and_the_rest_taken_in, case_setup,
	                                    case_teardown),
	};
	worker_main(argc, argv, jobs);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
