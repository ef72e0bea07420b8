/*
 * The crash campaign: at every write operation of a workload the disk goes
 * dead, in every way it can; what opens afterwards must be the last state that
 * was acknowledged, or the one that was under way. Then, at every write
 * operation, the disk is full: what fails is undone whole, and can be done again.
 *
 *     crash_campaign [--stride N] [--seed N] [--thorough]    a crash at each Nth operation
 *     crash_mutants  [--stride N] [--seed N] [--only NAME]   each deliberate fault must be caught
 *
 * The workload runs once without a crash, for the digest of the content after
 * each step. Exit status 1 if anything was lost, wrong or unreadable, or if a
 * mutant survived.
 */
#include "crash_workload.h"

#include "vault/mutant.h"
#include "vault/vault_private.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef VAULT_MUTANTS
enum vault_mutant vault_mutant;
#endif

static struct {
	uint64_t digest[WORKLOAD_STEPS];
	size_t slots[WORKLOAD_STEPS];
	int steps;
	uint64_t ops; /* write operations of the whole workload */
} model;

static struct {
	uint64_t crashes, openings, again, full, full_failed, lost, wrong, unreadable, stuck;
	char first[1400];
	int quiet;
} result;

static uint64_t failures(void)
{
	return result.lost + result.wrong + result.unreadable + result.stuck;
}

static void failed(uint64_t *counter, const char *what, const char *detail, int low, int high)
{
	if (failures() == 0)
		snprintf(result.first, sizeof result.first, "%s (expected step %d to %d): %s", what, low, high, detail);
	++*counter;
	if (!result.quiet && failures() < 10)
		fprintf(stderr, "  %s (expected step %d to %d): %s\n", what, low, high, detail);
}

/* ---- the oracle ---- */

static uint64_t digest_of(struct vault *v)
{
	crypto_generichash_state state;
	unsigned char out[16];
	uint64_t digest;
	sqlite3_stmt *s;
	crypto_generichash_init(&state, NULL, 0, sizeof out);
	if (sqlite3_prepare_v2(vault_db(v), "SELECT id || ' ' || n || ' ' || hex(b) FROM t ORDER BY id", -1, &s,
	                       NULL) == SQLITE_OK) {
		int rc;
		while ((rc = sqlite3_step(s)) == SQLITE_ROW)
			crypto_generichash_update(&state, sqlite3_column_text(s, 0),
			                          (size_t)sqlite3_column_bytes(s, 0) + 1);
		sqlite3_finalize(s);
		if (rc != SQLITE_DONE)
			return 0;
	}
	crypto_generichash_final(&state, out, sizeof out);
	memcpy(&digest, out, sizeof digest);
	return digest;
}

/* What somebody finds who opens the case now: after a rotation that is not what the open vault shows. */
static void found_now(const struct crashfs *fs, int step)
{
	struct crashfs *copy = crashfs_copy(fs);
	struct vault_slot slots[VAULT_SLOTS];
	struct vault *v;
	crashfs_kill(copy);
	if (workload_open(&v, copy, NULL) == 0) {
		model.digest[step] = digest_of(v);
		model.slots[step] = vault_slots(v, slots);
		vault_close(v, NULL);
	}
	crashfs_free(copy);
}

static void make_model(void)
{
	struct crashfs *fs = crashfs_new();
	struct vault *v = NULL;
	crashfs_arm(fs, 0);
	for (int i = 0; i < WORKLOAD_STEPS; i++) {
		if (workload_step(&v, fs, workload[i]) < 0) {
			fprintf(stderr, "the workload itself fails at step %d: %s\n", i, workload[i]);
			exit(2);
		}
		found_now(fs, i);
	}
	model.steps = WORKLOAD_STEPS;
	model.ops = crashfs_ops(fs);
	vault_close(v, NULL);
	crashfs_free(fs);
}

