#include "tui/list/evidence_work.h"

#include "tui/list/view_list.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/words.h"
#include "evidence/preserve.h"
#include "tui/command/args.h"
#include "tui/command/command.h"
#include "tui/form/form.h"
#include "tui/form/questions.h"
#include "tui/workbench/background_task.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LISTED 200 /* assets to choose from; more are typed as --on LABEL */

/* What was answered last, until genba ends: several files are preserved one after the other, mostly in one way. */
static struct {
	int form;     /* place in the list of forms */
	char *folder; /* or NULL */
} last;

/* ---- beginning */

static void add_word(struct buf *line, const char *word)
{
	buf_addc(line, ' ');
	words_quote(line, word);
}

struct choices {
	char *texts[LISTED + 2];
	char *values[LISTED + 2];
	size_t count;
};

static void add_choice(struct choices *c, char *text, const char *value)
{
	c->texts[c->count] = text;
	c->values[c->count++] = xstrdup(value);
}

static void free_choices(struct choices *c)
{
	while (c->count > 0) {
		free(c->texts[--c->count]);
		free(c->values[c->count]);
	}
}

static int add_asset(void *ctx, json_t *record)
{
	struct choices *c = ctx;
	char *title = record_title(record);
	add_choice(c, xasprintf("%s  %s", record_label(record), title), record_label(record));
	free(title);
	return c->count > LISTED;
}

/* In a line each, for whoever has to choose at two in the morning. */
static const char *form_meaning(enum evidence_form form)
{
	switch (form) {
	case EVIDENCE_HASH:
		return _("only digests are taken, the bytes stay where they are");
	case EVIDENCE_RAW:
		return _("a plain copy, byte for byte, that every tool reads");
	case EVIDENCE_SEALED:
		return _("compressed and encrypted; its key is in this case");
	case EVIDENCE_EWF:
		return _("a compressed disk image that forensic tools read (E01)");
	default:
		return "";
	}
}

static void add_forms(struct choices *c)
{
	const struct field *form = kind_field(kind_find("evidence"), "form");
	for (size_t i = 0; i < form->value_count; i++) {
		enum evidence_form parsed;
		if (evidence_form_parse(form->values[i].name, &parsed, NULL) == 0)
			add_choice(c,
			           xasprintf("%-7s %s: %s", form->values[i].name, field_value_label(&form->values[i]),
			                     form_meaning(parsed)),
			           form->values[i].name);
	}
}

static void add_chosen(struct buf *line, const char *option, const char *value)
{
	if (!*value)
		return;
	buf_addf(line, " --%s", option);
	add_word(line, value);
}

/* Asks, beginning with the one at `first`, and appends ` --option value`. Its place, or -1: left. */
static int evidence_work_choose(struct workbench *wb, const char *question, const struct choices *c, int first,
                                const char *option, struct buf *line)
{
	int i = c->count ? prompt_choice(wb, question, (const char *const *)c->texts, c->count, first, NULL) : -1;
	if (i < 0)
		return -1;
	add_chosen(line, option, c->values[i]);
	return i;
}

/* The assets, and behind them, whatever is typed, a new one, which is called so. */
struct assets_offered {
	struct choices all; /* the last one: a new one */
	size_t shown[LISTED + 2];
	size_t count;
	char *name; /* of the new one: what is typed, unless that is looked for in the words of the choice itself */
};

static size_t find_asset(void *ctx, const char *typed)
{
	struct assets_offered *o = ctx;
	size_t new_one = o->all.count - 1;
	o->count = 0;
	for (size_t i = 0; i < new_one; i++)
		if (prompt_matches(o->all.texts[i], typed))
			o->shown[o->count++] = i;
	o->shown[o->count++] = new_one;
	free(o->name);
	o->name = xstrdup(prompt_matches(o->all.texts[new_one], typed) ? "" : typed);
	return o->count;
}

static void asset_text(void *ctx, size_t i, struct buf *out)
{
	const struct assets_offered *o = ctx;
	if (o->shown[i] == o->all.count - 1 && *o->name)
		buf_addf(out, _("+ new: %s '%s'"), kind_label(kind_find("asset")), o->name);
	else
		buf_adds(out, o->all.texts[o->shown[i]]);
}

static int make_asset(struct workbench *wb, const char *name, char label[LABEL_TEXT])
{
	const struct kind *kind = kind_find("asset");
	struct assign called = {kind->title_field, name};
	return form_run(wb, kind->name, &called, *name ? 1 : 0, label);
}

/* Who leaves the form of a new one is back at the list. */
static int choose_asset(struct workbench *wb, struct assets_offered *o, struct buf *line)
{
	const struct prompt_source source = {.ctx = o,
	                                     .find = find_asset,
	                                     .text = asset_text,
	                                     .help =
	                                         _(" Type to narrow down · ↑↓ choose · Enter takes it · Esc leaves")};
	char made[LABEL_TEXT] = "";
	size_t chosen;
	do {
		int picked = prompt_pick(wb, _("Of which asset: "), &source, NULL);
		if (picked < 0)
			return 0;
		chosen = o->shown[picked];
	} while (chosen == o->all.count - 1 && !make_asset(wb, o->name, made));
	add_chosen(line, "on", *made ? made : o->all.values[chosen]);
	return 1;
}

