/* `desk`: what waits over many case files, the report of activity, and what becomes of a consultation. */
#include "tui/commands/desk/desk_command.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "outward/desk/activity.h"
#include "outward/desk/page.h"

#include <stdlib.h>
#include <string.h>

/* ---- the files */

static void desk_tell(void *ctx, int fault, const char *line)
{
	struct desk_reading_files *r = ctx;
	r->faults += fault != 0;
	printable_printf(r->s->log, "%s\n", line);
}

int desk_files(struct session *s, const struct args *args, size_t first, struct desk_reading_files *r,
               struct case_unlock *unlock, struct desk_source *source, struct desk_cases *cases, struct err *err)
{
	char *own[] = {s->path};
	char **paths = args->words + first;
	size_t count = args->count - first;
	memset(cases, 0, sizeof *cases);
	if (count == 0 && s->path) {
		paths = own;
		count = 1;
	}
	if (count == 0)
		return err_set(err, ERR_USAGE, _("which files? Name case files, registers or folders"));
	if (session_identity(s, 1, err) < 0)
		return -1;
	*unlock = (struct case_unlock){s->identity, NULL};
	*source =
	    (struct desk_source){.unlock = unlock, .open = s->c, .progress = &s->progress, .tell = desk_tell, .ctx = r};
	return desk_gather(source, paths, count, cases, err);
}

int desk_faults(const struct desk_reading_files *r, struct err *err)
{
	if (r->faults == 0)
		return 0;
	return err_set(err, ERR_FAILED, P_("%zu file is not counted", "%zu files are not counted", r->faults),
	               r->faults);
}

/* ---- report */

/* NAME=2014-07/2015-06 */
static int parse_range(const char *text, struct period_range *range, struct err *err)
{
	const char *equals = strchr(text, '=');
	char from[8] = "";
	if (!equals || equals == text || strlen(equals + 1) != 15 || equals[8] != '/')
		return err_set(err, ERR_USAGE, _("--range: write it as NAME=2014-07/2015-06"));
	memcpy(from, equals + 1, 7);
	range->name = text;
	range->name_size = (size_t)(equals - text);
	/* it stands beside the names of the other periods, whole */
	if (range->name_size >= PERIOD_NAME || !text_is_utf8(text, range->name_size) ||
	    (range->name_size == strlen("unknown") && memcmp(text, "unknown", range->name_size) == 0))
		return err_set(err, ERR_USAGE, _("--range: a name is text of less than %d bytes, and not 'unknown'"),
		               PERIOD_NAME);
	if (period_month_parse(from, &range->from, err) < 0 || period_month_parse(equals + 9, &range->until, err) < 0)
		return err_prefix(err, "--range");
	return range->from <= range->until ? 0 : err_set(err, ERR_USAGE, _("--range: it ends before it begins"));
}

static int parse_number(const char *text, const char *name, long least, long most, long *number, struct err *err)
{
	char *end;
	*number = strtol(text, &end, 10);
	if (end == text || *end || *number < least || *number > most)
		return err_set(err, ERR_USAGE, _("--%s: a number from %ld to %ld"), name, least, most);
	return 0;
}

static int parse_wish(const struct args *args, struct period_wish *wish, struct period_range *ranges, struct err *err)
{
	long fiscal = 4;
	const char *text;
	*wish = (struct period_wish){.from = PERIOD_NONE, .until = PERIOD_NONE, .ranges = ranges};
	if ((text = args_option(args, "from")) && period_month_parse(text, &wish->from, err) < 0)
		return err_prefix(err, "--from");
	if ((text = args_option(args, "until")) && period_month_parse(text, &wish->until, err) < 0)
		return err_prefix(err, "--until");
	if (wish->from != PERIOD_NONE && wish->until != PERIOD_NONE && wish->until < wish->from)
		return err_set(err, ERR_USAGE, _("--until is before --from"));
	if ((text = args_option(args, "fiscal")) && parse_number(text, "fiscal", 1, 12, &fiscal, err) < 0)
		return -1;
	wish->fiscal = (int)fiscal;
	while ((text = args_option_at(args, "range", wish->range_count)))
		if (parse_range(text, &ranges[wish->range_count++], err) < 0)
			return -1;
	return 0;
}