/* Runs the workload until the disk dies. Returns the last step that was acknowledged, -1: not even the making. */
static int run_until(struct crashfs *fs, uint64_t op)
{
	struct vault *v = NULL;
	int i;
	crashfs_arm(fs, op);
	for (i = 0; i < WORKLOAD_STEPS; i++)
		if (workload_step(&v, fs, workload[i]) < 0)
			break;
	if (i < WORKLOAD_STEPS && !crashfs_dead(fs))
		failed(&result.stuck, "a step fails on a living disk", workload[i], i, i);
	if (v && vault_close(v, NULL) < 0 && !crashfs_dead(fs))
		failed(&result.stuck, "a close fails on a living disk", "", i, i);
	return i - 1;
}

struct range {
	int low, high; /* steps whose state may be found */
};

static void note_finding(void *ctx, const char *text)
{
	snprintf(ctx, 1024, "%.1000s", text);
}

/* Opens after a crash, judges, goes on, closes. Narrows the range to what was seen. 0, or -1 if the disk died under way. */
static int open_and_judge(struct crashfs *fs, struct range *r)
{
	struct err err = ERR_INIT;
	struct vault *v;
	struct vault_slot slots[VAULT_SLOTS];
	char finding[1024] = "";
	result.openings++;
	if (workload_open(&v, fs, &err) < 0) {
		if (crashfs_dead(fs))
			return -1;
		if (r->low >= 0)
			failed(&result.unreadable, "does not open", err.message, r->low, r->high);
		return 0;
	}
	uint64_t digest = digest_of(v);
	size_t count = vault_slots(v, slots);
	int low = r->low < 0 ? 0 : r->low, seen = -1;
	for (int i = low; i <= r->high && seen < 0; i++)
		if (model.digest[i] == digest && model.slots[i] == count)
			seen = i;
	int last = seen; /* steps that change nothing cannot be told apart */
	for (int i = seen + 1; seen >= 0 && i <= r->high; i++)
		if (model.digest[i] == digest && model.slots[i] == count)
			last = i;
	if (seen < 0 && !crashfs_dead(fs)) {
		int known = 0;
		for (int i = 0; i < low; i++)
			known |= model.digest[i] == digest;
		failed(known ? &result.lost : &result.wrong, known ? "an acknowledged step is lost" : "wrong data", "",
		       low, r->high);
	}
	if (seen >= 0)
		*r = (struct range){seen, last};
	if (vault_check(v, NULL, note_finding, finding, NULL) != 0 && !crashfs_dead(fs))
		failed(&result.wrong, "a check finds", finding, r->low, r->high);
	int went_on = workload_run(v, "CREATE TABLE IF NOT EXISTS went_on(n)") == 0 &&
	              workload_run(v, "INSERT INTO went_on VALUES(1)") == 0;
	int closed = vault_close(v, &err) == 0;
	if (crashfs_dead(fs))
		return -1;
	if (!went_on || !closed)
		failed(&result.stuck, "cannot go on", err.message, r->low, r->high);
	return 0;
}

/* What becomes of the disk: variant 0 is the death of the process, the others lose power. */
enum { VARIANTS = 1 + CRASHFS_LOSSES + 3 };

static struct crashfs *after_crash(const struct crashfs *fs, int variant, uint64_t seed)
{
	struct crashfs *copy = crashfs_copy(fs);
	static const enum crashfs_loss loss[VARIANTS] = {CRASHFS_KEEP_ALL,  CRASHFS_KEEP_ALL, CRASHFS_DROP_ALL,
	                                                 CRASHFS_DROP_SOME, CRASHFS_TEAR,     CRASHFS_GARBAGE,
	                                                 CRASHFS_DROP_SOME, CRASHFS_TEAR,     CRASHFS_GARBAGE};
	if (variant == 0)
		crashfs_kill(copy);
	else
		crashfs_power_cut(copy, loss[variant], seed);
	return copy;
}

