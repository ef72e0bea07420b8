/*
 * The crash campaign of merging and handing over: at every write operation the
 * disk below the case goes dead, in every way it can. What opens afterwards
 * verifies, and is the old state or the new one, the new one if that was
 * acknowledged; a copy that lies there is whole; and the same can be done again.
 *
 *     GENBA_STRIDE=1 crash_handover      a crash at each operation (7: at each seventh)
 */
#include "case/case.h"
#include "help_copies.h"

#include "../vault/crashfs.h"

#include "base/worker/worker.h"
#include "case/care/verify.h"
#include "handover/parcel/transfer.h"
#include "handover/parcel/unpack.h"
#include "vault/vault_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum crashfs_loss losses[] = {CRASHFS_KEEP_ALL, CRASHFS_DROP_ALL, CRASHFS_DROP_SOME, CRASHFS_TEAR,
                                           CRASHFS_GARBAGE};
enum { VARIANTS = 1 + sizeof losses / sizeof *losses }; /* the first: the process dies, the kernel lives on */

static struct {
	struct crashfs *before; /* the case, closed, and nothing under way */
	char *site;
	char *out; /* of a handover */
	struct buf parcel;
	struct handover_recipient to[1];
	unsigned char old_tree[32];
	unsigned char new_tree[32];
	uint64_t ops;
	unsigned long crashes, openings, was_old, was_new, copies;
} m;

static uint64_t stride(void)
{
	const char *text = getenv("GENBA_STRIDE");
	uint64_t n = text ? strtoull(text, NULL, 10) : 0;
	return n ? n : 23;
}

/* Each disk is another: what this machine has seen of the case on one is not there on the next. */
static void use(struct crashfs *fs)
{
	char *command = xasprintf("rm -rf %s/genba/seen", folder);
	assert_int_equal(system(command), 0);
	free(command);
	vault_set_disk(crashfs_vfs(fs));
}

static struct case_file *open_site(struct err *err)
{
	struct case_unlock unlock = {people[0], NULL};
	return case_open(m.site, &unlock, 0, err);
}

/* Two copies that were worked on apart, with a field that clashes, and what the second sends to the first. */
static void make_site(void)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct buf line = BUF_INIT;
	m.before = crashfs_new();
	use(m.before);
	begin(2);
	for (int i = 0; i < 8; i++)
		add(copies[0], "asset", "hostname", "PC", label);
	merge(copies[1], copies[0]);
	for (int i = 0; i < 6; i++) {
		add(copies[0], "note", "text", "on this side", label);
		add(copies[1], "note", "text", "on the other", label);
	}
	set(copies[0], "R1-A1", "status", "infected");
	set(copies[1], "R1-A1", "status", "clean");
	ok(parcel_write(copies[1], NULL, 0, NULL, &m.parcel, &err), &err);
	identity_public_line(people[1], &line);
	ok(handover_recipients(copies[0], (const char *const[]){line.data}, 1, m.to, &err), &err);
	tree_digest(copies[0], m.old_tree);
	m.site = strdup(case_path(copies[0]));
	m.out = path_of("out");
	buf_release(&line);
	end(2);
}

static void forget_site(void)
{
	vault_set_disk(NULL);
	crashfs_free(m.before);
	buf_release(&m.parcel);
	handover_recipients_release(m.to, 1);
	free(m.site);
	free(m.out);
	memset(&m, 0, sizeof m);
}

/* ---- what is crashed: 0 if it was acknowledged */

static int do_merge(struct case_file *c, struct err *err)
{
	struct parcel p;
	struct merge_report report;
	if (parcel_read(&p, m.parcel.data, m.parcel.len, err) < 0)
		return -1;
	int rc = case_merge(c, &p, NULL, 0, NULL, &report, err);
	merge_report_release(&report);
	parcel_release(&p);
	return rc;
}

static int do_handover(struct case_file *c, struct err *err)
{
	char labels[1][LABEL_TEXT];
	size_t left = 0;
	struct handover_copy how = {.to = m.to, .count = 1};
	if (transfer_record(c, m.to, 1, NULL, "brief", m.out, labels, err) < 0)
		return -1;
	return handover_copy(c, m.out, &how, &left, err);
}

typedef int (*doing_fn)(struct case_file *c, struct err *err);

static int run(struct crashfs *fs, uint64_t op, doing_fn fn)
{
	struct err err = ERR_INIT;
	use(fs);
	crashfs_arm(fs, op);
	struct case_file *c = open_site(&err);
	int rc = c ? fn(c, &err) : -1;
	if (rc < 0 && !crashfs_dead(fs)) {
		print_error("fails on a living disk: %s\n", err.message);
		fail();
	}
	if (c)
		case_close(c, NULL);
	return rc;
}

