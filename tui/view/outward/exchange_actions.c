#include "tui/view/outward/exchange_actions.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/words.h"
#include "tui/view/views.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum redraw exchange_hand_over(struct view *v)
{
	workbench_show(v->wb, "handover", NULL);
	return REDRAW_ALL;
}

enum redraw exchange_merge(struct view *v)
{
	workbench_show(v->wb, "merge", NULL);
	return REDRAW_ALL;
}

enum redraw exchange_accept(struct view *v)
{
	workbench_show(v->wb, "acceptance", NULL);
	return REDRAW_ALL;
}

/* `line` and the path as its last word. */
static void exchange_run(struct workbench *wb, const char *line, const char *path)
{
	struct buf whole = BUF_INIT;
	buf_addf(&whole, "%s ", line);
	words_quote(&whole, path);
	workbench_command(wb, whole.data);
	buf_release(&whole);
}

void exchange_report_ask(struct workbench *wb, const char *none)
{
	(void)none;
	static const char *const names[] = {"incident", "preliminary", "final", "alert"};
	static const char *const forms[] = {"html", "markdown", "text"};
	static const char *const endings[] = {"html", "md", "txt"};
	const char *reports[] = {_("incident: what happened, how far, why, what nobody looked at"),
	                         _("preliminary: to the authority, within days"), _("final: to the authority"),
	                         _("alert: the technical part, for others to be warned")};
	int report = prompt_choice_named(wb, _("Report for our own use: "), reports, names, COUNT(names), 0, NULL);
	const char *told[] = {_("html: a page for a browser and for A4"), _("markdown: headings and lists"),
	                      _("text: plain text")};
	int form = report < 0 ? -1 : prompt_choice_named(wb, _("Written as: "), told, forms, COUNT(forms), 0, NULL);
	char *path = form < 0 ? NULL : prompt_path_new(wb, _("New file: "), NULL, names[report], endings[form]);
	if (path) {
		char *line = xasprintf("report %s --internal --form %s --out", names[report], forms[form]);
		exchange_run(wb, line, path);
		free(line);
	}
	free(path);
}

enum redraw exchange_report(struct view *v)
{
	exchange_report_ask(v->wb, NULL);
	return REDRAW_ALL;
}

void exchange_take_in_ask(struct workbench *wb, const char *none)
{
	(void)none;
	static const char *const formats[] = {"receipt", "stix",    "misp",     "timesketch",   "l2t",
	                                      "iris",    "thehive", "hayabusa", "velociraptor", "csv"};
	const char *told[] = {_("receipt: a colleague accepted the case"),
	                      _("stix: threat intelligence as STIX 2"),
	                      _("misp: an event of MISP"),
	                      _("timesketch: a time line of Timesketch"),
	                      _("l2t: a time line of Plaso (log2timeline)"),
	                      _("iris: lists of DFIR-IRIS"),
	                      _("thehive: observables, alerts and cases of TheHive"),
	                      _("hayabusa: a time line of Hayabusa"),
	                      _("velociraptor: rows of Velociraptor"),
	                      _("csv: a list, of Excel for example")};
	int format = prompt_choice_named(wb, _("What comes in: "), told, formats, COUNT(formats), 0, NULL);
	char *path = format < 0 ? NULL : prompt_path(wb, _("File: "), PROMPT_PATH_THERE);
	if (path) {
		char *line = xasprintf("import %s", formats[format]);
		exchange_run(wb, line, path);
		free(line);
	}
	free(path);
}

enum redraw exchange_take_in(struct view *v)
{
	exchange_take_in_ask(v->wb, NULL);
	return REDRAW_ALL;
}

/* The whole history, for stock git to verify. */
enum redraw exchange_git(struct view *v)
{
	char *path = prompt_path_new(v->wb, _("New folder for the git repository: "), NULL, "history", "git");
	if (path)
		exchange_run(v->wb, "export git", path);
	free(path);
	return REDRAW_ALL;
}
