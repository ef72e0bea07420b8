#include "case/care/verify.h"

#include "base/progress.h"
#include "base/time/clock.h"
#include "case/care/invariants.h"
#include "case/care/verify_private.h"
#include "case/store/blob.h"
#include "case/trust/key_trust.h"

#include <stdlib.h>
#include <string.h>

#define SLICE_PAGES   64
#define SLICE_OBJECTS 128
#define SLICE_ROWS    16

static void found_text(void *ctx, const char *text)
{
	verify_found(ctx, "%s", text);
}

struct verify *verify_begin(struct case_file *c, verify_fn finding, void *ctx)
{
	const char *const names[VERIFY_PARTS] = {_("file"),    _("pages"), _("history"),   _("structure"),
	                                         _("records"), _("texts"), _("signatures")};
	struct verify *v = xcalloc(1, sizeof *v);
	v->c = c;
	v->finding = finding;
	v->ctx = ctx;
	v->heeded = -1;
	for (size_t i = 0; i < VERIFY_PARTS; i++)
		v->parts[i].name = names[i];
	return v;
}

void verify_heed(struct verify *v, int fd)
{
	v->heeded = fd;
}

static void drop_names(struct verify *v)
{
	while (v->name_count > 0)
		free(v->names[--v->name_count]);
	free(v->names);
	v->names = NULL;
}

void verify_end(struct verify *v)
{
	if (!v)
		return;
	history_check_end(v->history, NULL);
	history_walk_end(v->folder);
	invariants_end(v->invariants);
	blob_check_end(v->blob);
	record_origins_free(v->origins);
	key_trust_free(v->keys.key_trust);
	drop_names(v);
	free(v);
}

/* ---- file, pages */

static uint64_t count_table(struct case_file *c, const char *sql)
{
	sqlite3_stmt *s = NULL;
	uint64_t count = 0;
	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		count = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return count;
}

static int file_slice(struct verify *v)
{
	if (v->stage == 0) {
		vault_check_beginning(v->c->vault, found_text, v);
		/* a finding each */
		for (const char *line = v->c->warnings.data; line && *line;) {
			size_t n = strcspn(line, "\n");
			verify_found(v, "%.*s", (int)n, line);
			line += n + (line[n] == '\n');
		}
		v->stage = 1;
		return 1;
	}
	uint32_t frames = vault_log_frames(v->c->vault);
	vault_check_log(v->c->vault, (uint32_t)v->at + 1, SLICE_PAGES, found_text, v);
	v->at += SLICE_PAGES;
	v->parts[VERIFY_FILE].total = frames;
	v->parts[VERIFY_FILE].done = (uint64_t)v->at < frames ? (uint64_t)v->at : frames;
	return (uint64_t)v->at < frames;
}

static int pages_slice(struct verify *v)
{
	uint32_t pages = vault_pages(v->c->vault);
	vault_check_pages(v->c->vault, (uint32_t)v->at + 1, SLICE_PAGES, found_text, v);
	v->at += SLICE_PAGES;
	v->parts[VERIFY_PAGES].total = pages;
	v->parts[VERIFY_PAGES].done = (uint64_t)v->at < pages ? (uint64_t)v->at : pages;
	if ((uint64_t)v->at < pages)
		return 1;
	v->report.pages = count_table(v->c, "PRAGMA page_count"); /* those that are only in the log too */
	return 0;
}

/* ---- history */

static int history_slice(struct verify *v, struct err *err)
{
	struct err why = ERR_INIT;
	int more = -1;
	if (!v->history && verify_keys_slice(v))
		return 1;
	if (!v->history) {
		record_origins_free(v->origins);
		v->origins = record_origins_new(v->c, 0);
		struct history_check_spec spec = {verify_key_is_known, verify_history_file, found_text, v};
		v->history = history_check_begin(v->c->history, &spec, &why);
	}
	if (v->history)
		more = history_check_step(v->history, SLICE_OBJECTS, &why);
	if (more == 1) {
		history_check_state(v->history, &v->parts[VERIFY_HISTORY].done, &v->parts[VERIFY_HISTORY].total);
		return 1;
	}
	if (more < 0 && why.code == ERR_CANCELLED)
		return err_take(err, &why);
	if (more < 0)
		verify_found(v, "%s", why.message); /* the other parts can still be checked */
	return 0;
}

