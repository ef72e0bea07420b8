/*
 * What opening a case says: the high-water mark of this machine against older
 * copies and logs that were cut back, forged headers, and what an unclean end
 * left. Each is an attack or an accident on a real case file.
 */
#include "case/case.h"

#include "base/buf.h"
#include "base/err.h"
#include "case/care/verify.h"
#include "case/identity/identity.h"
#include "case/store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/genba-seen-XXXXXX";
static char *path, *log_path;
static struct identity *me, *other;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(secret_setup(NULL), 0);
	assert_non_null(mkdtemp(folder));
	setenv("XDG_DATA_HOME", folder, 1);
	path = xasprintf("%s/site.genba", folder);
	log_path = xasprintf("%s-wal", path);
	me = identity_ephemeral("Responder One", "R1");
	other = identity_ephemeral("Responder Two", "R2");
	return me && other ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	identity_free(me);
	identity_free(other);
	free(path);
	free(log_path);
	char *command = xasprintf("rm -rf '%s'", folder);
	int rc = system(command);
	free(command);
	return rc;
}

/* ---- the file and its log as bytes */

struct image {
	struct buf file, log;
};

static struct image image_of_case(void)
{
	struct image i = {BUF_INIT, BUF_INIT};
	assert_int_equal(buf_read_file(&i.file, path, (size_t)1 << 28, NULL), 0);
	if (access(log_path, F_OK) == 0)
		assert_int_equal(buf_read_file(&i.log, log_path, (size_t)1 << 28, NULL), 0);
	return i;
}

static void store(const char *name, const struct buf *b)
{
	FILE *f = fopen(name, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(b->data, 1, b->len, f), b->len);
	assert_int_equal(fclose(f), 0);
}

static void image_put_back(const struct image *i)
{
	store(path, &i->file);
	if (i->log.len > 0)
		store(log_path, &i->log);
	else
		unlink(log_path);
}

static void image_release(struct image *i)
{
	buf_release(&i->file);
	buf_release(&i->log);
}

/* ---- the case */

static struct case_file *open_as_me(unsigned flags)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {me, NULL};
	struct case_file *c = case_open(path, &unlock, flags, &err);
	if (!c)
		fail_msg("%s", err.message);
	return c;
}

static void close_case(struct case_file *c)
{
	struct err err = ERR_INIT;
	if (case_close(c, &err) < 0)
		fail_msg("%s", err.message);
}

static void add_note(struct case_file *c, const char *text)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {{"text", text}};
	if (record_add(c, "note", fields, 1, 0, label, &err) < 0)
		fail_msg("%s", err.message);
}

static void new_case(void)
{
	struct err err = ERR_INIT;
	struct case_new spec = {.title = "Slow terminal", .owner = me};
	unlink(path);
	unlink(log_path);
	struct case_file *c = case_create(path, &spec, &err);
	if (!c)
		fail_msg("%s", err.message);
	assert_string_equal(case_notice(c), "");
	add_note(c, "first");
	close_case(c);
}

static char *id_of_case(void)
{
	static char id[37];
	struct case_file *c = open_as_me(CASE_READ_ONLY);
	snprintf(id, sizeof id, "%s", case_id(c));
	close_case(c);
	return id;
}

static void says(struct case_file *c, const char *words)
{
	if (!strstr(case_notice(c), words))
		fail_msg("expected \"%s\" in: %s", words, case_notice(c));
}

static void note_warning(void *ctx, const char *part, const char *text)
{
	(void)part;
	*(int *)ctx |= strstr(text, "WARNING") != NULL;
}

/* Opening says it, and so does `verify`. */
static void warned(const char *words)
{
	struct err err = ERR_INIT;
	struct verify_report report;
	for (unsigned flags = 0; flags <= CASE_READ_ONLY; flags += CASE_READ_ONLY) {
		int seen = 0;
		struct case_file *c = open_as_me(flags);
		says(c, "WARNING");
		says(c, words);
		assert_int_equal(case_verify(c, NULL, note_warning, &seen, &report, &err), 0);
		assert_true(report.findings > 0 && seen);
		close_case(c);
	}
}

static void is_quiet(void)
{
	struct case_file *c = open_as_me(0);
	assert_string_equal(case_notice(c), "");
	close_case(c);
}

/* ---- older copies */

static void test_older_copy(void **state)
{
	(void)state;
	new_case();
	is_quiet();
	struct image old = image_of_case();
	struct case_file *c = open_as_me(0);
	add_note(c, "second");
	add_note(c, "third");
	close_case(c);
	is_quiet();
	struct image now = image_of_case();
	image_put_back(&old);
	warned("seen 4 actions");
	/* nor does it become true by going on with the older copy */
	c = open_as_me(0);
	add_note(c, "on the older copy");
	add_note(c, "and more");
	add_note(c, "than there was");
	close_case(c);
	warned("seen 4 actions");
	/* the newest again: what was done on the older copy is missing in it */
	image_put_back(&now);
	warned("not hold");
	image_release(&old);
	image_release(&now);
}