/* Recovers a crashed disk; then crashes the recovery itself at some operations (all of them if thorough), and so on. */
static void recover(const struct crashfs *fs, struct range r, int depth, int thorough, uint64_t *random)
{
	struct crashfs *work = crashfs_copy(fs);
	struct range whole = r;
	crashfs_arm(work, 0);
	open_and_judge(work, &whole);
	uint64_t ops = crashfs_ops(work);
	if (open_and_judge(work, &whole) < 0) /* and once more, closed as it is now */
		failed(&result.stuck, "dies on a living disk", "", r.low, r.high);
	crashfs_free(work);
	if (depth == 0 || ops == 0)
		return;
	uint64_t tries = thorough && depth == 2 ? ops : 2;
	for (uint64_t i = 1; i <= tries; i++) {
		struct crashfs *again = crashfs_copy(fs);
		struct range seen = r;
		crashfs_arm(again, tries == ops ? i : 1 + crashfs_random(random) % ops);
		result.again++;
		open_and_judge(again, &seen);
		if (crashfs_dead(again)) {
			struct crashfs *next =
			    after_crash(again, (int)(crashfs_random(random) % VARIANTS), crashfs_random(random));
			recover(next, seen, depth - 1, thorough, random);
			crashfs_free(next);
		}
		crashfs_free(again);
	}
}

static void crash_at(uint64_t op, int thorough, uint64_t *random)
{
	struct crashfs *fs = crashfs_new();
	int acknowledged = run_until(fs, op);
	struct range r = {acknowledged, acknowledged + 1 < WORKLOAD_STEPS ? acknowledged + 1 : acknowledged};
	int deep = (int)(crashfs_random(random) % VARIANTS);
	for (int variant = 0; variant < VARIANTS; variant++) {
		struct crashfs *after = after_crash(fs, variant, crashfs_random(random));
		result.crashes++;
		recover(after, r, variant == deep ? 2 : 0, thorough, random);
		crashfs_free(after);
	}
	crashfs_free(fs);
}

static uint64_t campaign_seed = 1;
static const char *only_mutant;

static void campaign(uint64_t stride, int thorough, int stop_at_first)
{
	uint64_t random = campaign_seed;
	/* mutants: from the end, so that what the stride before passed over is met in another order */
	for (uint64_t i = 1 + (stride > 1 ? 2 : 0); i <= model.ops; i += stride) {
		crash_at(stop_at_first && stride == 1 ? model.ops + 1 - i : i, thorough, &random);
		if (stop_at_first && failures() > 0)
			return;
	}
}

/* ---- a full disk ---- */

static int is_at(struct vault *v, int step)
{
	struct vault_slot slots[VAULT_SLOTS];
	return step < 0 || (digest_of(v) == model.digest[step] && vault_slots(v, slots) == model.slots[step]);
}

/* A step failed for want of space: nothing of it may be there. Then there is space again. 1: it is to be tried again,
 * 0: it turns out to be done, -1: a failure was counted. */
static int after_full(struct vault **v, struct crashfs *fs, int step)
{
	struct err err = ERR_INIT;
	int opened = 0;
	if (*v && !sqlite3_get_autocommit(vault_db(*v)))
		workload_run(*v, "ROLLBACK");
	if (*v && (*v)->dead) { /* it says so itself: close and reopen */
		vault_close(*v, NULL);
		*v = NULL;
	}
	if (!*v && step > 0) {
		if (workload_open(v, fs, &err) < 0) {
			failed(&result.unreadable, "does not open after a full disk", err.message, step - 1, step);
			return -1;
		}
		opened = 1;
	}
	if (is_at(*v, step - 1))
		return 1;
	if (opened && is_at(*v, step))
		return 0;
	failed(&result.wrong, "a step that failed for want of space is half done", workload[step], step - 1, step);
	return -1;
}

/* Runs one step until it is done. 0, or -1 with a failure counted. */
static int do_step_though_full(struct vault **v, struct crashfs *fs, int step)
{
	for (int tries = 0; workload_step(v, fs, workload[step]) < 0; tries++) {
		if (!crashfs_was_full(fs) || tries > 2) {
			failed(&result.stuck, "a step fails though there is space", workload[step], step, step);
			return -1;
		}
		result.full_failed++;
		int rc = after_full(v, fs, step);
		if (rc <= 0)
			return rc;
	}
	return 0;
}

