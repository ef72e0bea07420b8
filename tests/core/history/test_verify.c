/* Every way to alter a history that we know: each must be named. */
#include "help_history.h"

#include "history/history_private.h"

#define A "asset/0/f/3/0f3a0000-0000-4000-8000-000000000001.json"
#define B "note/a/1/2/a12a0000-0000-4000-8000-000000000002.json"

static void three_commits(struct scene *s)
{
	scene_commit(s, &alice, A, "one\n");
	scene_commit(s, &alice, A, "two\n");
	scene_commit(s, &alice, B, "note\n");
	assert_int_equal(scene_verify(s, NULL), 0);
}

static void is_found(struct scene *s, const char *words)
{
	struct buf text = BUF_INIT;
	if (scene_verify(s, &text) == 0)
		fail_msg("nothing was found, wanted: %s", words);
	if (!strstr(text.data, words))
		fail_msg("wanted '%s', got:\n%s", words, text.data);
	buf_release(&text);
}

/* ---- rows tampered with */

static void altered_rows(void **state)
{
	(void)state;
	static const struct {
		const char *sql;
		const char *words;
	} cases[] = {
	    {"UPDATE git_object SET data = (SELECT data FROM git_object WHERE n = 6) WHERE n = 1", "row 1"},
	    {"UPDATE git_object SET data = zeroblob(10) WHERE n = 6", "cannot be unpacked"},
	    {"UPDATE git_object SET size = size + 1 WHERE n = 1", "cannot be unpacked"},
	    {"UPDATE git_object SET size = 1 << 40 WHERE n = 1", "impossible size"},
	    {"UPDATE git_object SET type = 9 WHERE n = 1", "unknown type"},
	    {"UPDATE git_object SET base = n, depth = 1 WHERE n = 1", "impossible chain"},
	    {"UPDATE git_object SET base = 1, depth = 9 WHERE n = 7", "impossible chain"},
	    {"UPDATE git_object SET id = x'1234' WHERE n = 1", "impossible id"},
	    {"DELETE FROM git_object WHERE n = 1", "is missing"},
	    {"DELETE FROM git_object WHERE n = 2", "is missing"},
	    {"DELETE FROM git_object WHERE type = 1 AND n < 10", "missing"},
	    {"UPDATE git_commit SET time = time + 1 WHERE n = 2", "says otherwise about its time"},
	    {"UPDATE git_commit SET p1 = NULL WHERE n = 2", "says otherwise about its time or its parents"},
	    {"UPDATE git_commit SET p2 = 1 WHERE n = 3", "says otherwise about its time or its parents"},
	    {"UPDATE git_commit SET p1 = 3 WHERE n = 2", "says otherwise about its time or its parents"},
	    {"DELETE FROM git_commit WHERE n = 2", "lacks number 2"},
	    {"DELETE FROM git_commit WHERE n = 3", "is not in the table of commits"},
	    {"INSERT INTO git_commit(id, time) VALUES(zeroblob(20), 5)", "is listed, but missing"},
	    {"DELETE FROM git_touch WHERE n = 2", "which the log of that record does not show"},
	    {"INSERT INTO git_touch VALUES('asset/x.json', 2)", "table of touched paths has 4 rows"},
	    {"UPDATE git_touch SET path = CAST(path AS BLOB) WHERE n = 2",
	     "which the log of that record does not show"},
	    {"UPDATE git_touch SET path = path || char(0) || 'x' WHERE n = 2",
	     "which the log of that record does not show"},
	    {"UPDATE git_touch SET n = 2.5 WHERE n = 2", "which the log of that record does not show"},
	    {"UPDATE git_touch SET n = 'two' WHERE n = 2", "which the log of that record does not show"},
	    {"UPDATE git_commit SET id = (SELECT id FROM git_object WHERE type = 3 LIMIT 1) WHERE n = 1",
	     "is listed, but missing"},
	    {"UPDATE git_ref SET id = 'xyz' WHERE name = 'refs/heads/main'", "names no commit"},
	    {"DELETE FROM git_ref WHERE name = 'refs/heads/main'", "no commit yet"},
	    {"UPDATE git_ref SET id = (SELECT lower(hex(id)) FROM git_commit WHERE n = 2) WHERE name = "
	     "'refs/heads/main'",
	     "does not lead to the last one"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		void *scene;
		scene_begin(&scene);
		three_commits(scene);
		scene_sql(scene, cases[i].sql);
		is_found(scene, cases[i].words);
		scene_end(&scene);
	}
}

/* ---- commits made by hand */

struct forged {
	const char *message; /* after the parts that are right */
	const char *replace; /* in the headers or the message: this … */
	const char *by;      /* … becomes that, before it is signed */
	const char *words;
};

/* A copy of the last commit as a child of it, changed by text, signed by Alice, and made HEAD. */
static void forge(struct scene *s, const char *replace, const char *by, int sign_it)
{
	git_oid head;
	struct commit_text c;
	struct buf raw = BUF_INIT;
	struct buf payload = BUF_INIT;
	struct buf armour = BUF_INIT;
	struct buf made = BUF_INIT;
	char id[HISTORY_ID];
	git_oid_fromstr(&head, s->id);
	assert_int_equal(commit_read(s->h, &head, &c, &raw, NULL), 0);
	const char *at = strstr(c.payload.data, replace);
	assert_non_null(at);
	buf_add(&payload, c.payload.data, (size_t)(at - c.payload.data));
	buf_adds(&payload, by);
	buf_adds(&payload, at + strlen(replace));
	assert_int_equal(sshsig_sign("git", payload.data, payload.len, &alice, &armour, NULL), 0);
	const char *body = strstr(payload.data, "\n\n");
	assert_non_null(body);
	buf_add(&made, payload.data, (size_t)(body - payload.data) + 1);
	if (sign_it) {
		buf_adds(&made, "gpgsig ");
		for (const char *p = armour.data; *p; p++) {
			buf_addc(&made, *p);
			if (*p == '\n')
				buf_addc(&made, ' ');
		}
		buf_addc(&made, '\n');
	}
	buf_adds(&made, body + 1);
	scene_object(s, GIT_OBJECT_COMMIT, made.data, made.len, id);
	/* it takes the place of the last commit */
	char *sql = sqlite3_mprintf("UPDATE git_commit SET id = x'%s' WHERE n = 3;"
	                            "DELETE FROM git_object WHERE id = x'%s';"
	                            "UPDATE git_ref SET id = '%s' WHERE name = 'refs/heads/main'",
	                            id, s->id, id);
	scene_sql(s, sql);
	sqlite3_free(sql);
	commit_text_release(&c);
	buf_release(&raw);
	buf_release(&payload);
	buf_release(&armour);
	buf_release(&made);
}

static void forged_commits(void **state)
{
	(void)state;
	static const char digest[] = "0000000000000000000000000000000000000000000000000000000000000000";
	char wrong_prev[128];
	snprintf(wrong_prev, sizeof wrong_prev, "Genba-Prev: sha256:%s\n", digest);
	const struct {
		const char *replace, *by;
		int sign_it;
		const char *words;
	} cases[] = {
	    {"set R1-A1", "set R1-A2", 0, "is not signed"},
	    {"Genba-Prev: ", "Genba-Past: ", 1, "the chain is broken"},
	    {"Genba-Record: note", "Genba-Record: nota", 1, "not what it changed"},
	    {"Genba-Record: note", "Genba-Record: asset/x.json removed\nGenba-Record: note", 1,
	     "not in the form that genba writes"},
	    {"Genba-Action: set", "Something else", 1, "not in the form that genba writes"},
	    {"\n\nGenba-Action", "\n\nWords of prose\nGenba-Action", 1, "not in the form that genba writes"},
	    {"set R1-A1: status", "set \033[2J", 1, "not in the form that genba writes"},
	    {"committer Responder One", "committer Responder Two", 1, "committer"},
	    {"\ncommitter", "\nencoding x\ncommitter", 1, "committer"},
	    {"author Responder One <", "author Responder One ", 1, "author"},
	    {"\nparent ", "\nparents ", 1, "author"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		void *scene;
		scene_begin(&scene);
		three_commits(scene);
		forge(scene, cases[i].replace, cases[i].by, cases[i].sign_it);
		is_found(scene, cases[i].words);
		scene_end(&scene);
	}
}

/* The armour is not under the signature: it has one form, and any other is found. */
static void altered_signatures(void **state)
{
	struct scene *s = *state;
	three_commits(s);
	git_oid head;
	git_oid_fromstr(&head, s->id);
	struct buf raw = BUF_INIT;
	assert_int_equal(object_read(s->h, &head, NULL, &raw, NULL), 0);
	char *body = strstr(raw.data, "U1NIU0lH");
	assert_non_null(body);
	body[200] = body[200] == 'A' ? 'B' : 'A';
	char id[HISTORY_ID];
	scene_object(s, GIT_OBJECT_COMMIT, raw.data, raw.len, id);
	char *sql = sqlite3_mprintf("UPDATE git_commit SET id = x'%s' WHERE n = 3;"
	                            "UPDATE git_ref SET id = '%s' WHERE name = 'refs/heads/main'",
	                            id, id);
	scene_sql(s, sql);
	sqlite3_free(sql);
	is_found(s, "signature");
	buf_release(&raw);
}

static int only_alice(void *ctx, const struct history_signed *commit)
{
	(void)ctx;
	assert_int_equal(commit->number == 1, commit->parent_count == 0);
	return memcmp(commit->key, alice.public_key, 32) == 0;
}

static void take_line(void *ctx, const char *text)
{
	buf_addf(ctx, "%s\n", text);
}

static void keys_are_asked_for(void **state)
{
	struct scene *s = *state;
	struct buf text = BUF_INIT;
	struct history_verified counts;
	scene_commit(s, &alice, A, "one\n");
	scene_commit(s, &bob, A, "two\n");
	struct history_check_spec spec = {.key = only_alice, .finding = take_line, .ctx = &text};
	assert_int_equal(history_verify(s->h, &spec, NULL, &counts, NULL), 0);
	assert_non_null(strstr(text.data, "signed by a key that was no responder of this case then"));
	assert_int_equal(counts.commits, 2);
	assert_int_equal(counts.signatures, 2);
	buf_release(&text);
}

/* ---- trees that git's fsck would refuse, or that are not ours */

static void put_entry(struct buf *raw, const char *mode_name, int fill)
{
	buf_add(raw, mode_name, strlen(mode_name) + 1);
	for (int i = 0; i < 20; i++)
		buf_addc(raw, (char)fill);
}

static void hostile_trees(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
	    {"100644 b.json", "100644 a.json"}, /* order */
	    {"100644 a.json", "100644 a.json"}, /* twice */
	    {"100755 a.json", NULL},
	    {"120000 a.json", NULL},
	    {"0100644 a.json", NULL},
	    {"040000 a", NULL},
	    {"40000 .git", NULL},
	    {"40000 ..", NULL},
	    {"100644 a/b.json", NULL},
	    {"100644 noext", NULL},
	    {"40000 with.dot", NULL},
	    {"100644 ", NULL},
	    {"160000 sub", NULL},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf raw = BUF_INIT;
		for (size_t k = 0; k < 2 && bad[i][k]; k++)
			put_entry(&raw, bad[i][k], 1);
		assert_int_equal(tree_is_canonical(raw.data, raw.len), 0);
		buf_release(&raw);
	}
	struct buf good = BUF_INIT;
	put_entry(&good, "100644 README.md", 1);
	put_entry(&good, "40000 asset", 2);
	put_entry(&good, "40000 note", 2);
	assert_int_equal(tree_is_canonical(good.data, good.len), 1);
	buf_add(&good, "x", 1);
	assert_int_equal(tree_is_canonical(good.data, good.len), 0);
	buf_release(&good);
}

/* Each prefix of each object, and each byte of it changed, is refused or read: no crash (run under sanitizers). */
static void mangled_objects(void **state)
{
	struct scene *s = *state;
	three_commits(s);
	git_oid head;
	struct buf raw = BUF_INIT;
	git_oid_fromstr(&head, s->id);
	assert_int_equal(object_read(s->h, &head, NULL, &raw, NULL), 0);
	for (size_t n = 0; n <= raw.len; n++) {
		struct commit_text c;
		char *copy = malloc(n + 1);
		memcpy(copy, raw.data, n);
		copy[n] = '\0';
		if (commit_text_parse(&c, copy, n, NULL) == 0)
			commit_text_release(&c);
		free(copy);
	}
	for (size_t i = 0; i < raw.len; i++) {
		struct commit_text c;
		char was = raw.data[i];
		raw.data[i] = (char)(was ^ 0x15);
		if (commit_text_parse(&c, raw.data, raw.len, NULL) == 0)
			commit_text_release(&c);
		raw.data[i] = was;
	}
	buf_release(&raw);
}

/* ---- in slices, while the owner goes on */

static void slices_see_what_there_was(void **state)
{
	struct scene *s = *state;
	struct buf text = BUF_INIT;
	for (int i = 0; i < 30; i++) {
		char value[32];
		snprintf(value, sizeof value, "%d\n", i);
		scene_commit(s, &alice, A, value);
	}
	struct history_check_spec spec = {.finding = take_line, .ctx = &text};
	struct history_check *k = history_check_begin(s->h, &spec, NULL);
	assert_non_null(k);
	int rc;
	int steps = 0;
	uint64_t last = 0;
	while ((rc = history_check_step(k, 5, NULL)) == 1) {
		uint64_t done;
		uint64_t total;
		history_check_state(k, &done, &total);
		assert_true(done >= last && done <= total);
		last = done;
		if (steps++ % 3 == 0)
			scene_commit(s, &alice, B, steps % 2 ? "odd\n" : "even\n");
		for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(s->db, st)) != NULL;)
			assert_false(sqlite3_stmt_busy(st));
	}
	assert_int_equal(rc, 0);
	struct history_verified counts;
	history_check_end(k, &counts);
	assert_string_equal(text.data, "");
	assert_int_equal(counts.commits, 30);
	assert_true(steps > 30);
	assert_int_equal(scene_verify(s, NULL), 0);
	buf_release(&text);
}