/* Whoever sends one copy after another fills the places of this machine: what falls out of them is not forgotten silently. */
static void test_many_copies(void **state)
{
	(void)state;
	new_case();
	struct image old = image_of_case();
	struct case_file *c = open_as_me(0);
	add_note(c, "what counts");
	close_case(c);
	struct image now = image_of_case();
	for (int i = 0; i < 65; i++) {
		char text[32];
		snprintf(text, sizeof text, "copy %d", i);
		image_put_back(&old);
		c = open_as_me(0);
		add_note(c, text);
		close_case(c);
	}
	char *seen = xasprintf("rm -f %s/genba/seen/*", folder);
	image_put_back(&old);
	warned("seen 3 actions");
	/* a copy that holds all that is remembered, but nobody knows what fell out */
	struct buf marks = BUF_INIT;
	char *file = xasprintf("%s/genba/seen/%s", folder, id_of_case());
	assert_int_equal(buf_read_file(&marks, file, 1U << 16, NULL), 0);
	assert_non_null(strstr(marks.data, "\nmore\n"));
	image_put_back(&now);
	c = open_as_me(0);
	char *only = xasprintf("%s 3\nmore\n", case_head(c));
	close_case(c);
	struct buf made = BUF_INIT;
	buf_adds(&made, only);
	store(file, &made);
	warned("which is more than it remembers");
	c = open_as_me(0);
	add_note(c, "and on");
	close_case(c);
	warned("which is more than it remembers");
	assert_int_equal(system(seen), 0);
	c = open_as_me(0);
	close_case(c);
	is_quiet();
	buf_release(&marks);
	buf_release(&made);
	image_release(&old);
	image_release(&now);
	free(seen);
	free(file);
	free(only);
}

/* File, anchors and log, all put back to an earlier commit of the same session. */
static void test_log_cut_back(void **state)
{
	(void)state;
	new_case();
	struct case_file *c = open_as_me(0);
	add_note(c, "second");
	struct image early = image_of_case();
	add_note(c, "third");
	add_note(c, "fourth");
	struct image late = image_of_case();
	close_case(c);
	assert_true(early.log.len > 0 && late.log.len > early.log.len);
	image_put_back(&late);
	c = open_as_me(0);
	assert_null(strstr(case_notice(c), "WARNING"));
	close_case(c);
	image_put_back(&early);
	warned("cut short");
	/* only the log: the anchors know of more */
	struct err err = ERR_INIT;
	struct case_unlock unlock = {me, NULL};
	image_put_back(&late);
	store(log_path, &early.log);
	assert_null(case_open(path, &unlock, 0, &err));
	assert_int_equal(err.code, ERR_DAMAGED);
	image_release(&early);
	image_release(&late);
}

static void test_first_time(void **state)
{
	(void)state;
	new_case();
	char *elsewhere = xasprintf("%s/other", folder);
	setenv("XDG_DATA_HOME", elsewhere, 1);
	struct case_file *c = open_as_me(0);
	says(c, "for the first time");
	assert_null(strstr(case_notice(c), "WARNING"));
	close_case(c);
	is_quiet();
	setenv("XDG_DATA_HOME", folder, 1);
	free(elsewhere);
}

/* ---- an unclean end */

static void test_unclean_end(void **state)
{
	(void)state;
	new_case();
	struct case_file *c = open_as_me(0);
	add_note(c, "the last that was kept");
	struct image crashed = image_of_case();
	close_case(c);
	/* a frame that was being written: half of it arrived */
	buf_add(&crashed.log, crashed.log.data + 100, 2000);
	for (int read_only = 1; read_only >= 0; read_only--) {
		image_put_back(&crashed);
		c = open_as_me(read_only ? CASE_READ_ONLY : 0);
		assert_null(strstr(case_notice(c), "WARNING"));
		says(c, "did not end cleanly");
		says(c, "recovered from its log");
		says(c, "never been acknowledged and was dropped");
		says(c, "The last action kept is");
		says(c, case_head(c));
		says(c, "by Responder One: ");
		close_case(c);
	}
	is_quiet();
	image_release(&crashed);
}

/* ---- forged headers, by somebody who holds the key of the file */

static void slot_by(const unsigned char *public_key, const unsigned char *secret_key)
{
	struct err err = ERR_INIT;
	struct vault_identity signer = {public_key, secret_key};
	struct vault_new_slot slot = {.type = VAULT_SLOT_RECIPIENT};
	memcpy(slot.recipient, other->public_key, VAULT_KEY);
	struct case_file *c = open_as_me(0);
	if (vault_slot_add(case_vault(c), &slot, public_key ? &signer : NULL, &err) < 0)
		fail_msg("%s", err.message);
	close_case(c);
}

static void test_forged_header(void **state)
{
	(void)state;
	new_case();
	slot_by(other->public_key, other->secret_key);
	warned("no responder of it");
	slot_by(NULL, NULL);
	warned("not signed");
	slot_by(me->public_key, other->secret_key);
	warned("forged");
	slot_by(me->public_key, me->secret_key);
	is_quiet();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_older_copy), cmocka_unit_test(test_many_copies), cmocka_unit_test(test_log_cut_back),
	    cmocka_unit_test(test_first_time), cmocka_unit_test(test_unclean_end), cmocka_unit_test(test_forged_header),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
