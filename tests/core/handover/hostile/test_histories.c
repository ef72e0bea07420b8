/*
 * Random histories made by holders of keys who stop at nothing: any commits, on any parent, in any shape, about any
 * record. Whatever a copy takes in of them, what it held stays: whose label, whose mark, whose key, whose digest, who
 * did it (help_held.h).
 *
 *   ctest                                      some hundred
 *   cmake --build BUILD --target hostile-histories    10,000
 *   GENBA_HISTORIES=40 GENBA_SEED=… core_handover_hostile_test_histories    those of one case again
 */
#include "help_copies.h"
#include "help_held.h"

#include "base/worker/worker.h"
#include "case/kind/conflict.h"
#include "handover/parcel/unpack.h"
#include "history/exchange.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS_OF_A_SITE 40
#define TIPS           64
#define RECORDS        256

static uint64_t seed;

static unsigned draw(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

/* ---- the attacker: commits past all that a case would say */

static char tips[TIPS][HISTORY_ID];
static size_t tip_count;
static json_t *pool[RECORDS]; /* records as they are at the present tip */
static size_t pool_count;

static void set_head(const char *commit)
{
	sqlite3_stmt *s = NULL;
	assert_int_equal(
	    sqlite3_prepare_v2(case_db(copies[1]), "UPDATE git_ref SET id = ?1 WHERE name LIKE 'refs/%'", -1, &s, NULL),
	    SQLITE_OK);
	sqlite3_bind_text(s, 1, commit, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
}

static int note_tip(void *ctx, const struct history_entry *entry)
{
	(void)ctx;
	if (tip_count < TIPS / 2)
		snprintf(tips[tip_count++], HISTORY_ID, "%s", entry->id);
	return 0;
}

static int note_record(void *ctx, const char *path, const void *text, size_t n)
{
	(void)ctx;
	json_t *record = strchr(path, '/') ? json_parse(text, n, NULL) : NULL;
	if (record && pool_count < RECORDS)
		pool[pool_count++] = record;
	else
		json_decref(record);
	return 0;
}

static void load_pool(const char *commit)
{
	while (pool_count > 0)
		json_decref(pool[--pool_count]);
	history_tree_walk(case_history(copies[1]), commit, note_record, NULL, NULL);
}

static json_t *any_of(const char *kind)
{
	for (unsigned tries = 0; pool_count && tries < 40; tries++) {
		json_t *record = pool[draw((unsigned)pool_count)];
		if (!kind || strcmp(record_text(record, "kind"), kind) == 0)
			return json_deep_copy(record);
	}
	return NULL;
}

static void put(json_t *record, const char *name, const char *value)
{
	json_object_set_new(record, name, json_string(value));
}

/* A label of the record's kind, mostly. */
static const char *a_label(const json_t *record, char label[LABEL_TEXT])
{
	static const char *const letters[] = {"A", "N", "E", "R", "DR"};
	const char *dash = strchr(record_text(record, "label"), '-');
	const char *own = dash && draw(8) ? dash + 1 : letters[draw(5)];
	snprintf(label, LABEL_TEXT, "R%u-%.*s%u", 1 + draw(4), (int)strcspn(own, "0123456789"), own, 1 + draw(12));
	return label;
}

static const char *a_digest(char hex[65])
{
	memset(hex, "0123456789abcdef"[draw(16)], 64);
	hex[64] = '\0';
	return hex;
}

static void put_key(json_t *record, const struct identity *who)
{
	struct buf line = BUF_INIT;
	ssh_public_line(who->public_key, who->name, &line);
	put(record, "key", line.data);
	buf_release(&line);
}

static json_t *new_record(void)
{
	static const char *const kinds[] = {"asset", "note", "evidence", "responder", "conflict", "drone"};
	static const char *const letters[] = {"A", "N", "E", "R", "X", "DR"};
	static const char *const titles[] = {"hostname", "stance", "title", "name", "field", "rotors"};
	unsigned k = draw(6);
	char id[37];
	char label[LABEL_TEXT];
	char hex[65];
	unsigned char b[16];
	for (size_t i = 0; i < sizeof b; i++)
		b[i] = (unsigned char)draw(256);
	snprintf(id, sizeof id, "%02x%02x%02x%02x-%02x%02x-4%x%02x-a%x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
	         b[3], b[4], b[5], b[6] & 15, b[7], b[8] & 15, b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	json_t *other = any_of(NULL);
	if (other && draw(12) == 0)
		snprintf(id, sizeof id, "%s", record_text(other, "id"));
	unsigned mark = draw(4) ? 2 : 1 + draw(4);
	snprintf(label, sizeof label, "R%u-%s%u", draw(6) ? mark : 1 + draw(4), letters[k], 1 + draw(60));
	json_t *record = json_pack("{s:s s:s s:s s:s s:s s:s}", "id", id, "kind", kinds[k], "label", label, "entered",
	                           draw(3) ? "2026-03-01T00:00:00+09:00" : "2001-01-01T00:00:00+00:00", "modified",
	                           "2026-03-01T00:00:00+09:00", "author",
	                           mark == 1   ? "R1"
	                           : mark == 3 ? "R3"
	                                       : "R2");
	put(record, titles[k], k == 1 ? "fact" : "x");
	if (k == 2) {
		put(record, "complete", draw(2) ? "complete" : "partial");
		put(record, "sha256", a_digest(hex));
	} else if (k == 3) {
		char fresh[MARK_TEXT];
		snprintf(fresh, sizeof fresh, "%s", draw(2) ? "R1" : draw(2) ? "R9" : "Q1");
		put(record, "mark", fresh);
		put(record, "role", "lead");
		put_key(record, people[1 + draw(2)]);
	} else if (k == 4) {
		static const char *const fields[] = {"key", "author", "mark", "status", "os", "sha256"};
		snprintf(label, sizeof label, "X-%.8s", id);
		put(record, "label", draw(3) ? label : "R1-A2");
		put(record, "author", draw(3) ? "genba" : "R1");
		put(record, "field", fields[draw(6)]);
		put(record, "record", other ? record_text(other, "id") : id);
		put(record, "state", "open");
		put(record, "one", "infected");
		put(record, "other", "clean");
		if (draw(2)) { /* with the id and label that it ought to have */
			conflict_id(record_text(record, "record"), record_text(record, "field"),
			            json_object_get(record, "one"), json_object_get(record, "other"), id);
			snprintf(label, sizeof label, "X-%.8s", id);
			put(record, "id", id);
			put(record, "label", label);
			put(record, "author", "genba");
		}
	}
	json_decref(other);
	return record;
}

/* One change of one record, honest or not. */
static json_t *a_change(void)
{
	char label[LABEL_TEXT];
	char hex[65];
	unsigned what = draw(22);
	json_t *record = what < 4    ? any_of("asset")
	                 : what < 8  ? any_of("evidence")
	                 : what < 12 ? any_of("responder")
	                             : any_of(NULL);
	if (!record || what >= 20) {
		json_decref(record);
		return new_record();
	}
	put(record, "modified", "2026-03-02T00:00:00+09:00");
	switch (draw(24)) {
	case 0:
		json_object_set_new(record, "aliases", json_pack("[s]", record_text(record, "label")));
		put(record, "label", a_label(record, label));
		break;
	case 1:
		put(record, "label", a_label(record, label));
		break;
	case 2:
		json_object_set_new(record, "aliases", json_pack("[s]", a_label(record, label)));
		break;
	case 3:
		put(record, "author", draw(2) ? "R1" : "R2");
		break;
	case 4:
		put(record, "entered", "2001-01-01T00:00:00+00:00");
		break;
	case 5:
		if (strcmp(record_text(record, "kind"), "responder") == 0)
			put_key(record, people[draw(COPIES)]);
		break;
	case 6:
		if (strcmp(record_text(record, "kind"), "responder") == 0)
			put(record, "mark", draw(2) ? "R1" : draw(2) ? "R2" : "Q7");
		break;
	case 7:
		if (strcmp(record_text(record, "kind"), "responder") == 0 && draw(2))
			put(record, "revoked", "2026-03-01");
		else
			json_object_del(record, "revoked");
		break;
	case 8:
	case 9:
		if (strcmp(record_text(record, "kind"), "evidence") == 0) {
			put(record, held_digests[draw(HELD_DIGESTS)], a_digest(hex));
			put(record, "complete", draw(2) ? "complete" : "partial");
		}
		break;
	case 10:
		if (strcmp(record_text(record, "kind"), "evidence") == 0)
			put(record, "complete", draw(2) ? "partial" : "interrupted");
		break;
	default: /* what anybody may change */
		if (strcmp(record_text(record, "kind"), "asset") == 0)
			put(record, draw(2) ? "os" : "model", draw(2) ? "a" : "b");
		else
			json_object_set_new(record, "tags", json_pack("[s]", draw(2) ? "a" : "b"));
	}
	return record;
}

static size_t add_change(struct history_change *files, struct buf *texts, struct buf *paths, size_t n)
{
	json_t *record = a_change();
	if (json_canonical(record, &texts[n], NULL) == 0 && strlen(record_text(record, "id")) >= 3) {
		record_path(record_text(record, "kind"), record_text(record, "id"), &paths[n]);
		for (size_t i = 0; i < n; i++)
			if (strcmp(paths[i].data, paths[n].data) == 0) {
				buf_clear(&paths[n]);
				buf_clear(&texts[n]);
				json_decref(record);
				return n;
			}
		files[n] = (struct history_change){paths[n].data, draw(200) ? texts[n].data : NULL, texts[n].len};
		n++;
	}
	json_decref(record);
	return n;
}

/* One commit, on any tip, perhaps with a second parent, by any key but the victim's. */
static void hostile_commit(int honest_author)
{
	struct err err = ERR_INIT;
	struct history_change files[4];
	struct buf texts[4] = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	struct buf paths[4] = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
	const char *parent = tips[draw(3) ? (unsigned)tip_count - 1 : draw((unsigned)tip_count)];
	const struct identity *who = people[draw(8) ? 1 : 2];
	const struct identity *as = honest_author ? who : people[draw(COPIES)];
	char *mail = xasprintf("%s@%.8s.genba.invalid", as->mark, case_id(copies[1]));
	struct history_signer signer = {sign_well, (void *)(uintptr_t)who, {0}};
	struct history_meta meta = {.subject = "set R1-A1",
	                            .action = "set",
	                            .author_name = draw(12) || honest_author ? as->name : "Responder 1",
	                            .author_mail = mail,
	                            .when = clock_now()};
	size_t n = 0;
	char id[HISTORY_ID];
	memcpy(signer.public_key, who->public_key, 32);
	set_head(parent);
	load_pool(parent);
	unsigned count = 1 + draw(3);
	for (unsigned i = 0; i < count; i++)
		n = add_change(files, texts, paths, n);
	const char *second = tips[draw((unsigned)tip_count)];
	if (draw(4) == 0 && strcmp(second, parent) != 0)
		meta.merge_parent = second;
	if ((n > 0 || meta.merge_parent) &&
	    history_commit(case_history(copies[1]), files, n, &meta, &signer, id, &err) == 0 && tip_count < TIPS)
		snprintf(tips[tip_count++], HISTORY_ID, "%s", id);
	for (size_t i = 0; i < 4; i++) {
		buf_release(&texts[i]);
		buf_release(&paths[i]);
	}
	free(mail);
}

/* Makes a history, packs it, and forgets it again. 0 if there is something to send. */
static int hostile_parcel(struct buf *bytes)
{
	struct err err = ERR_INIT;
	char head[HISTORY_ID];
	ok(history_head(case_history(copies[1]), head, &err), &err);
	tip_count = 0;
	history_log(case_history(copies[1]), NULL, NULL, TIPS / 2, note_tip, NULL, NULL);
	for (size_t i = 0; i < tip_count / 2; i++) { /* the newest last */
		char swap[HISTORY_ID];
		memcpy(swap, tips[i], HISTORY_ID);
		memcpy(tips[i], tips[tip_count - 1 - i], HISTORY_ID);
		memcpy(tips[tip_count - 1 - i], swap, HISTORY_ID);
	}
	assert_int_equal(sqlite3_exec(case_db(copies[1]), "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	unsigned commits = 1 + draw(5);
	int honest_author = draw(5) > 0;
	for (unsigned i = 0; i < commits; i++)
		hostile_commit(honest_author);
	set_head(tips[tip_count - 1]);
	int rc = parcel_write(copies[1], NULL, 0, NULL, bytes, &err);
	if (rc < 0)
		print_error("%s\n", err.message);
	assert_int_equal(sqlite3_exec(case_db(copies[1]), "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	history_rolled_back(case_history(copies[1]));
	return rc;
}

/* ---- */

static json_t *refusals;

static void note_refusal(const char *message)
{
	const char *at = strstr(message, "commit ");
	at = at ? at + 19 : message;
	if (*at == '\'' && strstr(at, "': "))
		at = strstr(at, "': ") + 3;
	char key[60];
	size_t n = 0;
	for (const char *p = at; *p && n + 1 < sizeof key; p++)
		if (!(*p >= '0' && *p <= '9'))
			key[n++] = *p;
	key[n > 38 ? 38 : n] = '\0';
	json_object_set_new(refusals, key, json_integer(1 + json_integer_value(json_object_get(refusals, key))));
}

static void honest_work(void)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char hex[65];
	struct assign fields[] = {
	    {"title", "disk.img"}, {"form", "raw"}, {"complete", "complete"}, {"sha256", a_digest(hex)}};
	add(copies[0], "asset", "hostname", "PC-1", label);
	add(copies[0], "asset", "hostname", "PC-2", label);
	ok(record_add(copies[0], "evidence", fields, 4, RECORD_MACHINE, label, &err), &err);
	merge(copies[1], copies[0]);
	add(copies[0], "asset", "hostname", "PC-3", label);
	set(copies[0], "R1-A1", "status", "infected");
	merge(copies[1], copies[0]);
	add(copies[1], "asset", "hostname", "PC-4", label);
	fields[3].value = a_digest(hex);
	ok(record_add(copies[1], "evidence", fields, 4, RECORD_MACHINE, label, &err), &err);
	merge(copies[0], copies[1]);
}

static void remove_files(void)
{
	char *command = xasprintf("rm -f %s/*.genba*", folder);
	assert_int_equal(system(command), 0);
	free(command);
}

static void end_site(void)
{
	held_look(1);
	end(COPIES);
	remove_files();
}

static int run(int *parted)
{
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	char label[LABEL_TEXT];
	int rc = hostile_parcel(&bytes);
	if (draw(3) == 0) /* the victim works on meanwhile */
		add(copies[0], "asset", "hostname", "PC-5", label);
	if (rc == 0)
		rc = parcel_read(&p, bytes.data, bytes.len, &err);
	if (rc == 0) {
		rc = case_merge(copies[0], &p, NULL, 0, NULL, &report, &err);
		merge_report_release(&report);
		parcel_release(&p);
	}
	if (rc < 0)
		note_refusal(err.message);
	buf_release(&bytes);
	held_look(0);
	/* a responder may revoke another: then the two part, and a new case begins */
	if (rc == 0 && (try_merge(copies[1], copies[0], &report, &err) < 0 || !case_responder(copies[0]) ||
	                !case_responder(copies[1])))
		*parted = 1;
	if (rc == 0)
		merge_report_release(&report);
	return rc == 0;
}

static void test_hostile_histories(void **state)
{
	(void)state;
	const char *text = getenv("GENBA_HISTORIES");
	const char *start = getenv("GENBA_SEED");
	uint64_t n = text ? strtoull(text, NULL, 10) : 120;
	uint64_t taken = 0;
	uint64_t sites = 0;
	int parted = 1;
	refusals = json_object();
	for (uint64_t i = 0; i < n; i++) {
		if (parted || i % RUNS_OF_A_SITE == 0) {
			if (i > 0)
				end_site();
			parted = 0;
			sites++;
			seed = start ? strtoull(start, NULL, 10) : 0x9E3779B97F4A7C15ULL * (i + 1);
			held_begin(seed);
			begin(COPIES);
			honest_work();
			held_look(1);
		}
		taken += (uint64_t)run(&parted);
	}
	end_site();
	print_message(
	    "%llu hostile histories against %llu cases: %llu taken in, %llu refused; every label, mark, key, digest "
	    "and author kept\n",
	    (unsigned long long)n, (unsigned long long)sites, (unsigned long long)taken,
	    (unsigned long long)(n - taken));
	const char *why;
	json_t *count;
	json_object_foreach(refusals, why, count)
		if (n >= 1000)
			print_message("%6lld  %s\n", (long long)json_integer_value(count), why);
	assert_true(n < 100 ||
	            (taken > n / 50 && taken < n)); /* neither all nor nothing: it tries both sides of the line */
	json_decref(refusals);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_hostile_histories)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
