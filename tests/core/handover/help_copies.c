#include "help_copies.h"

#include "base/secret.h"
#include "base/time/clock.h"
#include "case/care/verify.h"
#include "case/case.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char folder[64];
struct identity *people[COPIES];
struct case_file *copies[COPIES];
static unsigned serial;

char *path_of(const char *name)
{
	return xasprintf("%s/%s-%u.genba", folder, name, serial++);
}

void ok(int rc, const struct err *err)
{
	if (rc < 0)
		print_error("%s\n", err->message);
	assert_int_equal(rc, 0);
}

struct case_file *open_copy(const char *path, const struct identity *who)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {who, NULL};
	struct case_file *c = case_open(path, &unlock, 0, &err);
	if (!c)
		print_error("%s\n", err.message);
	assert_non_null(c);
	return c;
}

void begin(size_t n)
{
	struct err err = ERR_INIT;
	struct case_new spec = {.title = "Merged", .party = "Organisation A", .owner = people[0]};
	char *path = path_of("first");
	copies[0] = case_create(path, &spec, &err);
	ok(copies[0] ? 0 : -1, &err);
	free(path);
	struct handover_recipient to[COPIES];
	char *lines[COPIES];
	for (size_t i = 1; i < n; i++) {
		struct buf line = BUF_INIT;
		identity_public_line(people[i], &line);
		lines[i - 1] = buf_take(&line, NULL);
	}
	ok(handover_recipients(copies[0], (const char *const *)lines, n - 1, to, &err), &err);
	struct handover_copy how = {.to = to, .count = n - 1};
	for (size_t i = 1; i < n; i++) {
		size_t left = 0;
		char *copy = path_of("copy");
		ok(handover_copy(copies[0], copy, &how, &left, &err), &err);
		copies[i] = open_copy(copy, people[i]);
		free(copy);
		free(lines[i - 1]);
	}
	handover_recipients_release(to, n - 1);
}

void end(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err err = ERR_INIT;
		ok(case_close(copies[i], &err), &err);
		copies[i] = NULL;
	}
}

void open_as(size_t copy, size_t person)
{
	struct err err = ERR_INIT;
	char *path = strdup(case_path(copies[copy]));
	ok(case_close(copies[copy], &err), &err);
	copies[copy] = open_copy(path, people[person]);
	free(path);
}

void add(struct case_file *c, const char *kind, const char *field, const char *value, char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	struct assign fields[] = {{field, value}, {"text", value}};
	ok(record_add(c, kind, fields, 1, 0, label, &err), &err);
}

void set(struct case_file *c, const char *label, const char *field, const char *value)
{
	struct err err = ERR_INIT;
	struct assign fields[] = {{field, value}};
	ok(record_set(c, label, fields, 1, RECORD_WITH_RETRACTED, &err), &err);
}

int sign_well(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	return identity_sign(ctx, message, n, signature);
}

