/*
 * Handing over and merging: a whole copy of a year's case, verified after
 * writing; a sealed parcel of 65 actions, beside the bundle that stock git makes
 * of the same commits; and 100 changes of a colleague merged into a case of
 * 100,000 records in which work went on.
 */
#include "case/case.h"
#include "help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/time/clock.h"
#include "base/worker/worker.h"
#include "case/identity/identity.h"
#include "handover/merge/merge.h"
#include "handover/parcel/handover.h"
#include "handover/parcel/seal.h"
#include "handover/parcel/unpack.h"
#include "history/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct identity *colleague;

static void must(int rc, const char *what, const struct err *err)
{
	if (rc < 0)
		bench_fail(what, err->message);
}

/* Hands the case over; `copy` becomes the colleague's. Returns the seconds of writing it. */
static double hand_over(struct bench_case *b, struct bench_case *copy)
{
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	struct handover_recipient to[1];
	size_t left = 0;
	identity_public_line(colleague, &line);
	must(handover_recipients(b->c, (const char *const[]){line.data}, 1, to, &err), "handover_recipients", &err);
	struct handover_copy how = {.to = to, .count = 1};
	*copy = *b;
	copy->path = xasprintf("%s/copy.genba", b->folder);
	double start = clock_steady();
	must(handover_copy(b->c, copy->path, &how, &left, &err), "handover_copy", &err);
	double took = clock_steady() - start;
	struct case_unlock unlock = {colleague, NULL};
	copy->c = case_open(copy->path, &unlock, 0, &err);
	if (!copy->c)
		bench_fail("case_open", err.message);
	handover_recipients_release(to, 1);
	buf_release(&line);
	return took;
}

static void write_parcel(struct case_file *c, const char *have, struct buf *out)
{
	struct err err = ERR_INIT;
	char commit[1][HISTORY_ID];
	snprintf(commit[0], HISTORY_ID, "%s", have);
	must(parcel_write(c, (const char(*)[HISTORY_ID])commit, 1, NULL, out, &err), "parcel_write", &err);
}

static void head_of(struct case_file *c, char head[HISTORY_ID])
{
	struct err err = ERR_INIT;
	must(history_head(case_history(c), head, &err), "history_head", &err);
}

/* What stock git makes of the same commits. */
static size_t git_bundle(struct bench_case *b, const char *have)
{
	struct err err = ERR_INIT;
	struct stat st;
	char *dir = xasprintf("%s/history.git", b->folder);
	char *bundle = xasprintf("%s/git.bundle", b->folder);
	char *command = xasprintf("git -C '%s' bundle create -q '%s' %s..HEAD", dir, bundle, have);
	must(history_export(case_history(b->c), dir, NULL, &err), "history_export", &err);
	if (system(command) != 0 || stat(bundle, &st) < 0)
		bench_fail(command, "failed");
	free(command);
	free(bundle);
	free(dir);
	return (size_t)st.st_size;
}

static size_t sealed_size(const struct buf *plain)
{
	struct err err = ERR_INIT;
	struct buf sealed = BUF_INIT;
	must(seal_close(plain->data, plain->len, (const unsigned char(*)[32])colleague->public_key, 1, &sealed, &err),
	     "seal_close", &err);
	size_t size = sealed.len;
	buf_release(&sealed);
	return size;
}

static double timed_merge(struct case_file *c, const struct buf *bytes, int dry_run, struct merge_report *report)
{
	struct err err = ERR_INIT;
	struct parcel p;
	must(parcel_read(&p, bytes->data, bytes->len, &err), "parcel_read", &err);
	double start = bench_cpu() + bench_cpu_children();
	must(case_merge(c, &p, NULL, dry_run, NULL, report, &err), "case_merge", &err);
	double took = bench_cpu() + bench_cpu_children() - start; /* the caged worker is a child */
	merge_report_release(report);
	parcel_release(&p);
	return took;
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	size_t actions = brief ? 500 : 20000;
	size_t records = brief ? 2000 : 100000;
	struct bench_case b;
	struct bench_case copy;
	char head[HISTORY_ID];
	struct merge_report report;
	bench_case_open(&b, NULL);
	colleague = identity_ephemeral("Responder Two", "R2");
	for (size_t i = 0; i < actions; i++)
		bench_action(&b, i);
	double handed = hand_over(&b, &copy);
	printf("handover           %.2f s for %zu actions, written and verified\n", handed, actions);

	struct buf parcel = BUF_INIT;
	head_of(copy.c, head);
	for (size_t i = 0; i < 65; i++)
		bench_action(&b, actions + i);
	double start = clock_steady();
	write_parcel(b.c, head, &parcel);
	double wrote = clock_steady() - start;
	size_t size = sealed_size(&parcel);
	size_t peer = git_bundle(&b, head);
	printf("parcel             %.1f KB for 65 actions, sealed, with texts (%.2f s); git bundle of the same %.1f "
	       "KB: %.2f\n",
	       (double)size / 1e3, wrote, (double)peer / 1e3, (double)size / (double)peer);
	case_close(copy.c, NULL);
	free(copy.path);
	bench_case_close(&b);

	bench_case_open(&b, NULL);
	bench_records(&b, records);
	hand_over(&b, &copy);
	head_of(copy.c, head);
	for (size_t i = 0; i < 100; i++)
		bench_action(&copy, i / 3 * 4 + 1 + i % 3); /* changes, no additions: their labels would be others */
	bench_action(&b, 1);                                /* work went on here, too: a merge, not a step forward */
	buf_clear(&parcel);
	write_parcel(copy.c, head, &parcel);
	double merged[5];
	for (size_t i = 0; i < 5; i++)
		merged[i] = timed_merge(b.c, &parcel, i < 4, &report);
	double median = bench_median(merged, 5);
	printf("merge              %.2f s of processor time for %zu actions into %zu records (%zu changed, %zu to "
	       "decide)\n",
	       median, report.commits, records, report.records, report.conflicts);
	if (report.outcome != MERGE_MADE || report.commits != 100)
		bench_fail("case_merge", "it was no merge of 100 actions");
	case_close(copy.c, NULL);
	free(copy.path);
	bench_case_close(&b);
	buf_release(&parcel);
	identity_free(colleague);
	int missed = (handed > 10) + (size > 100000) + (median > 1);
	printf("targets            handover <= 10 s, parcel <= 100 KB, merge <= 1 s: %d missed\n", missed);
	return missed ? 1 : 0;
}
