/* Starting a playbook from the workbench: which one, and on which assets. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "playbook/run/run.h"
#include "tui/view/views.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static int is_playbook(void *none, const char *typed, struct err *err)
{
	(void)none;
	struct playbook *p = playbook_find(typed, err);
	playbook_free(p);
	return p ? 0 : -1;
}

/* `isolate — Isolate: cut infected machines off…`, one for each playbook inside the program; then the responder's own. */
static char *choose_playbook(struct workbench *wb)
{
	char *names[160];
	size_t count = 0;
	json_t *own = playbook_own_names();
	for (size_t i = 0; playbook_builtin_name(i) && count < sizeof names / sizeof *names; i++) {
		struct playbook *p = playbook_find(playbook_builtin_name(i), NULL);
		struct buf line = BUF_INIT;
		buf_adds(&line, playbook_builtin_name(i));
		if (p)
			buf_addf(&line, "  —  %s: %s", playbook_text(json_object_get(p->tree, "name")),
			         playbook_text(json_object_get(p->tree, "description")));
		names[count++] = buf_take(&line, NULL);
		playbook_free(p);
	}
	size_t builtin = count;
	for (size_t i = 0; i < json_array_size(own) && count < sizeof names / sizeof *names; i++)
		names[count++] = xasprintf("%s  —  %s", json_string_value(json_array_get(own, i)), _("your own"));
	enum prompt_path_wanted there = PROMPT_PATH_THERE;
	struct prompt_other other = {.check = is_playbook, .complete = prompt_path_complete, .ctx = &there};
	int chosen =
	    prompt_choice(wb, _("Playbook (or the path of a file): "), (const char *const *)names, count, 0, &other);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	const char *name = NULL;
	if (chosen >= 0)
		name = (size_t)chosen < builtin ? playbook_builtin_name((size_t)chosen)
		                                : json_string_value(json_array_get(own, (size_t)chosen - builtin));
	char *answer = chosen == -2 ? other.typed : name ? xstrdup(name) : NULL;
	json_decref(own);
	return answer;
}

struct assets {
	char **lines;
	char (*labels)[LABEL_TEXT];
	size_t count;
};

static int add_asset(void *ctx, json_t *asset)
{
	struct assets *a = ctx;
	struct buf line = BUF_INIT;
	char *title = record_title(asset);
	const struct kind *kind = kind_find("asset");
	a->lines = xrealloc(a->lines, (a->count + 1) * sizeof *a->lines);
	a->labels = xrealloc(a->labels, (a->count + 1) * sizeof *a->labels);
	buf_addf(&line, "%s  %s  ", record_label(asset), title);
	record_field_text(asset, kind_field(kind, "status"), &line);
	buf_adds(&line, " · ");
	record_field_text(asset, kind_field(kind, "containment"), &line);
	snprintf(a->labels[a->count], sizeof *a->labels, "%s", record_label(asset));
	a->lines[a->count++] = buf_take(&line, NULL);
	free(title);
	buf_release(&line);
	return 0;
}

static void assets_release(struct assets *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->lines[i]);
	free(a->lines);
	free(a->labels);
}

/* The asset of a row is chosen: it is offered no more. */
static void choose_row(struct assets *a, size_t i, struct buf *on)
{
	buf_addf(on, "%s%s", on->len ? "," : "", a->labels[i]);
	free(a->lines[i]);
	a->count--;
	memmove(&a->lines[i], &a->lines[i + 1], (a->count - i) * sizeof *a->lines);
	memmove(&a->labels[i], &a->labels[i + 1], (a->count - i) * sizeof *a->labels);
}

/* Those of a comma list of labels that are assets. */
static void begin_with(struct assets *a, const char *list, struct buf *on)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		for (size_t i = 1; i < a->count; i++)
			if (strlen(a->labels[i]) == n && memcmp(a->labels[i], list, n) == 0) {
				choose_row(a, i, on);
				break;
			}
		list += n + (list[n] == ',');
	}
}

/* A comma list of labels, "" for the case as a whole; NULL: left. */
static char *choose_assets(struct workbench *wb, const char *first)
{
	struct assets a = {NULL, NULL, 0};
	struct buf on = BUF_INIT;
	a.lines = xcalloc(1, sizeof *a.lines);
	a.labels = xcalloc(1, sizeof *a.labels);
	a.lines[a.count++] = xstrdup(_("on the case as a whole, on no asset"));
	record_each(workbench_case(wb), "asset", 0, add_asset, &a, NULL);
	begin_with(&a, first, &on);
	for (;;) {
		struct buf question = BUF_INIT;
		if (on.len) {
			free(a.lines[0]);
			a.lines[0] = xstrdup(_("no further asset: begin"));
		}
		buf_addf(&question, on.len ? _("On %s and: ") : _("On which asset: %s"), on.data);
		int chosen = prompt_choice(wb, question.data, (const char *const *)a.lines, a.count, 0, NULL);
		buf_release(&question);
		if (chosen <= 0) {
			assets_release(&a);
			if (chosen == 0)
				return buf_take(&on, NULL);
			buf_release(&on);
			return NULL;
		}
		choose_row(&a, (size_t)chosen, &on);
	}
}

void playbook_ask(struct workbench *wb, const char *assets)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char *first = xstrdup(assets); /* the rows that they come from are drawn anew */
	char *name = choose_playbook(wb);
	struct playbook *p = name ? playbook_find(name, &err) : NULL;
	char *on = p ? choose_assets(wb, first) : NULL;
	if ((name && !p) || (on && run_start(workbench_case(wb), p, on, label, &err) < 0)) {
		workbench_tell_error(wb, &err);
	} else if (on) {
		workbench_tell(wb, TONE_GOOD, _("%s is on record: the playbook has begun"), label);
		workbench_show(wb, "playbook", label);
	}
	playbook_free(p);
	free(on);
	free(name);
	free(first);
}