void commit_files(struct case_file *c, const struct identity *who, signing_fn how, const struct history_change *files,
                  size_t count)
{
	struct err err = ERR_INIT;
	char id[HISTORY_ID];
	char *mail = xasprintf("%s@%.8s.genba.invalid", who->mark, case_id(c));
	struct history_signer signer = {how, (void *)(uintptr_t)who, {0}};
	struct history_meta meta = {.subject = "add asset R2-A1: PC",
	                            .action = "add",
	                            .author_name = who->name,
	                            .author_mail = mail,
	                            .when = clock_now()};
	memcpy(signer.public_key, who->public_key, 32);
	assert_int_equal(sqlite3_exec(case_db(c), "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ok(history_commit(case_history(c), files, count, &meta, &signer, id, &err), &err);
	assert_int_equal(sqlite3_exec(case_db(c), "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	free(mail);
}

void commit_object(struct case_file *c, const struct identity *who, const json_t *object)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	ok(json_canonical(object, &text, &err), &err);
	record_path(json_get_string(object, "kind"), json_get_string(object, "id"), &path);
	struct history_change file = {path.data, text.data, text.len};
	commit_files(c, who, sign_well, &file, 1);
	buf_release(&text);
	buf_release(&path);
}

int try_merge(struct case_file *to, struct case_file *from, struct merge_report *report, struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct parcel p;
	int rc = parcel_write(from, NULL, 0, NULL, &bytes, err);
	if (rc == 0)
		rc = parcel_read(&p, bytes.data, bytes.len, err);
	memset(report, 0, sizeof *report);
	if (rc == 0) {
		rc = case_merge(to, &p, NULL, 0, NULL, report, err);
		parcel_release(&p);
	}
	buf_release(&bytes);
	return rc;
}

struct merge_report merge(struct case_file *to, struct case_file *from)
{
	struct err err = ERR_INIT;
	struct merge_report report;
	ok(try_merge(to, from, &report, &err), &err);
	merge_report_release(&report);
	return report;
}

void cross(size_t a, size_t b)
{
	struct err err = ERR_INIT;
	const size_t which[2] = {a, b};
	struct buf bytes[2] = {BUF_INIT, BUF_INIT};
	for (int i = 0; i < 2; i++)
		ok(parcel_write(copies[which[i]], NULL, 0, NULL, &bytes[i], &err), &err);
	for (int i = 0; i < 2; i++) {
		struct parcel p;
		struct merge_report report;
		ok(parcel_read(&p, bytes[1 - i].data, bytes[1 - i].len, &err), &err);
		ok(case_merge(copies[which[i]], &p, NULL, 0, NULL, &report, &err), &err);
		merge_report_release(&report);
		parcel_release(&p);
	}
	buf_release(&bytes[0]);
	buf_release(&bytes[1]);
}

static int hash_file(void *ctx, const char *path, const void *text, size_t n)
{
	crypto_generichash_update(ctx, (const unsigned char *)path, strlen(path) + 1);
	crypto_generichash_update(ctx, text, n);
	return 0;
}

void tree_digest(struct case_file *c, unsigned char digest[32])
{
	struct err err = ERR_INIT;
	char head[HISTORY_ID];
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, 32);
	ok(history_head(case_history(c), head, &err), &err);
	ok(history_tree_walk(case_history(c), head, hash_file, &state, &err), &err);
	crypto_generichash_final(&state, digest, 32);
}

void assert_same_trees(size_t n)
{
	unsigned char first[32];
	unsigned char other[32];
	tree_digest(copies[0], first);
	for (size_t i = 1; i < n; i++) {
		tree_digest(copies[i], other);
		assert_memory_equal(first, other, 32);
	}
}

static void print_finding(void *ctx, const char *part, const char *text)
{
	(void)ctx;
	print_error("%s: %s\n", part, text);
}

void assert_verifies(struct case_file *c)
{
	struct err err = ERR_INIT;
	struct verify_report report;
	ok(case_verify(c, NULL, print_finding, NULL, &report, &err), &err);
	assert_int_equal(report.findings, 0);
}

char *field_of(struct case_file *c, const char *label, const char *field)
{
	json_t *record = record_get(c, label, RECORD_WITH_RETRACTED, NULL);
	assert_non_null(record);
	const char *value = json_get_string(record, field);
	char *text = strdup(value ? value : "");
	json_decref(record);
	return text;
}

void assert_field(struct case_file *c, const char *label, const char *field, const char *wanted)
{
	char *text = field_of(c, label, field);
	assert_string_equal(text, wanted);
	free(text);
}

uint64_t count(struct case_file *c, const char *kind)
{
	return record_count(c, kind, RECORD_WITH_RETRACTED);
}

int set_up(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(folder, sizeof folder, "%s/genba-merge-XXXXXX", base);
	if (!mkdtemp(folder) || secret_setup(&err) < 0)
		return -1;
	setenv("XDG_DATA_HOME", folder, 1);
	struct clock_time start = {1764000000, 0, 540};
	clock_set(&start, 1);
	for (int i = 0; i < COPIES; i++) {
		char mark[MARK_TEXT];
		char name[32];
		snprintf(mark, sizeof mark, "R%d", i + 1);
		snprintf(name, sizeof name, "Responder %d", i + 1);
		people[i] = identity_ephemeral(name, mark);
	}
	return 0;
}

int tear_down(void **state)
{
	(void)state;
	char *command = xasprintf("rm -rf %s", folder);
	int rc = system(command);
	free(command);
	for (int i = 0; i < COPIES; i++)
		identity_free(people[i]);
	return rc;
}

long sql_number(struct case_file *c, const char *sql)
{
	sqlite3_stmt *q = NULL;
	assert_int_equal(sqlite3_prepare_v2(case_db(c), sql, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	long n = (long)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return n;
}

void assert_refused(struct case_file *to, struct case_file *from, const char *reason)
{
	struct err err = ERR_INIT;
	struct merge_report report;
	unsigned char before[32];
	unsigned char after[32];
	tree_digest(to, before);
	assert_int_equal(try_merge(to, from, &report, &err), -1);
	if (!strstr(err.message, reason))
		print_error("%s\n", err.message);
	assert_non_null(strstr(err.message, reason));
	merge_report_release(&report);
	tree_digest(to, after);
	assert_memory_equal(before, after, 32);
	assert_verifies(to);
}