/* ---- a commit of many files, left in the middle */

enum { MANY = 500, UNITS = 8 };

struct driven {
	struct buf text;
	unsigned files; /* told in the present step */
};

static void count_file(void *ctx, const char *commit, const char *path, const void *text, size_t n)
{
	struct driven *d = ctx;
	(void)commit;
	(void)path;
	(void)text;
	(void)n;
	d->files++;
}

static void many_files(struct scene *s)
{
	static char paths[MANY][64];
	static char texts[MANY][16];
	struct history_change changes[MANY];
	for (size_t i = 0; i < MANY; i++) {
		snprintf(paths[i], sizeof paths[i], "asset/%zx/%zx/0/%zx%zx000000-0000-4000-8000-%012zx.json", i % 16,
		         i / 16 % 16, i % 16, i / 16 % 16, i);
		snprintf(texts[i], sizeof texts[i], "{\"n\":%zu}\n", i);
		changes[i] = (struct history_change){paths[i], texts[i], strlen(texts[i])};
	}
	scene_commit(s, &alice, A, "one\n");
	scene_commit_many(s, changes, MANY, NULL);
	scene_commit(s, &alice, A, "two\n");
}

/* No step does more than its units of files, whatever a commit holds; what is written between two steps makes no finding. */
static void drive(struct scene *s, struct driven *d, int write_meanwhile)
{
	struct history_check_spec spec = {.file = count_file, .finding = take_line, .ctx = d};
	struct history_check *k = history_check_begin(s->h, &spec, NULL);
	int rc;
	unsigned steps = 0;
	assert_non_null(k);
	do {
		d->files = 0;
		rc = history_check_step(k, UNITS, NULL);
		assert_true(d->files <= UNITS);
		if (write_meanwhile && steps++ % 10 == 0)
			scene_commit(s, &alice, B, steps % 20 == 1 ? "odd\n" : "even\n");
		for (sqlite3_stmt *st = NULL; (st = sqlite3_next_stmt(s->db, st)) != NULL;)
			assert_false(sqlite3_stmt_busy(st));
	} while (rc == 1);
	assert_int_equal(rc, 0);
	while (history_check_signatures(k) == 1)
		;
	history_check_end(k, NULL);
}