static int ask_asset(struct workbench *wb, struct buf *line)
{
	struct assets_offered o = {.count = 0};
	int ok = 1;
	add_choice(&o.all, xstrdup(_("of no asset")), "");
	record_each(workbench_case(wb), "asset", 0, add_asset, &o.all, NULL);
	int any = o.all.count > 1;
	add_choice(&o.all, xasprintf(_("+ new: %s"), kind_label(kind_find("asset"))), "");
	if (any)
		ok = choose_asset(wb, &o, line);
	free(o.name);
	free_choices(&o.all);
	return ok;
}

static int ask_form(struct workbench *wb, struct buf *line, int *copies)
{
	struct choices c = {.count = 0};
	add_forms(&c);
	int i = evidence_work_choose(wb, _("In which form: "), &c, last.form, "as", line);
	*copies = i >= 0 && strcmp(c.values[i], "hash") != 0;
	if (i >= 0)
		last.form = i;
	free_choices(&c);
	return i >= 0;
}

struct evidence_work_folder {
	const char *mark; /* of whoever asks */
	char *path;
};

/* The folder of a copy that one made oneself, if it can be reached from here now; that of the newest stays. A colleague's is of
 * their machine: here the same name may be a mount that waits for somebody who is not there. */
static int take_folder(void *ctx, json_t *record)
{
	struct evidence_work_folder *folder = ctx;
	struct stat st;
	const char *copy = json_is(record, "author", folder->mark) ? json_get_string(record, "copy_path") : NULL;
	const char *slash = copy ? strrchr(copy, '/') : NULL;
	char *here = slash && slash > copy ? xstrndup(copy, (size_t)(slash - copy)) : NULL;
	if (here && stat(here, &st) == 0 && S_ISDIR(st.st_mode)) {
		free(folder->path);
		folder->path = here;
	} else {
		free(here);
	}
	return 0;
}

/* Where the last copy went, now or on record; else `evidence` beside the case. The caller frees it. */
static char *suggest_folder(struct workbench *wb)
{
	char *folder = last.folder ? xstrdup(last.folder) : NULL;
	if (!folder) {
		struct evidence_work_folder own = {case_mark(workbench_case(wb)), NULL};
		record_each(workbench_case(wb), "evidence", 0, take_folder, &own, NULL);
		folder = own.path;
	}
	if (folder)
		return folder;
	const char *path = case_path(workbench_case(wb));
	const char *slash = strrchr(path, '/');
	return xasprintf("%.*sevidence", slash ? (int)(slash - path) + 1 : 0, path);
}

static int ask_folder(struct workbench *wb, struct buf *line)
{
	char *offered = suggest_folder(wb);
	struct prompt_path asked = {
	    .question = _("Folder for the copy: "), .offered = offered, .wanted = PROMPT_PATH_FOLDER};
	char *folder = prompt_path_ask(wb, &asked);
	free(offered);
	int ok = folder && *folder;
	if (ok) {
		buf_adds(line, " --to");
		add_word(line, folder);
		free(last.folder);
		last.folder = xstrdup(folder);
	}
	free(folder);
	return ok;
}

/* A folder may be one thing, or hold one for each machine. `each`: it was said, or is answered so. 0: left. */
static int ask_each(struct workbench *wb, const struct args *args, struct buf *line, int *each)
{
	struct choices c = {.count = 0};
	struct stat st;
	*each = args_option(args, "each") != NULL;
	if (*each || args->count != 1 || args_option(args, "for") || args_option(args, "log") ||
	    stat(args->words[0], &st) < 0 || !S_ISDIR(st.st_mode))
		return 1;
	add_choice(&c, xstrdup(_("the folder as one, with a list of what is in it")), "");
	add_choice(&c, xstrdup(_("each thing in it by itself, of the machine it is called as (HQ-PC-017.zip)")),
	           "each");
	int i = prompt_choice(wb, _("A folder: "), (const char *const *)c.texts, c.count, 0, NULL);
	*each = i == 1;
	if (*each)
		buf_adds(line, " --each");
	free_choices(&c);
	return i >= 0;
}

/* What the line does not say is asked for; the answers stand before its words. 1: all is said; 0: left; -1: refused. */
static int evidence_work_complete(struct workbench *wb, const char *typed, struct buf *line, struct err *err)
{
	struct words words;
	struct args args;
	int ok = -1;
	if (words_split(&words, typed, err) < 0)
		return -1;
	if (args_parse(&args, command_find("preserve")->options, (int)words.count - 1, words.items + 1, err) == 0) {
		int copies = args_option(&args, "as") && strcmp(args_option(&args, "as"), "hash") != 0;
		int each = 0;
		ok = args.count == 0
		         ? err_set(err, ERR_USAGE, "%s", _("preserve needs the path of what is preserved"))
		         : ask_each(wb, &args, line, &each) &&
		               (each || args_option(&args, "on") || args_option(&args, "for") || ask_asset(wb, line)) &&
		               (args_option(&args, "as") || ask_form(wb, line, &copies)) &&
		               (!copies || args_option(&args, "to") || ask_folder(wb, line));
		args_release(&args);
	}
	words_release(&words);
	return ok;
}