static int signatures_slice(struct verify *v)
{
	struct history_verified counts = {0};
	if (v->history && history_check_signatures(v->history) == 1)
		return 1;
	history_check_end(v->history, &counts);
	v->history = NULL;
	v->report.commits = counts.commits;
	v->report.objects = counts.objects;
	v->report.signatures = counts.signatures;
	return 0;
}

/* ---- the parts in their order */

static uint64_t part_total(struct verify *v)
{
	if (v->part == VERIFY_RECORDS)
		return count_table(v->c, "SELECT count(*) FROM record");
	if (v->part == VERIFY_TEXTS)
		return count_table(v->c, "SELECT (SELECT count(*) FROM text) + (SELECT count(*) FROM blob)");
	return v->parts[v->part].total;
}

static int part_slice(struct verify *v, struct err *err)
{
	struct verify_state *state = &v->parts[v->part];
	struct err why = ERR_INIT;
	int more = 0;
	if (!state->begun)
		state->total = part_total(v);
	state->begun = 1;
	switch (v->part) {
	case VERIFY_FILE:
		return file_slice(v);
	case VERIFY_PAGES:
		return pages_slice(v);
	case VERIFY_HISTORY:
		return history_slice(v, err);
	case VERIFY_STRUCTURE:
		return verify_structure_slice(v, err);
	case VERIFY_RECORDS:
		more = verify_records_slice(v, SLICE_ROWS, &why);
		state->done = v->report.records;
		break;
	case VERIFY_TEXTS:
		more = verify_texts_slice(v, SLICE_ROWS, &why);
		state->done = v->report.texts + v->report.files;
		break;
	case VERIFY_SIGNATURES:
		return signatures_slice(v);
	case VERIFY_PARTS:
		break;
	}
	if (more < 0) { /* what cannot be read is a finding, and the rest goes on */
		verify_found(v, "%s", why.message);
		more = 0;
	}
	return more;
}

int verify_step(struct verify *v, double seconds, struct err *err)
{
	double end = clock_steady() + seconds;
	if (v->c->action)
		return 1;
	do {
		if (v->part == VERIFY_PARTS)
			return 0;
		int more = part_slice(v, err);
		if (more < 0)
			return -1;
		if (more == 0) {
			v->parts[v->part].checked = 1;
			v->parts[v->part].done = v->parts[v->part].total;
			drop_names(v);
			v->part++;
			v->at = 0;
			v->stage = 0;
		}
	} while (clock_steady() < end);
	return v->part != VERIFY_PARTS;
}

void verify_states(const struct verify *v, struct verify_state states[VERIFY_PARTS])
{
	memcpy(states, v->parts, sizeof v->parts);
}

const struct verify_report *verify_report(const struct verify *v)
{
	return &v->report;
}

static void list_parts(const struct verify *v, int checked, const char *heading, struct buf *line)
{
	int first = 1;
	for (size_t i = 0; i < VERIFY_PARTS; i++) {
		const struct verify_state *state = &v->parts[i];
		if (state->begun != checked || state->checked != checked)
			continue;
		buf_addf(line, "%s%s%s", first && line->len ? "; " : "", first ? heading : ", ", state->name);
		first = 0;
	}
}

void verify_line(const struct verify *v, struct buf *line)
{
	list_parts(v, 1, _("checked: "), line);
	if (v->part != VERIFY_PARTS && v->parts[v->part].begun) {
		const struct verify_state *state = &v->parts[v->part];
		double percent = state->total ? 100.0 * (double)state->done / (double)state->total : 0;
		buf_addf(line, "%s%s %.0f %%", line->len ? "; " : "", state->name, percent);
	}
	list_parts(v, 0, _("not yet: "), line);
}

int case_verify(struct case_file *c, const struct progress *progress, verify_fn finding, void *ctx,
                struct verify_report *report, struct err *err)
{
	struct verify *v = verify_begin(c, finding, ctx);
	v->whole = 1;
	int rc;
	while ((rc = verify_step(v, 0.02, err)) == 1) {
		const struct verify_state *state = &v->parts[v->part];
		if (c->action)
			rc = err_set(err, ERR_FAILED, _("another action is under way"));
		else if (progress_step(progress, state->name, state->done, state->total, err) < 0)
			rc = -1;
		if (rc < 0)
			break;
	}
	*report = v->report;
	verify_end(v);
	return rc;
}