/* The whole workload, while one operation fails for want of space; what failed is tried again. */
static void run_full(uint64_t op)
{
	struct crashfs *fs = crashfs_new();
	struct vault *v = NULL;
	struct err err = ERR_INIT;
	char finding[1024] = "";
	int rc = 0;
	result.full++;
	crashfs_fill(fs, op);
	for (int i = 0; i < WORKLOAD_STEPS && rc == 0; i++)
		rc = do_step_though_full(&v, fs, i);
	if (v && vault_close(v, &err) < 0 && !crashfs_was_full(fs))
		failed(&result.stuck, "does not close", err.message, WORKLOAD_STEPS - 1, WORKLOAD_STEPS - 1);
	crashfs_arm(fs, 0);
	if (rc == 0 && workload_open(&v, fs, &err) < 0) {
		failed(&result.unreadable, "does not open after a full disk", err.message, WORKLOAD_STEPS - 1,
		       WORKLOAD_STEPS - 1);
	} else if (rc == 0) {
		if (!is_at(v, WORKLOAD_STEPS - 1))
			failed(&result.wrong, "wrong data after a full disk", "", WORKLOAD_STEPS - 1,
			       WORKLOAD_STEPS - 1);
		if (vault_check(v, NULL, note_finding, finding, NULL) != 0)
			failed(&result.wrong, "a check finds", finding, WORKLOAD_STEPS - 1, WORKLOAD_STEPS - 1);
		vault_close(v, NULL);
	}
	crashfs_free(fs);
}

/* A checkpoint fails in the middle of a page behind the file's end, and then the database shrinks to that very end. */
static void full_behind_the_end(void)
{
	struct crashfs *start = crashfs_new();
	struct vault *v = NULL;
	for (int i = 0; i < 3; i++)
		workload_step(&v, start, workload[i]);
	workload_run(v, "VACUUM");
	vault_close(v, NULL);
	for (uint64_t op = 1; op < 40; op++) {
		struct crashfs *fs = crashfs_copy(start);
		struct err err = ERR_INIT;
		crashfs_arm(fs, 0);
		if (workload_open(&v, fs, &err) == 0) {
			workload_run(v, WORKLOAD_ROWS(300, 12, 2500));
			crashfs_fill(fs, op);
			workload_checkpoint(v, SQLITE_CHECKPOINT_PASSIVE);
			crashfs_arm(fs, 0);
			if (v->dead) { /* the anchor's write failed */
				vault_close(v, NULL);
				workload_open(&v, fs, &err);
			}
		}
		if (v) {
			workload_run(v, "DELETE FROM t WHERE id >= 300");
			workload_run(v, "VACUUM");
			vault_close(v, NULL);
		}
		if (workload_open(&v, fs, &err) < 0)
			failed(&result.unreadable, "does not open after a full disk", err.message, 2, 2);
		else if (!is_at(v, 2))
			failed(&result.wrong, "wrong data after a full disk", "", 2, 2);
		vault_close(v, NULL);
		crashfs_free(fs);
	}
	crashfs_free(start);
}

static void campaign_full(uint64_t stride, int stop_at_first)
{
	for (uint64_t op = 1; op <= model.ops && !(stop_at_first && failures() > 0); op += stride)
		run_full(op);
}

#ifdef VAULT_MUTANTS
/* ---- attacks, for the faults that no honest crash can show ---- */

static void must_not_open(struct crashfs *fs, const char *attack)
{
	struct vault *v;
	if (workload_open(&v, fs, NULL) < 0)
		return;
	failed(&result.wrong, "an attack goes unnoticed", attack, 0, 0);
	vault_close(v, NULL);
}