static char *ask_line(struct workbench *wb, const struct question *q, const char *before)
{
	(void)q;
	return prompt_command(wb, before);
}

/* What was asked for besides stands in the line then: if it is refused, it is mended there. It goes on beside the keys. */
static int preserve_line(void *ctx, struct question *all, struct err *err)
{
	struct workbench *wb = ctx;
	struct buf line = BUF_INIT;
	int rc = 1;
	buf_adds(&line, "preserve");
	if (strncmp(all->answer, "preserve", 8) == 0 && strchr(" ", all->answer[8])) {
		rc = evidence_work_complete(wb, all->answer, &line, err);
		buf_adds(&line, all->answer[8] ? " " : "");
		buf_adds(&line, all->answer[8] ? all->answer + 9 : "");
		free(all->answer);
		all->answer = buf_take(&line, NULL);
	}
	buf_release(&line);
	return rc <= 0 ? rc : workbench_begin(wb, all->answer, err);
}

static void evidence_work_preserve(struct workbench *wb, const char *asset)
{
	char *begun = asset && *asset ? xasprintf("preserve --on %s ", asset) : xstrdup("preserve ");
	struct question asked = {.ask = ask_line, .initial = begun};
	struct questions q = {&asked, 1, preserve_line, wb};
	questions_ask(wb, &q);
	questions_release(&q);
	free(begun);
}

void evidence_work_ask(struct workbench *wb, const char *none)
{
	(void)none;
	workbench_tell(wb, TONE_ATTENTION, "%s", _("the path first; asset, form and folder are asked for then"));
	evidence_work_preserve(wb, NULL);
}

static void evidence_work_verify(struct workbench *wb, const char *label)
{
	char *line = xasprintf("verify --evidence%s %s", workbench_may_write(wb, NULL) == 0 ? " --record" : "", label);
	workbench_command(wb, line);
	free(line);
}

/* ---- keys of the list */

static enum redraw preserve(struct view *v)
{
	evidence_work_preserve(v->wb, NULL);
	return REDRAW_ALL;
}

static enum redraw verify(struct view *v)
{
	if (*view_label(v))
		evidence_work_verify(v->wb, view_label(v));
	return REDRAW_ALL;
}

static enum redraw pause_or_go_on(struct view *v)
{
	workbench_toggle_task(v->wb);
	return REDRAW_ALL;
}

static enum redraw evidence_work_stop(struct view *v)
{
	workbench_ask_stop(v->wb);
	return REDRAW_ALL;
}

/* The marked ones, or the one under the cursor, for all indicators. */
static enum redraw sweep(struct view *v)
{
	size_t count;
	char **labels = view_list_chosen(v, &count);
	struct buf line = BUF_INIT;
	buf_adds(&line, "sweep");
	for (size_t i = 0; i < count; i++)
		buf_addf(&line, " %s", labels[i]);
	if (count) {
		view_list_mark_none(v);
		workbench_command(v->wb, line.data);
		if (workbench_task(v->wb))
			workbench_show(v->wb, "sweep", NULL);
	}
	view_list_chosen_free(labels, count);
	buf_release(&line);
	return REDRAW_ALL;
}

/* The marked ones, or the one under the cursor: read into observations, and judged. */
static enum redraw triage(struct view *v)
{
	size_t count;
	struct workbench *wb = v->wb;
	char **labels = view_list_chosen(v, &count);
	struct buf line = BUF_INIT;
	buf_adds(&line, "triage");
	for (size_t i = 0; i < count; i++)
		buf_addf(&line, " %s", labels[i]);
	if (count) {
		view_list_mark_none(v);
		workbench_show(wb, "triage", NULL); /* which says what was seen, when it ends */
		workbench_command(wb, line.data);
	}
	view_list_chosen_free(labels, count);
	buf_release(&line);
	return REDRAW_ALL;
}

const struct view_key evidence_list_keys[] = {
    {KEY_OF_COMMAND, "preserve", N_("preserve"),
     N_("preserve a file, folder or device: path, asset, form and folder are asked for"), preserve,
     workbench_refuses_writing},
    {KEY_OF_COMMAND, "verify", N_("verify"), N_("read the selected evidence again, and compare"), verify, NULL},
    {'s', NULL, N_("sweep"), N_("look for all indicators in the marked evidence or the selected one"), sweep,
     workbench_refuses_writing},
    {'t', NULL, N_("triage"), N_("read the marked evidence or the selected one, and say what it tells"), triage,
     workbench_refuses_writing},
    {'z', NULL, NULL, N_("pause the work that is going on, or go on with it"), pause_or_go_on, NULL},
    {'X', NULL, NULL, N_("stop the work that is going on; it can be gone on with"), evidence_work_stop, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};