/* How the page of `desk report` is written; the first is meant where nothing is said. */
static const struct {
	const char *name; /* of --form */
	void (*write)(const struct page *page, struct buf *out);
} page_forms[] = {{"text", page_text}, {"markdown", page_markdown}, {"html", page_html}, {"csv", page_csv}};

#define PAGE_FORMS (sizeof page_forms / sizeof *page_forms)

/* To standard output, or into the file of --out, which must not be there yet. 0 or -1. */
static int print_page(struct session *s, const struct activity *a, const struct desk_cases *cases,
                      const struct page_options *options, size_t form, const char *path, struct err *err)
{
	struct page page;
	struct buf out = BUF_INIT;
	page_make(a, cases, options, &page);
	page_forms[form].write(&page, &out);
	int rc = path ? path_write_file(path, out.data, out.len, 0, err) : 0;
	if (!path)
		fwrite(out.data, 1, out.len, s->out);
	buf_release(&out);
	page_release(&page);
	return rc;
}

static int desk_report(struct session *s, const struct args *args, struct err *err)
{
	struct period_wish wish;
	struct period_range ranges[sizeof args->options / sizeof *args->options];
	struct desk_reading_files r = {s, 0};
	struct desk_cases cases;
	struct case_unlock unlock;
	struct desk_source source;
	struct desk_affairs affairs;
	struct activity activity;
	long suppress = 0;
	const char *by = args_option(args, "by");
	const char *named = args_option(args, "form");
	size_t form = 0;
	while (named && form < PAGE_FORMS && strcmp(page_forms[form].name, named) != 0)
		form++;
	if (form == PAGE_FORMS)
		return err_set(err, ERR_USAGE, _("--form: allowed are text, markdown, html, csv"));
	if (by && strcmp(by, "act") != 0 && strcmp(by, "consultation") != 0)
		return err_set(err, ERR_USAGE, _("--by: allowed are act, consultation"));
	if (parse_wish(args, &wish, ranges, err) < 0 ||
	    (args_option(args, "suppress") &&
	     parse_number(args_option(args, "suppress"), "suppress", 0, 1000, &suppress, err) < 0))
		return -1;
	int rc = desk_files(s, args, 1, &r, &unlock, &source, &cases, err);
	if (rc == 0) {
		affairs_make(&cases, desk_tell, &r, &affairs);
		activity_count(&affairs, &wish,
		               by && strcmp(by, "consultation") == 0 ? ACTIVITY_BY_CONSULTATION : ACTIVITY_BY_ACT,
		               &activity);
		struct page_options options = {suppress, args_option(args, "names") ? &affairs : NULL};
		if (args_option(args, "json"))
			cmd_print_json(s, activity_json(&activity, suppress));
		else
			rc = print_page(s, &activity, &cases, &options, form, args_option(args, "out"), err);
		activity_release(&activity);
		affairs_release(&affairs);
		if (rc == 0)
			rc = desk_faults(&r, err);
	}
	desk_cases_release(&cases);
	return rc;
}

/* The first word, where it is not the name of a file. */
static const struct {
	const char *word;
	int (*run)(struct session *s, const struct args *args, struct err *err);
} parts[] = {{"report", desk_report}, {"advise", desk_advise}, {"decline", desk_decline}, {"open", desk_open}};

int cmd_desk(struct session *s, const struct args *args, struct err *err)
{
	for (size_t i = 0; args->count > 0 && i < sizeof parts / sizeof *parts; i++)
		if (strcmp(args->words[0], parts[i].word) == 0)
			return parts[i].run(s, args, err);
	return desk_waiting(s, args, err);
}
