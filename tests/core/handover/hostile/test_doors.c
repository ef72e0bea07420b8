/*
 * One judge at all doors: a thousand mutants of records are given to merge (which accept is, too), to a write (which import
 * is), to an upgrade, to verify and to salvage. All say what record_validate() says.
 */
#include "help_copies.h"

#include "base/worker/worker.h"
#include "case/action/action.h"
#include "case/care/salvage.h"
#include "case/care/verify.h"
#include "case/store/record_validate.h"
#include "handover/parcel/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MUTANTS 1000

static uint64_t seed = 0x9E3779B97F4A7C15ULL;

static unsigned draw(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

struct mutant {
	char id[37];
	char commit[HISTORY_ID];
	struct buf path;
	struct buf text;
	int is_record; /* by its text alone */
	int is_sound;  /* … and where it lies */
};

static struct mutant mutants[MUTANTS];

/* ---- making them */

static json_t *sound(unsigned i, char id[37])
{
	static const char ref[] = "10000000-0000-4000-8000-000000000000";
	static const char hash[] = "1111111111111111111111111111111111111111111111111111111111111111";
	static const char *const kinds[] = {"asset", "evidence", "event", "drone"};
	static const char *const letters[] = {"A", "E", "V", "DR"};
	char label[LABEL_TEXT];
	unsigned k = i % 4;
	snprintf(id, 37, "%08x-0000-4000-8000-%012x", 0x10000000U + i, i);
	snprintf(label, sizeof label, "R2-%s%u", letters[k], 100 + i);
	json_t *r = json_pack("{s:s s:s s:s s:s s:s s:s}", "id", id, "kind", kinds[k], "label", label, "author", "R2",
	                      "entered", "2026-01-01T00:00:00+09:00", "modified", "2026-01-01T00:00:00+09:00");
	json_object_set_new(r, "tags", json_pack("[s s]", "a", "b"));
	if (k == 0) {
		json_object_set_new(r, "hostname", json_string("PC"));
		json_object_set_new(r, "status", json_string("infected"));
	} else if (k == 1) {
		json_object_set_new(r, "title", json_string("disk"));
		json_object_set_new(r, "sha256", json_string(hash));
		json_object_set_new(r, "source_size", json_integer(4096));
		json_object_set_new(r, "on", json_string(ref));
	} else if (k == 2) {
		json_object_set_new(r, "title", json_string("first mail"));
		json_object_set_new(r, "when", json_string("2026-01~"));
		json_object_set_new(r, "links", json_pack("[s]", ref));
	} else {
		json_object_set_new(r, "rotors", json_integer(4));
	}
	return r;
}

static const char *any_name(const json_t *r)
{
	size_t n;
	static char name[64];
	char **names = json_names(r, &n);
	snprintf(name, sizeof name, "%s", names[draw((unsigned)n)]);
	json_names_free(names, n);
	return name;
}

static json_t *odd_value(void)
{
	static const char *const texts[] = {
	    "",
	    "unknown",
	    "no such value",
	    "R2-A0",
	    "R2-A01",
	    "R2-A1234567890",
	    "r-2",
	    "../x",
	    "10000000-0000-1000-8000-000000000000",
	    "10000000-0000-4000-8000-00000000000G",
	    "10000000-0000-4000-8000-000000000001",
	    "2026-01-01T00:00:00+09:00",
	    "2026-13-45",
	    "abc",
	    "text:sha256:1111111111111111111111111111111111111111111111111111111111111111",
	    "\033[2J"};
	switch (draw(6)) {
	case 0:
		return json_integer(draw(2) ? -1 : 7);
	case 1:
		return json_pack("[s s]", "a", draw(2) ? "a" : "b");
	case 2:
		return draw(2) ? json_array() : json_pack("[i]", 1);
	case 3:
		return draw(2) ? json_true() : json_pack("{s:s}", "a", "b");
	default:
		return json_string(texts[draw(sizeof texts / sizeof *texts)]);
	}
}

static void mutate(json_t *r)
{
	static const char *const names[] = {
	    "UPPER",     "a-b_c",   "9lives",   "a b", "../x",
	    "retracted", "aliases", "evidence", "tlp", "a_name_that_is_longer_than_any_field_has_ever_been"};
	switch (draw(5)) {
	case 0:
		return; /* sound */
	case 1: {
		const char *name = any_name(r);
		if (strcmp(name, "id") != 0)
			json_object_del(r, name);
		return;
	}
	case 2:
		json_object_set_new(r, names[draw(sizeof names / sizeof *names)], odd_value());
		return;
	default: {
		const char *name = any_name(r);
		/* whose label and whose record it is are not this judge's questions */
		if (strcmp(name, "id") != 0 && strcmp(name, "author") != 0)
			json_object_set_new(r, name, odd_value());
	}
	}
}

static void bend_text(struct buf *text)
{
	switch (draw(12)) {
	case 0:
		buf_addc(text, ' ');
		break;
	case 1:
		buf_truncate(text, text->len - 1);
		break;
	case 2:
		text->data[draw((unsigned)text->len)] ^= 1;
		break;
	default:
		break;
	}
}

static int is_id_of(const json_t *record, const char *id)
{
	const char *is = json_get_string(record, "id");
	return is && strcmp(is, id) == 0;
}

static int make(unsigned i)
{
	struct mutant *m = &mutants[i];
	json_t *r = sound(i, m->id);
	mutate(r);
	if (draw(20) == 0)
		json_object_set_new(r, "id", json_string(draw(2) ? "x" : "10000000-0000-1000-8000-000000000000"));
	buf_clear(&m->text);
	buf_clear(&m->path);
	if (json_canonical(r, &m->text, NULL) < 0)
		buf_adds(&m->text, "{}\n");
	bend_text(&m->text);
	const char *kind = json_get_string(r, "kind");
	const char *place =
	    kind && strspn(kind, "abcdefghijklmnopqrstuvwxyz") == strlen(kind) && *kind ? kind : "asset";
	record_path(draw(15) ? place : "site", m->id, &m->path);
	json_decref(r);
	json_t *alone = record_validate(NULL, m->text.data, m->text.len, NULL);
	json_t *placed = record_validate(m->path.data, m->text.data, m->text.len, NULL);
	m->is_record = alone != NULL;
	m->is_sound = placed != NULL;
	/* a flipped bit may make a sound record of another id or maker, which other rules are about */
	int usable =
	    !alone || (is_id_of(alone, m->id) && strcmp(json_get_string(alone, "author"), "R2") == 0 &&
	               strncmp(json_get_string(alone, "label"), "R2-", 3) == 0 && !json_object_get(alone, "aliases"));
	json_decref(alone);
	json_decref(placed);
	return usable;
}

/* ---- the doors */

static void wrong(const struct mutant *m, const char *door, int said)
{
	fail_msg("%s says %d of '%s', which the judge says %d, %d of: %s", door, said, m->path.data, m->is_record,
	         m->is_sound, m->text.data);
}

static void at_merge(struct mutant *m)
{
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	char id[HISTORY_ID];
	char *mail = xasprintf("R2@%.8s.genba.invalid", case_id(copies[1]));
	struct history_change file = {m->path.data, m->text.data, m->text.len};
	struct history_signer signer = {sign_well, people[1], {0}};
	struct history_meta meta = {.subject = "add",
	                            .action = "add",
	                            .author_name = people[1]->name,
	                            .author_mail = mail,
	                            .when = clock_now()};
	memcpy(signer.public_key, people[1]->public_key, 32);
	assert_int_equal(sqlite3_exec(case_db(copies[1]), "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ok(history_commit(case_history(copies[1]), &file, 1, &meta, &signer, id, &err), &err);
	ok(parcel_write(copies[1], NULL, 0, NULL, &bytes, &err), &err);
	assert_int_equal(sqlite3_exec(case_db(copies[1]), "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	history_rolled_back(case_history(copies[1]));
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	int said = case_merge(copies[0], &p, NULL, 1, NULL, &report, &err) == 0;
	if (said != m->is_sound) {
		print_error("%s\n", err.message);
		wrong(m, "merge", said);
	}
	merge_report_release(&report);
	parcel_release(&p);
	buf_release(&bytes);
	free(mail);
}

static void at_write(struct mutant *m)
{
	struct err err = ERR_INIT;
	json_t *object = json_parse_canonical(m->text.data, m->text.len, NULL);
	if (!object)
		return; /* what is written is made canonical there */
	struct action *a = action_begin(copies[0], "add", &err);
	int said = json_get_string(object, "id") && json_get_string(object, "label") &&
	           json_get_string(object, "kind") && action_store(a, object, &err) == 0;
	action_cancel(a);
	if (said != m->is_record)
		wrong(m, "a write", said);
	json_decref(object);
}

static void note_finding(void *ctx, const char *part, const char *text)
{
	(void)part;
	const char *at = strstr(text, "commit ");
	if (at)
		json_object_set_new(ctx, text, json_true());
}

static int is_told(const json_t *findings, const char *commit)
{
	const char *text;
	json_t *value;
	char *start = xasprintf("commit %.10s: '", commit);
	int told = 0;
	json_object_foreach((json_t *)(uintptr_t)findings, text, value)
		told |= strncmp(text, start, strlen(start)) == 0;
	free(start);
	return told;
}

/* All at once, in a case that has them all in its history. */
static void at_verify(struct case_file *c)
{
	struct err err = ERR_INIT;
	struct verify_report report;
	json_t *findings = json_object();
	for (unsigned i = 0; i < MUTANTS; i++) {
		struct history_change file = {mutants[i].path.data, mutants[i].text.data, mutants[i].text.len};
		commit_files(c, people[1], sign_well, &file, 1);
		ok(history_head(case_history(c), mutants[i].commit, &err), &err);
	}
	ok(case_verify(c, NULL, note_finding, findings, &report, &err), &err);
	for (unsigned i = 0; i < MUTANTS; i++) {
		int said = !is_told(findings, mutants[i].commit);
		if (said != mutants[i].is_sound)
			wrong(&mutants[i], "verify", said);
	}
	json_decref(findings);
}

static void at_salvage(const char *from)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {people[2], NULL};
	struct salvage_report report;
	char *out = path_of("salvaged");
	ok(case_salvage(from, NULL, out, &unlock, NULL, NULL, NULL, &report, &err), &err);
	struct case_file *c = open_copy(out, people[2]);
	for (unsigned i = 0; i < MUTANTS; i++) {
		json_t *record = record_get(c, mutants[i].id, RECORD_RAW | RECORD_WITH_RETRACTED, NULL);
		if ((record != NULL) != mutants[i].is_record)
			wrong(&mutants[i], "salvage", record != NULL);
		json_decref(record);
	}
	ok(case_close(c, &err), &err);
	free(out);
}

/* The earliest tables that called themselves format 1. */
static const char earliest[] =
    "DROP INDEX record_kind; DROP INDEX record_number; DROP INDEX record_standing; DROP INDEX record_happened;"
    "DROP INDEX record_name; ALTER TABLE record RENAME TO r;"
    "CREATE TABLE record(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL "
    "UNIQUE,"
    "  mark TEXT NOT NULL, number INTEGER NOT NULL, retracted INTEGER NOT NULL, json TEXT NOT NULL);"
    "INSERT INTO record SELECT n, id, kind, label, mark, number, retracted, json FROM r; DROP TABLE r;"
    "CREATE INDEX record_kind ON record(kind, n); CREATE INDEX record_number ON record(mark, kind, number);"
    "DROP TABLE work; DROP TABLE git_touch; ALTER TABLE git_commit RENAME TO g;"
    "CREATE TABLE git_commit(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, time INTEGER NOT NULL);"
    "INSERT INTO git_commit SELECT n, id, time FROM g; DROP TABLE g; PRAGMA user_version = 1";

static void run_sql(struct vault *v, const char *sql)
{
	if (sqlite3_exec(vault_db(v), sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(vault_db(v)));
}

static struct vault *open_vault(const char *path)
{
	struct err err = ERR_INIT;
	struct vault *v;
	struct vault_identity keys = {people[0]->public_key, people[0]->secret_key};
	struct vault_unlock unlock = {&keys, NULL};
	ok(vault_open(&v, path, &unlock, 0, &err), &err);
	return v;
}

static void put_row(struct vault *v, unsigned i)
{
	sqlite3_stmt *s = NULL;
	static const char sql[] = "INSERT INTO record(id, kind, label, mark, number, retracted, json)"
	                          " VALUES('m' || ?1, 'asset', 'M-' || ?1, 'M', ?1, 0, ?2)";
	assert_int_equal(sqlite3_prepare_v2(vault_db(v), sql, -1, &s, NULL), SQLITE_OK);
	sqlite3_bind_int(s, 1, (int)i);
	sqlite3_bind_text(s, 2, mutants[i].text.data, (int)mutants[i].text.len, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
}

/* Whether the upgrade lets in what the file's table has. It is shown upgraded: the file stays as it is. */
static int upgrades(const char *path, struct err *err)
{
	struct case_unlock unlock = {people[0], NULL};
	struct case_file *c = case_open(path, &unlock, CASE_READ_ONLY, err);
	int opens = c != NULL;
	case_close(c, NULL);
	return opens;
}

/* A case of the first format with all that are records, then with one that is none at a time. */
static void at_upgrade(const char *path)
{
	struct err err = ERR_INIT;
	struct vault *v = open_vault(path);
	run_sql(v, earliest);
	for (unsigned i = 0; i < MUTANTS; i++)
		if (mutants[i].is_record)
			put_row(v, i);
	ok(vault_close(v, &err), &err);
	if (!upgrades(path, &err))
		fail_msg("an upgrade refuses what all others take: %s", err.message);
	v = open_vault(path);
	run_sql(v, "DELETE FROM record WHERE mark = 'M'");
	for (unsigned i = 0; i < MUTANTS; i++) {
		if (mutants[i].is_record)
			continue;
		put_row(v, i);
		ok(vault_close(v, &err), &err);
		if (upgrades(path, &err))
			wrong(&mutants[i], "an upgrade", 1);
		err_clear(&err);
		v = open_vault(path);
		run_sql(v, "DELETE FROM record WHERE mark = 'M'");
	}
	ok(vault_close(v, &err), &err);
}

static void test_all_doors_say_the_same(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	unsigned records = 0;
	unsigned placed = 0;
	begin(COPIES);
	for (unsigned i = 0; i < MUTANTS; i++) {
		while (!make(i))
			;
		at_merge(&mutants[i]);
		at_write(&mutants[i]);
		records += (unsigned)mutants[i].is_record;
		placed += (unsigned)mutants[i].is_sound;
	}
	char *old = xstrdup(case_path(copies[0]));
	ok(case_close(copies[0], &err), &err);
	copies[0] = NULL;
	at_upgrade(old);
	unlink(old);
	free(old);
	at_verify(copies[2]);
	char *path = xstrdup(case_path(copies[2]));
	ok(case_close(copies[2], &err), &err);
	at_salvage(path);
	copies[2] = open_copy(path, people[2]);
	free(path);
	print_message("%d mutants: %u records, %u of them in their place\n", MUTANTS, records, placed);
	assert_true(records > MUTANTS / 5 && records < MUTANTS * 4 / 5);
	end(COPIES);
	for (unsigned i = 0; i < MUTANTS; i++) {
		buf_release(&mutants[i].text);
		buf_release(&mutants[i].path);
	}
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_doors_say_the_same)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
