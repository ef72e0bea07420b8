/* Commits, reading, time travel, logs, differences, rollback, and the chains of deltas. */
#include "help_history.h"

#include "history/history_private.h"

#define A "asset/0/f/3/0f3a0000-0000-4000-8000-000000000001.json"
#define B "note/a/1/2/a12a0000-0000-4000-8000-000000000002.json"

static void read_is(struct scene *s, const char *commit, const char *path, const char *wanted)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = history_read(s->h, commit, path, &text, &err);
	if (wanted) {
		assert_int_equal(rc, 0);
		assert_string_equal(text.data, wanted);
	} else {
		assert_int_equal(rc, -1);
		assert_int_equal(err.code, ERR_NOT_FOUND);
	}
	buf_release(&text);
}

static void an_empty_history_has_no_head(void **state)
{
	struct scene *s = *state;
	char id[HISTORY_ID];
	struct err err = ERR_INIT;
	assert_int_equal(history_head(s->h, id, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	uint64_t count = 9;
	assert_int_equal(history_count(s->h, &count, NULL), 0);
	assert_int_equal(count, 0);
}

static void files_are_read_as_of_each_commit(void **state)
{
	struct scene *s = *state;
	char first[HISTORY_ID];
	char second[HISTORY_ID];
	scene_commit(s, &alice, A, "one\n");
	memcpy(first, s->id, sizeof first);
	scene_commit(s, &alice, A, "two\n");
	memcpy(second, s->id, sizeof second);
	scene_commit(s, &alice, B, "note\n");
	read_is(s, first, A, "one\n");
	read_is(s, second, A, "two\n");
	read_is(s, s->id, A, "two\n");
	read_is(s, first, B, NULL);
	read_is(s, s->id, B, "note\n");
	scene_commit(s, &alice, A, NULL);
	read_is(s, s->id, A, NULL);
	read_is(s, s->id, B, "note\n");
	assert_int_equal(scene_verify(s, NULL), 0);
}

static void a_time_means_the_last_commit_until_then(void **state)
{
	struct scene *s = *state;
	char id[HISTORY_ID];
	struct err err = ERR_INIT;
	scene_commit(s, &alice, A, "one\n");
	char first[HISTORY_ID];
	memcpy(first, s->id, sizeof first);
	s->now += 100;
	scene_commit(s, &alice, A, "two\n");
	assert_int_equal(history_at(s->h, 1700000050, id, &err), 0);
	assert_string_equal(id, first);
	assert_int_equal(history_at(s->h, 1800000000, id, &err), 0);
	assert_string_equal(id, s->id);
	assert_int_equal(history_at(s->h, 1600000000, id, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

/* A side that was merged in was not here before the merge: times follow the line of first parents. */
static void a_time_before_a_merge_is_our_own_state(void **state)
{
	struct scene *s = *state;
	char ours[HISTORY_ID];
	char theirs[HISTORY_ID];
	char id[HISTORY_ID];
	char base[HISTORY_ID];
	scene_commit(s, &alice, A, "base\n");
	memcpy(base, s->id, sizeof base);
	scene_commit(s, &bob, A, "theirs\n");
	memcpy(theirs, s->id, sizeof theirs);
	char *back = sqlite3_mprintf("UPDATE git_ref SET id = '%q' WHERE name = 'refs/heads/main'", base);
	scene_sql(s, back);
	sqlite3_free(back);
	s->now -= 1; /* ours is as old as theirs */
	scene_commit(s, &alice, B, "ours\n");
	memcpy(ours, s->id, sizeof ours);
	int64_t before = s->now - 1;
	struct history_change change = {A, "theirs\n", 7};
	scene_commit_many(s, &change, 1, theirs);
	assert_int_equal(history_at(s->h, before, id, NULL), 0);
	assert_string_equal(id, ours);
	assert_int_equal(scene_verify(s, NULL), 0);

	uint64_t number[3];
	assert_int_equal(history_number(s->h, base, &number[0], NULL), 0);
	assert_int_equal(history_number(s->h, theirs, &number[1], NULL), 0);
	assert_int_equal(history_number(s->h, ours, &number[2], NULL), 0);
	assert_true(history_is_ancestor(s->h, number[0], number[1]));
	assert_true(history_is_ancestor(s->h, number[1], 4));
	assert_false(history_is_ancestor(s->h, number[1], number[2]));
}

struct listed {
	struct buf ids;
	size_t count;
};

static int list_entry(void *ctx, const struct history_entry *entry)
{
	struct listed *l = ctx;
	assert_string_equal(entry->author_name, "Responder One");
	assert_string_equal(entry->action, "set");
	assert_null(entry->step);
	buf_addf(&l->ids, "%llu ", (unsigned long long)entry->number);
	l->count++;
	return 0;
}

static void logs_are_newest_first_of_all_or_of_a_path(void **state)
{
	struct scene *s = *state;
	char third[HISTORY_ID];
	scene_commit(s, &alice, A, "1\n");
	scene_commit(s, &alice, B, "1\n");
	scene_commit(s, &alice, A, "2\n");
	memcpy(third, s->id, sizeof third);
	scene_commit(s, &alice, B, "2\n");
	static const struct {
		const char *path;
		int from_third;
		size_t limit;
		const char *wanted;
	} cases[] = {{NULL, 0, 0, "4 3 2 1 "}, {NULL, 0, 2, "4 3 "}, {A, 0, 0, "3 1 "}, {B, 0, 0, "4 2 "},
	             {NULL, 1, 0, "3 2 1 "},   {B, 1, 0, "2 "},      {A, 1, 1, "3 "}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct listed l = {BUF_INIT, 0};
		assert_int_equal(history_log(s->h, cases[i].from_third ? third : NULL, cases[i].path, cases[i].limit,
		                             list_entry, &l, NULL),
		                 0);
		assert_string_equal(l.ids.data, cases[i].wanted);
		buf_release(&l.ids);
	}
}

static int list_difference(void *ctx, const char *path, const struct buf *old_text, const struct buf *new_text)
{
	buf_addf(ctx, "%c:%s>%s", path[0], old_text ? old_text->data : "-", new_text ? new_text->data : "-");
	return 0;
}

static void differences_name_both_sides(void **state)
{
	struct scene *s = *state;
	char first[HISTORY_ID];
	struct buf text = BUF_INIT;
	scene_commit(s, &alice, A, "1");
	memcpy(first, s->id, sizeof first);
	scene_commit(s, &alice, A, "2");
	scene_commit(s, &alice, B, "n");
	assert_int_equal(history_diff(s->h, first, s->id, list_difference, &text, NULL), 0);
	assert_string_equal(text.data, "a:1>2n:->n");
	buf_clear(&text);
	assert_int_equal(history_diff(s->h, s->id, first, list_difference, &text, NULL), 0);
	assert_string_equal(text.data, "a:2>1n:n>-");
	buf_clear(&text);
	assert_int_equal(history_diff(s->h, NULL, first, list_difference, &text, NULL), 0);
	assert_string_equal(text.data, "a:->1");
	buf_release(&text);
}

static void a_rollback_leaves_no_ghost(void **state)
{
	struct scene *s = *state;
	scene_commit(s, &alice, A, "kept\n");
	char kept[HISTORY_ID];
	memcpy(kept, s->id, sizeof kept);
	int64_t objects = scene_int(s, "SELECT count(*) FROM git_object");
	for (int round = 0; round < 3; round++) {
		struct history_change change = {A, "ghost\n", 6};
		struct history_meta meta = {
		    .subject = "x", .action = "set", .author_name = "N", .author_mail = "m", .when = {1, 0, 0}};
		char ghost[HISTORY_ID];
		char id[HISTORY_ID];
		scene_sql(s, "BEGIN");
		assert_int_equal(history_commit(s->h, &change, 1, &meta, &alice, ghost, NULL), 0);
		read_is(s, ghost, A, "ghost\n");
		assert_non_null(history_repository(s->h, NULL));
		scene_sql(s, "ROLLBACK");
		history_rolled_back(s->h);
		assert_int_equal(history_head(s->h, id, NULL), 0);
		assert_string_equal(id, kept);
		struct buf text = BUF_INIT;
		assert_int_equal(history_read(s->h, ghost, A, &text, NULL), -1);
		git_repository *repository = history_repository(s->h, NULL);
		git_oid oid;
		git_commit *commit = NULL;
		git_oid_fromstr(&oid, ghost);
		assert_int_not_equal(git_commit_lookup(&commit, repository, &oid), 0);
		buf_release(&text);
		assert_int_equal(scene_int(s, "SELECT count(*) FROM git_object"), objects);
	}
	/* the same rows are used again by another commit */
	scene_commit(s, &alice, A, "after\n");
	read_is(s, s->id, A, "after\n");
	assert_int_equal(scene_verify(s, NULL), 0);
}

static void chains_of_deltas_are_short_and_their_bases_older(void **state)
{
	struct scene *s = *state;
	for (int i = 0; i < 100; i++) {
		struct buf text = BUF_INIT;
		for (int k = 0; k < 40; k++)
			buf_addf(&text, " \"field_%d\": \"value %d\",\n", k, k == i % 40 ? i : k);
		scene_commit(s, &alice, A, text.data);
		buf_release(&text);
	}
	assert_int_equal(scene_int(s, "SELECT max(depth) FROM git_object"), HISTORY_DEPTH);
	assert_int_equal(scene_int(s, "SELECT count(*) FROM git_object WHERE base >= n"), 0);
	assert_int_equal(scene_int(s, "SELECT count(*) FROM git_object o JOIN git_object b ON b.n = o.base"
	                              " WHERE o.depth <> b.depth + 1"),
	                 0);
	/* a changed field costs a delta, not the text again */
	assert_true(scene_int(s, "SELECT sum(length(data)) FROM git_object WHERE type = 3") < 100 * 120);
	assert_int_equal(scene_verify(s, NULL), 0);
	history_rolled_back(s->h); /* without the cache, down the whole chain */
	struct buf text = BUF_INIT;
	assert_int_equal(history_read(s->h, s->id, A, &text, NULL), 0);
	assert_non_null(strstr(text.data, "\"field_19\": \"value 99\""));
	buf_release(&text);
}

/* A read that ended in the cache once left its statement open, and VACUUM refused. */
static void reading_leaves_no_statement_open(void **state)
{
	struct scene *s = *state;
	for (int i = 0; i < 12; i++) {
		char text[32];
		snprintf(text, sizeof text, "value %d\n", i);
		scene_commit(s, &alice, A, text);
	}
	struct buf text = BUF_INIT;
	assert_int_equal(history_read(s->h, s->id, A, &text, NULL), 0);
	buf_release(&text);
	for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(s->db, st)) != NULL;)
		assert_false(sqlite3_stmt_busy(st));
	scene_sql(s, "VACUUM");
	assert_int_equal(scene_verify(s, NULL), 0);
}

static void paths_that_git_or_we_refuse(void **state)
{
	struct scene *s = *state;
	static const char *const bad[] = {
	    "", "/a", "a//b", "a/", "../x", "a/../b", ".git/config", "a\nb", "a:b", "a\\b", "1/2/3/4/5/6/7/8/9/10.x"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct history_change change = {bad[i], "x", 1};
		struct history_meta meta = {
		    .subject = "x", .action = "set", .author_name = "N", .author_mail = "m", .when = {1, 0, 0}};
		char id[HISTORY_ID];
		struct err err = ERR_INIT;
		assert_int_equal(history_commit(s->h, &change, 1, &meta, &alice, id, &err), -1);
		assert_int_equal(err.code, ERR_INVALID);
	}
	struct history_change twice[] = {{A, "x", 1}, {A, "y", 1}};
	struct history_meta meta = {
	    .subject = "x", .action = "set", .author_name = "N", .author_mail = "m", .when = {1, 0, 0}};
	char id[HISTORY_ID];
	assert_int_equal(history_commit(s->h, twice, 2, &meta, &alice, id, NULL), -1);
}

static uint64_t count_files(struct scene *s, const char *folder)
{
	const char *path;
	const void *text;
	size_t n;
	int more;
	uint64_t files = 0;
	struct history_walk *w = history_walk_begin(s->h, s->id, folder, NULL);
	assert_non_null(w);
	while ((more = history_walk_next(w, &path, &text, &n, NULL)) == 1) {
		assert_true(!folder || strncmp(path, folder, strlen(folder)) == 0);
		files++;
	}
	assert_int_equal(more, 0);
	history_walk_end(w);
	return files;
}

static void a_bulk_commit_carries_one_digest(void **state)
{
	struct scene *s = *state;
	enum { COUNT = 200 };
	char paths[COUNT][64];
	struct history_change changes[COUNT];
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(paths[i], sizeof paths[i], "asset/%zx/%zx/0/%zx%zx000000-0000-4000-8000-%012zx.json", i % 16,
		         i / 16 % 16, i % 16, i / 16 % 16, i);
		changes[i] = (struct history_change){paths[i], "{}\n", 3};
	}
	scene_commit_many(s, changes, COUNT, NULL);
	struct listed l = {BUF_INIT, 0};
	assert_int_equal(history_log(s->h, NULL, paths[150], 0, list_entry, &l, NULL), 0);
	assert_int_equal(l.count, 1);
	buf_release(&l.ids);
	assert_int_equal(scene_verify(s, NULL), 0);
	assert_int_equal(count_files(s, "asset"), COUNT);
	assert_int_equal(count_files(s, NULL), COUNT);
	assert_int_equal(count_files(s, "nothing"), 0);
}

/* A file written as it was is no change: the commit may not claim it. */
static void what_stays_the_same_is_no_change(void **state)
{
	struct scene *s = *state;
	scene_commit(s, &alice, A, "one\n");
	struct history_change changes[] = {{A, "one\n", 4}, {B, "note\n", 5}, {"note/f/f/f/x.json", NULL, 0}};
	scene_commit_many(s, changes, 3, NULL);
	struct listed l = {BUF_INIT, 0};
	assert_int_equal(history_log(s->h, NULL, A, 0, list_entry, &l, NULL), 0);
	assert_string_equal(l.ids.data, "1 ");
	buf_release(&l.ids);
	scene_commit(s, &alice, A, "one\n");
	assert_int_equal(scene_verify(s, NULL), 0);
}

static void beginnings_of_ids(void **state)
{
	struct scene *s = *state;
	char id[HISTORY_ID];
	char beginning[8];
	struct err err = ERR_INIT;
	scene_commit(s, &alice, A, "x");
	snprintf(beginning, sizeof beginning, "%.6s", s->id);
	assert_int_equal(history_resolve(s->h, beginning, id, NULL), 0);
	assert_string_equal(id, s->id);
	assert_int_equal(history_resolve(s->h, "HEAD", id, NULL), 0);
	assert_int_equal(history_resolve(s->h, "abc", id, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	err_clear(&err);
	assert_int_equal(history_resolve(s->h, strncmp(s->id, "0000", 4) ? "0000" : "1111", id, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
	    TEST(an_empty_history_has_no_head),
	    TEST(files_are_read_as_of_each_commit),
	    TEST(a_time_means_the_last_commit_until_then),
	    TEST(a_time_before_a_merge_is_our_own_state),
	    TEST(logs_are_newest_first_of_all_or_of_a_path),
	    TEST(differences_name_both_sides),
	    TEST(a_rollback_leaves_no_ghost),
	    TEST(chains_of_deltas_are_short_and_their_bases_older),
	    TEST(reading_leaves_no_statement_open),
	    TEST(paths_that_git_or_we_refuse),
	    TEST(a_bulk_commit_carries_one_digest),
	    TEST(what_stays_the_same_is_no_change),
	    TEST(beginnings_of_ids),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