static void a_large_commit_is_left_and_gone_on_with(void **state)
{
	(void)state;
	static const struct {
		const char *sql;
		const char *words; /* NULL: nothing is wrong */
	} cases[] = {
	    {"SELECT 1", NULL},
	    {"DELETE FROM git_object WHERE type = 3 AND n = 300", "is missing"},
	    {"UPDATE git_object SET (size, base, depth, data) = (SELECT size, base, depth, data FROM git_object WHERE "
	     "n = "
	     "7)"
	     " WHERE n = 300",
	     "does not fit its id"},
	    {"UPDATE git_object SET (size, base, depth, data) = (SELECT size, base, depth, data FROM git_object t "
	     "WHERE "
	     "t.type = 2 AND t.n > 400 ORDER BY t.n LIMIT 1) WHERE n = (SELECT max(n) FROM git_object WHERE type = 2 "
	     "AND n < 540)",
	     "does not fit its id"},
	    {"DELETE FROM git_touch WHERE path LIKE '%01f3.json'", "which the log of that record does not show"},
	    {"UPDATE git_touch SET n = 3 WHERE path LIKE '%01f3.json'", "which the log of that record does not show"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		void *scene;
		struct driven d = {BUF_INIT, 0};
		struct buf whole = BUF_INIT;
		scene_begin(&scene);
		struct scene *s = scene;
		many_files(s);
		scene_sql(s, cases[i].sql);
		history_rolled_back(s->h); /* what is in memory of the objects goes */
		assert_int_equal(scene_verify(s, &whole) == 0, cases[i].words == NULL);
		drive(s, &d, 0);
		assert_string_equal(d.text.data, whole.data);
		if (cases[i].words && !strstr(d.text.data, cases[i].words))
			fail_msg("wanted '%s', got:\n%s", cases[i].words, d.text.data);
		buf_clear(&d.text);
		if (!cases[i].words) {
			drive(s, &d, 1);
			assert_string_equal(d.text.data, "");
		}
		buf_release(&d.text);
		buf_release(&whole);
		scene_end(&scene);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(altered_rows),  cmocka_unit_test(forged_commits),
	    TEST(altered_signatures),        TEST(keys_are_asked_for),
	    cmocka_unit_test(hostile_trees), TEST(mangled_objects),
	    TEST(slices_see_what_there_was), cmocka_unit_test(a_large_commit_is_left_and_gone_on_with),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