/* ---- judging */

/* Opens it: old or new, and nothing wrong. */
static struct case_file *judge_site(int acknowledged)
{
	struct err err = ERR_INIT;
	unsigned char tree[32];
	struct case_file *c = open_site(&err);
	ok(c ? 0 : -1, &err);
	assert_verifies(c);
	tree_digest(c, tree);
	int is_new = memcmp(tree, m.new_tree, sizeof tree) == 0;
	int is_old = memcmp(tree, m.old_tree, sizeof tree) == 0;
	assert_true(is_new || (is_old && !acknowledged));
	m.openings++;
	m.was_new += (unsigned)is_new;
	m.was_old += (unsigned)is_old;
	return c;
}

static void after_merge(struct crashfs *fs, int acknowledged)
{
	struct err err = ERR_INIT;
	unsigned char tree[32];
	(void)fs;
	struct case_file *c = judge_site(acknowledged);
	ok(do_merge(c, &err), &err);
	tree_digest(c, tree);
	assert_memory_equal(tree, m.new_tree, sizeof tree);
	ok(case_close(c, &err), &err);
}

static int exists(struct crashfs *fs, const char *path)
{
	size_t n;
	return crashfs_bytes(fs, path, &n) != NULL;
}

/* The times and ids of a transfer are others each time: only the state before is known beforehand. */
static void after_handover(struct crashfs *fs, int acknowledged)
{
	struct err err = ERR_INIT;
	struct case_file *c = open_site(&err);
	ok(c ? 0 : -1, &err);
	assert_verifies(c);
	uint64_t transfers = record_count(c, "transfer", 0);
	m.openings++;
	m.was_new += transfers == 1;
	m.was_old += transfers == 0;
	assert_true(transfers == 1 || (transfers == 0 && !acknowledged));
	int there = exists(fs, m.out);
	assert_true(there || !acknowledged);
	if (there) {
		struct case_file *copy = open_copy(m.out, people[1]);
		assert_int_equal(record_count(copy, "transfer", 0), 1);
		assert_verifies(copy);
		ok(case_close(copy, &err), &err);
		m.copies++;
	} else { /* again, to another place */
		char *out = m.out;
		m.out = xasprintf("%s2", out);
		ok(do_handover(c, &err), &err);
		assert_true(exists(fs, m.out));
		free(m.out);
		m.out = out;
	}
	ok(case_close(c, &err), &err);
}

/* ---- the campaign */

#define FEWER_OPS 8 /* by which one run differs from the next: 2 were seen */

static void campaign(const char *what, doing_fn fn, void (*judge)(struct crashfs *fs, int acknowledged))
{
	struct crashfs *whole = crashfs_copy(m.before);
	struct err err = ERR_INIT;
	run(whole, 0, fn);
	m.ops = crashfs_ops(whole);
	struct case_file *c = open_site(&err);
	tree_digest(c, m.new_tree);
	ok(case_close(c, &err), &err);
	crashfs_free(whole);
	for (uint64_t op = 1; op <= m.ops; op += stride()) {
		struct crashfs *fs = crashfs_copy(m.before);
		int acknowledged = run(fs, op, fn) == 0;
		if (!crashfs_dead(
		        fs)) { /* of other times and ids, this run wrote a page or two less, and was done before */
			assert_true(acknowledged && m.ops - op < FEWER_OPS);
			crashfs_free(fs);
			continue;
		}
		m.crashes++;
		for (size_t variant = 0; variant < VARIANTS; variant++) {
			struct crashfs *left = crashfs_copy(fs);
			if (variant == 0)
				crashfs_kill(left);
			else
				crashfs_power_cut(left, losses[variant - 1], op * VARIANTS + variant);
			use(left);
			crashfs_arm(left, 0);
			judge(left, acknowledged);
			vault_set_disk(NULL);
			crashfs_free(left);
		}
		crashfs_free(fs);
	}
	print_message("%s: %llu write operations, %lu of them crashed, %lu openings: %lu old, %lu new, none else", what,
	              (unsigned long long)m.ops, m.crashes, m.openings, m.was_old, m.was_new);
	print_message(m.copies ? "; %lu copies, all whole\n" : "\n", m.copies);
}

static void test_merge_crashes(void **state)
{
	(void)state;
	make_site();
	campaign("merge", do_merge, after_merge);
	forget_site();
}

static void test_handover_crashes(void **state)
{
	(void)state;
	make_site();
	campaign("handover", do_handover, after_handover);
	forget_site();
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_merge_crashes),
	    cmocka_unit_test(test_handover_crashes),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
