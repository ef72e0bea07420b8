/*
 * What opening a case does that somebody with a key made: nothing outside it changes, nothing is signed, nothing that lies
 * beside the records is obeyed.
 */
#include "help_victim.h"

#include "base/file/paths.h"
#include "base/time/clock.h"
#include "case/care/backup_state.h"
#include "case/care/gate.h"
#include "case/care/verify.h"
#include "case/case.h"
#include "case/database/room_tables.h"
#include "case/query/search.h"
#include "case/store/draft.h"
#include "case/store/meta.h"
#include "case/trust/high_water_mark.h"
#include "handover/parcel/handover_recover.h"
#include "history/history.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void head_of(struct case_file *c, char head[HISTORY_ID])
{
	assert_int_equal(history_head(case_history(c), head, NULL), 0);
}

static int refuses(struct case_file *c)
{
	struct err err = ERR_INIT;
	struct assign field = {"text", "x"};
	char label[LABEL_TEXT];
	return record_add(c, "note", &field, 1, 0, label, &err) < 0;
}

/* The case's id was the name of a file below $XDG_DATA_HOME/genba/seen: `../identity.json` is the only key of a person. */
static void an_id_is_no_path(void **state)
{
	static const char *const ids[] = {"../identity.json", "../../../x", "a/b", "", ".", "x\n"};
	struct scene *s = *state;
	struct err err = ERR_INIT;
	char identity[400];
	snprintf(identity, sizeof identity, "%s/identity.json", s->victims);
	assert_int_equal(path_make(s->victims, &err), 0);
	write_file(identity, "the only one");
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		char *sql = sqlite3_mprintf(
		    "UPDATE record SET id = %Q, json = json_set(json, '$.id', %Q) WHERE kind = 'case'", ids[i], ids[i]);
		attacker_sql(s, sql);
		sqlite3_free(sql);
		char *before = victims_files(s);
		s->c = victim_opens(s, GATE_UPGRADE, &err);
		if (s->c) {
			high_water_mark_update(s->c);
			backup_schedule(s->c, s->folder, 5, NULL);
			assert_true(refuses(s->c));
			case_close(s->c, NULL);
			s->c = NULL;
		}
		char *after = victims_files(s);
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
}

/* A note of an unfinished handover retracts transfers under the opener's signature, and removes files in a folder. */
static void a_strangers_handover_is_not_settled(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	char part[400];
	char head[HISTORY_ID];
	char after[HISTORY_ID];
	struct buf hex = BUF_INIT;
	struct buf told = BUF_INIT;
	snprintf(part, sizeof part, "%s/photos.handover.part", s->folder);
	write_file(part, "precious");
	char *path = xasprintf("%s/photos", s->folder);
	buf_addhex(&hex, (const unsigned char *)path, strlen(path));
	char *sql = xasprintf(
	    "INSERT OR REPLACE INTO meta VALUES('local.handover', '{\"path\":\"%s\",\"to\":[{\"key\":\"%064d\","
	    "\"transfer\":\"R2\"}]}')",
	    hex.data, 1);
	for (int known = 0; known < 2; known++) { /* the second time past the gate */
		struct case_unlock unlock = {s->victim, NULL};
		attacker_sql(s, sql);
		s->c = known ? case_open(s->path, &unlock, 0, &err) : victim_opens(s, 0, &err);
		if (!s->c)
			fail_msg("%s", err.message);
		head_of(s->c, head);
		assert_int_equal(handover_settle(s->c, &told, &err), 0);
		head_of(s->c, after);
		assert_string_equal(head, after);
		assert_int_equal(access(part, F_OK), 0);
		assert_int_equal(case_close(s->c, NULL), 0);
		s->c = NULL;
	}
	assert_non_null(strstr(told.data, "not by you"));
	buf_release(&told);
	buf_release(&hex);
	free(sql);
	free(path);
}