static void attack(void)
{
	struct crashfs *fs = crashfs_new(), *old, *target;
	struct vault *v = NULL;
	static const char log[] = WORKLOAD_CASE "-wal";
	size_t n, old_n;
	for (int i = 0; i < 3; i++)
		workload_step(&v, fs, workload[i]);
	vault_close(v, NULL);
	old = crashfs_copy(fs);
	if (workload_open(&v, fs, NULL) == 0) {
		workload_run(v, "UPDATE t SET n = n + 1");
		vault_close(v, NULL);
	}
	target = crashfs_copy(fs);
	unsigned char *to = crashfs_bytes(target, WORKLOAD_CASE, &n), *from = crashfs_bytes(old, WORKLOAD_CASE, &old_n);
	memcpy(to + layout_page_offset(3), from + layout_page_offset(3), 2 * PAGE_SIZE);
	must_not_open(target, "stale pages put back");
	crashfs_free(target);
	if (workload_open(&v, fs, NULL) == 0) {
		for (int i = 0; i < 3; i++)
			workload_run(v, "UPDATE t SET n = n + 1");
		target = crashfs_copy(fs); /* what a kill leaves */
		crashfs_bytes(target, log, &n)[layout_frame_offset(2) + 100] ^= 1;
		must_not_open(target, "a flipped bit in the log");
		crashfs_free(target);
		target = crashfs_copy(fs);
		crashfs_vfs(target)->xDelete(crashfs_vfs(target), log, 0);
		must_not_open(target, "the log removed");
		crashfs_free(target);
		vault_close(v, NULL);
	}
	crashfs_free(old);
	crashfs_free(fs);
}

static int run_mutants(uint64_t stride)
{
	static const struct {
		const char *name, *text;
	} names[] = {{"NONE", "no fault"},
#define X(name, text) {#name, text},
	             VAULT_MUTANT_LIST(X)
#undef X
	};
	int survivors = 0;
	result.quiet = 1;
	attack();
	if (failures() > 0) {
		printf("without a fault: %s\n", result.first);
		return 1;
	}
	for (int m = MUTANT_NONE + 1; m < MUTANT_COUNT; m++) {
		if (only_mutant && strcmp(only_mutant, names[m].name) != 0)
			continue;
		memset(&result, 0, sizeof result);
		result.quiet = 1;
		vault_mutant = (enum vault_mutant)m;
		attack();
		if (failures() == 0)
			full_behind_the_end();
		if (failures() == 0)
			campaign(stride, 0, 1);
		if (failures() == 0)
			campaign_full(stride, 1);
		if (failures() == 0 && stride > 1)
			campaign(1, 0, 1);
		printf("%-22s %-9s after %5llu openings: %s\n", names[m].name, failures() ? "caught" : "SURVIVED",
		       (unsigned long long)result.openings, failures() ? result.first : names[m].text);
		fflush(stdout);
		survivors += failures() == 0;
	}
	return survivors;
}
#else
static void tell_result(void)
{
	printf("%llu write operations, %llu crashes, %llu crashes in recovery, %llu openings, "
	       "%llu full disks (%llu steps failed and were tried again): "
	       "%llu lost, %llu wrong, %llu unreadable, %llu stuck\n",
	       (unsigned long long)model.ops, (unsigned long long)result.crashes, (unsigned long long)result.again,
	       (unsigned long long)result.openings, (unsigned long long)result.full,
	       (unsigned long long)result.full_failed, (unsigned long long)result.lost,
	       (unsigned long long)result.wrong, (unsigned long long)result.unreadable,
	       (unsigned long long)result.stuck);
}
#endif

int main(int argc, char **argv)
{
	uint64_t stride = 1;
	int thorough = 0;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--stride") == 0 && i + 1 < argc)
			stride = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
			campaign_seed = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
			only_mutant = argv[++i];
		else if (strcmp(argv[i], "--thorough") == 0)
			thorough = 1;
		else
			stride = 0;
	}
	if (stride == 0) {
		fprintf(stderr, "usage: %s [--stride N] [--seed N] [--thorough]\n", argv[0]);
		return 2;
	}
	if (sodium_init() < 0)
		return 2;
	/* the page that SQLite never writes lies at 1 GiB; at 32 KiB the checkpoint has to fill it here too */
	sqlite3_test_control(SQLITE_TESTCTRL_PENDING_BYTE, 0x8000);
	workload_begin();
	make_model();
#ifdef VAULT_MUTANTS
	(void)thorough;
	return run_mutants(stride) > 0;
#else
	if (only_mutant)
		return 2;
	campaign(stride, thorough, 0);
	campaign_full(stride, 0);
	full_behind_the_end();
	tell_result();
	return failures() > 0;
#endif
}