/* Drafts, settings and unfinished work of somebody else do not come along. */
static void what_lies_beside_the_records_is_left_out(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	char when[32];
	struct buf value = BUF_INIT;
	attacker_sql(s, "INSERT INTO draft VALUES('note:R1-A1', '2026-01-01T00:00:00Z', '{\"text\":\"I did it\"}');"
	                "INSERT INTO meta VALUES('local.to.R1-T1', 'aa'), ('peer.x', 'y');"
	                "INSERT INTO work VALUES('k', 0, x'7b7d')");
	s->c = victim_opens(s, 0, &err);
	if (!s->c)
		fail_msg("%s", err.message);
	assert_null(draft_load(s->c, "note:R1-A1", when));
	assert_int_equal(case_meta_get(s->c, "local.to.R1-T1", &value, NULL), -1);
	assert_int_equal(case_meta_get(s->c, "peer.x", &value, NULL), -1);
	sqlite3_stmt *st = NULL;
	assert_int_equal(sqlite3_prepare_v2(case_db(s->c), "SELECT count(*) FROM work", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(st, 0), 0);
	sqlite3_finalize(st);
	assert_false(refuses(s->c)); /* a responder of a whole case can work */
	buf_release(&value);
}

/* Rows that no genba wrote: opened for reading at most, and soon; nothing is written for them. */
static void rows_out_of_the_air(void **state)
{
	static const char *const rows[] = {
	    "UPDATE git_commit SET n = 9000000000000000000 WHERE n = (SELECT max(n) FROM git_commit)",
	    "INSERT INTO git_commit(n, id, time) VALUES(9000000000000000000, zeroblob(20), 0)",
	    "UPDATE record SET kind = 'x/../../y' WHERE kind = 'responder'",
	    "UPDATE record SET json = json_remove(json, '$.kind') WHERE kind = 'responder'",
	    "UPDATE record SET json = json_remove(json, '$.id') WHERE kind = 'case'",
	    "UPDATE record SET json = '' WHERE kind = 'case'",
	    "UPDATE record SET json = '[]'",
	    "UPDATE record SET json = CAST(zeroblob(3000000) AS TEXT) WHERE kind = 'responder'",
	    "UPDATE record SET label = char(27) || '[2J' WHERE n = (SELECT max(n) FROM record)",
	    "UPDATE record SET json = json_set(json, '$.tlp', char(27) || ']0;x' || char(7)) WHERE kind = 'case'",
	    "UPDATE record SET n = 9000000000000000000 WHERE kind = 'case'",
	    "UPDATE git_object SET data = zeroblob(10)",
	    "UPDATE git_object SET size = 60000000, data = x'28b52ffd'",
	    "DELETE FROM git_ref",
	    "DELETE FROM record",
	    "INSERT INTO record SELECT n + 1000000, n, 'asset', 'R1-A' || n, 'R1', n, 0, '{}', '', '', '', '', '' FROM "
	    "record",
	};
	struct scene *s = *state;
	struct err err = ERR_INIT;
	char kept[1000];
	snprintf(kept, sizeof kept, "cp '%s' '%s/kept'", s->path, s->folder);
	assert_int_equal(system(kept), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		snprintf(kept, sizeof kept, "cp '%s/kept' '%s'", s->folder, s->path);
		assert_int_equal(system(kept), 0);
		attacker_sql(s, rows[i]);
		char *before = victims_files(s);
		double begin = clock_steady();
		s->c = victim_opens(s, GATE_UPGRADE, &err);
		if (s->c) {
			struct verify_report report;
			if (!refuses(s->c))
				fail_msg("a case can be written after: %s", rows[i]);
			if (case_verify(s->c, NULL, NULL, NULL, &report, &err) == 0)
				assert_true(report.findings > 0);
			case_close(s->c, NULL);
			s->c = NULL;
		}
		if (clock_steady() - begin > 60) /* hours, where it counts up to a number */
			fail_msg("stalls: %s", rows[i]);
		char *after = victims_files(s);
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
}

/* The same file again, and one's own on another machine. */
static void what_was_judged_is_known(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	char when[32];
	s->c = victim_opens(s, 0, &err);
	assert_non_null(s->c);
	assert_non_null(strstr(case_notice(s->c), "checked whole"));
	assert_false(refuses(s->c));
	json_t *draft = json_pack("{s:s}", "text", "half a sentence");
	assert_int_equal(draft_save(s->c, "note", draft, &err), 0);
	json_decref(draft);
	assert_int_equal(case_close(s->c, NULL), 0);
	s->c = victim_opens(s, 0, &err);
	assert_non_null(s->c);
	assert_null(strstr(case_notice(s->c), "checked whole"));
	draft = draft_load(s->c, "note", when);
	assert_non_null(draft);
	assert_string_equal(json_string_value(json_object_get(draft, "text")), "half a sentence");
	assert_int_equal(json_object_size(draft), 1);
	json_decref(draft);
	assert_int_equal(case_close(s->c, NULL), 0);
	/* the attacker's own, where the attacker never was: header and last action are theirs, but that was the victim's */
	struct case_unlock unlock = {s->attacker, NULL};
	char home[400];
	snprintf(home, sizeof home, "%s/third", s->folder);
	setenv("XDG_DATA_HOME", home, 1);
	s->c = gate_open(s->path, &unlock, 0, NULL, &err);
	assert_non_null(s->c);
	assert_null(draft_load(s->c, "note", when));
	assert_false(refuses(s->c)); /* now the last action is their own */
	draft = json_pack("{s:s}", "text", "mine");
	assert_int_equal(draft_save(s->c, "note", draft, &err), 0);
	json_decref(draft);
	assert_int_equal(case_close(s->c, NULL), 0);
	snprintf(home, sizeof home, "%s/fourth", s->folder);
	setenv("XDG_DATA_HOME", home, 1);
	s->c = gate_open(s->path, &unlock, 0, NULL, &err);
	assert_non_null(s->c);
	draft = draft_load(s->c, "note", when);
	assert_non_null(draft);
	json_decref(draft);
}

/* ---- a file that goes round */

static int has_local(struct case_file *c)
{
	struct buf value = BUF_INIT;
	int has =
	    case_meta_get(c, "local.to.R1-T1", &value, NULL) == 0 || case_meta_get(c, "peer.x", &value, NULL) == 0;
	buf_release(&value);
	return has;
}

/* The victim makes the file known, types half a sentence, and leaves it. */
static void victim_was_here(struct scene *s)
{
	struct err err = ERR_INIT;
	s->c = victim_opens(s, 0, &err);
	if (!s->c)
		fail_msg("%s", err.message);
	json_t *draft = json_pack("{s:s}", "text", "half a sentence");
	assert_int_equal(draft_save(s->c, "note", draft, &err), 0);
	json_decref(draft);
	assert_int_equal(case_close(s->c, NULL), 0);
	s->c = NULL;
}

static void victim_comes_back(struct scene *s)
{
	struct err err = ERR_INIT;
	s->c = victim_opens(s, 0, &err);
	if (!s->c)
		fail_msg("%s", err.message);
}

/* Rows beside the records, under the name of the other, are not the other's; one's own draft is still there. */
static void what_a_co_holder_left_is_not_obeyed(void **state)
{
	struct scene *s = *state;
	char when[32];
	victim_was_here(s);
	attacker_sql(s, "INSERT INTO draft SELECT 'note:R1-A1', modified, json FROM draft WHERE key = 'note';"
	                "INSERT INTO draft VALUES('form:asset', '2026-01-01T00:00:00Z', '{\"text\":\"I did it\"}');"
	                "INSERT INTO meta VALUES('local.to.R1-T1', 'aa'), ('peer.x', 'y');"
	                "INSERT INTO work VALUES('k', 0, x'7b7d')");
	victim_comes_back(s);
	assert_non_null(strstr(case_notice(s->c), "Somebody else wrote"));
	assert_false(has_local(s->c));
	assert_null(draft_load(s->c, "note:R1-A1", when));
	assert_null(draft_load(s->c, "form:asset", when));
	json_t *draft = draft_load(s->c, "note", when);
	assert_non_null(draft);
	json_decref(draft);
	assert_false(refuses(s->c));
	assert_int_equal(case_close(s->c, NULL), 0);
	victim_comes_back(s); /* and it is as it was left */
	assert_string_equal(case_notice(s->c), "");
}

/* A record that no commit of the co-holder explains: not whole, nothing is written for it. */
static void a_known_file_is_judged_again(void **state)
{
	struct scene *s = *state;
	victim_was_here(s);
	attacker_sql(s, "UPDATE record SET json = json_set(json, '$.title', 'forged') WHERE kind = 'case'");
	char *before = victims_files(s);
	victim_comes_back(s);
	assert_non_null(strstr(case_notice(s->c), "not whole"));
	assert_true(refuses(s->c));
	assert_int_equal(case_close(s->c, NULL), 0);
	s->c = NULL;
	char *after = victims_files(s);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* What was done with the file until the process died, with its log beside it. */
static void dies_while_open(struct scene *s, const struct identity *who, const char *sql)
{
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct err err = ERR_INIT;
		struct case_unlock unlock = {who, NULL};
		struct case_file *c =
		    who == s->victim ? victim_opens(s, 0, &err) : case_open(s->path, &unlock, 0, &err);
		int done = c && sqlite3_exec(case_db(c), sql, NULL, NULL, NULL) == SQLITE_OK;
		_exit(done ? 0 : 1);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	char *log = xasprintf("%s-wal", s->path);
	assert_int_equal(access(log, F_OK), 0);
	free(log);
}

#define LOCAL "INSERT INTO meta VALUES('local.to.R1-T1', 'aa'), ('peer.x', 'y')"

/* A session of one's own that was cut short goes on where it was. */
static void ones_own_log_is_believed(void **state)
{
	struct scene *s = *state;
	char when[32];
	victim_was_here(s);
	dies_while_open(s, s->victim, LOCAL);
	victim_comes_back(s);
	assert_null(strstr(case_notice(s->c), "Somebody else"));
	assert_true(has_local(s->c));
	json_t *draft = draft_load(s->c, "note", when);
	assert_non_null(draft);
	json_decref(draft);
}

/* Somebody else's is judged with the file. */
static void anothers_log_is_judged(void **state)
{
	struct scene *s = *state;
	dies_while_open(s, s->attacker, LOCAL);
	victim_comes_back(s); /* never seen before */
	assert_non_null(strstr(case_notice(s->c), "checked whole"));
	assert_false(has_local(s->c));
	assert_false(refuses(s->c));
	assert_int_equal(case_close(s->c, NULL), 0);
	dies_while_open(s, s->attacker, LOCAL);
	victim_comes_back(s); /* known */
	assert_non_null(strstr(case_notice(s->c), "Somebody else wrote"));
	assert_false(has_local(s->c));
	assert_int_equal(case_close(s->c, NULL), 0);
	dies_while_open(s, s->attacker, "UPDATE record SET json = '{}' WHERE kind = 'responder'");
	s->c = victim_opens(s, 0, &(struct err)ERR_INIT);
	assert_true(!s->c || refuses(s->c));
}

struct hits {
	size_t count;
	char label[LABEL_TEXT];
};

static int take_hit(void *ctx, const struct search_hit *hit)
{
	struct hits *hits = ctx;
	hits->count++;
	snprintf(hits->label, sizeof hits->label, "%s", hit->label);
	return 0;
}

/* The index is beside the records, too: emptied, or filled with words of other records, it would hide or accuse. */
static void a_strangers_index_is_not_searched(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	struct case_unlock attacker = {s->attacker, NULL};
	char label[2][LABEL_TEXT];
	scene_at(s, "attacker");
	s->c = case_open(s->path, &attacker, 0, &err);
	assert_non_null(s->c);
	assert_int_equal(
	    record_add(s->c, "note", &(struct assign){"text", "the beacon went to c2.example"}, 1, 0, label[0], &err),
	    0);
	assert_int_equal(record_add(s->c, "note", &(struct assign){"text", "lunch"}, 1, 0, label[1], &err), 0);
	assert_int_equal(search_catch_up(s->c, 0, &err), 0);
	char *sql = xasprintf("DELETE FROM search WHERE search MATCH 'beacon';"
	                      "UPDATE search SET body = 'a beacon of the victim' WHERE rowid ="
	                      " (SELECT n FROM record WHERE label = '%s')",
	                      label[1]);
	sqlite3_db_config(case_db(s->c), SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	assert_int_equal(sqlite3_exec(case_db(s->c), sql, NULL, NULL, NULL), SQLITE_OK);
	free(sql);
	assert_int_equal(case_close(s->c, &err), 0);
	for (int again = 0; again < 2; again++) {
		struct hits hits = {.count = 0};
		s->c = victim_opens(s, 0, &err);
		if (!s->c)
			fail_msg("%s", err.message);
		assert_int_equal(search_find(s->c, "beacon", 10, take_hit, &hits, &err), 0);
		assert_int_equal(hits.count, 1);
		assert_string_equal(hits.label, label[0]);
		assert_int_equal(case_close(s->c, &err), 0);
	}
	s->c = NULL;
}

/* What mails are alike in is kept so as not to be looked for again; a stranger's tables may say anything of it. */
static void a_strangers_likenesses_are_looked_for_again(void **state)
{
	struct scene *s = *state;
	struct err err = ERR_INIT;
	scene_at(s, "attacker");
	struct case_unlock attacker = {s->attacker, NULL};
	s->c = case_open(s->path, &attacker, 0, &err);
	assert_non_null(s->c);
	assert_int_equal(room_table_make(case_db(s->c), "mail_key", &err), 0);
	assert_int_equal(room_table_make(case_db(s->c), "mail_keyed", &err), 0);
	assert_int_equal(case_close(s->c, &err), 0);
	s->c = victim_opens(s, 0, &err);
	if (!s->c)
		fail_msg("%s", err.message);
	assert_false(room_table_has(case_db(s->c), "mail_key"));
	assert_false(room_table_has(case_db(s->c), "mail_keyed"));
}

static void copy_file(const char *from, const char *to)
{
	char *command = xasprintf("cp '%s' '%s'", from, to);
	assert_int_equal(system(command), 0);
	free(command);
}

struct swap {
	char *from;
	const char *to;
};

/* Called while the check is under way. */
static int swap_file(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct swap *swap = ctx;
	(void)what;
	(void)done;
	(void)total;
	if (swap->from)
		assert_int_equal(rename(swap->from, swap->to), 0);
	free(swap->from);
	swap->from = NULL;
	return 0;
}

/* A shared folder, a stick that is not what it seems: the file that was judged is the one that is opened, or none is. */
static void what_was_judged_is_what_is_opened(void **state)
{
	struct scene *s = *state;
	for (int known = 0; known < 2; known++) {
		struct err err = ERR_INIT;
		struct case_unlock unlock = {s->victim, NULL};
		char *good = xasprintf("%s/good", s->folder);
		struct swap swap = {xasprintf("%s/forged", s->folder), s->path};
		struct progress progress = {swap_file, &swap};
		copy_file(s->path, good);
		attacker_sql(s, "UPDATE record SET json = json_set(json, '$.title', 'forged') WHERE kind = 'case'");
		copy_file(s->path, swap.from);
		copy_file(good, s->path);
		scene_at(s, "victim");
		s->c = gate_open(s->path, &unlock, 0, &progress, &err);
		assert_null(swap.from);
		assert_true(!s->c || refuses(s->c));
		case_close(s->c, NULL);
		s->c = NULL;
		copy_file(good, s->path);
		free(good);
		if (known)
			break;
		s->c = victim_opens(s, 0, &err); /* now it is known, and somebody else changes it */
		assert_non_null(s->c);
		assert_int_equal(case_close(s->c, &err), 0);
		s->c = NULL;
		attacker_sql(s, "DELETE FROM work");
	}
}

int main(int argc, char **argv)
{
	victim_main(argc, argv);
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
	    TEST(an_id_is_no_path),
	    TEST(a_strangers_handover_is_not_settled),
	    TEST(what_lies_beside_the_records_is_left_out),
	    TEST(rows_out_of_the_air),
	    TEST(what_was_judged_is_known),
	    TEST(what_a_co_holder_left_is_not_obeyed),
	    TEST(a_known_file_is_judged_again),
	    TEST(ones_own_log_is_believed),
	    TEST(anothers_log_is_judged),
	    TEST(what_was_judged_is_what_is_opened),
	    TEST(a_strangers_index_is_not_searched),
	    TEST(a_strangers_likenesses_are_looked_for_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
