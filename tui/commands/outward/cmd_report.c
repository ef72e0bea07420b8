/* report incident|preliminary|final|alert: for management, regulator, police, others to be warned (outward/incident/report.h). */
#include "base/err.h"
#include "base/i18n.h"
#include "outward/incident/report.h"
#include "tui/commands/outward/release_request.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	void (*write)(const struct document *d, struct buf *out);
} forms[] = {{"html", document_html}, {"markdown", document_markdown}, {"text", document_text}};

#define FORMS (sizeof forms / sizeof *forms)

/* `variant`: "incident html". */
static int write_report(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	enum report_kind kind;
	struct document d = {.title = NULL};
	const char *form = strchr(variant, ' ') + 1;
	char *name = xstrndup(variant, (size_t)(form - variant) - 1);
	int rc = report_find(name, &kind, err);
	if (rc == 0)
		rc = report_make(r, kind, &d, err);
	for (size_t i = 0; rc == 0 && i < FORMS; i++)
		if (strcmp(forms[i].name, form) == 0)
			forms[i].write(&d, out);
	document_release(&d);
	free(name);
	return rc;
}

int cmd_report(struct session *s, const struct args *args, struct err *err)
{
	enum report_kind kind;
	const char *out = args_option(args, "out");
	const char *form = args_option(args, "form");
	size_t i = 0;
	if (args->count != 1)
		return cmd_usage("report", err);
	if (report_find(args->words[0], &kind, err) < 0)
		return -1;
	while (form && i < FORMS && strcmp(forms[i].name, form) != 0)
		i++;
	if (i == FORMS)
		return err_set(err, ERR_USAGE, _("--form: allowed are text, markdown, html"));
	if (!out && !args_option(args, "dry-run"))
		return err_set(err, ERR_USAGE, _("a report is a file: say where to write it, --out FILE"));
	char *name = xasprintf("report %s", report_name(kind));
	char *variant = xasprintf("%s %s", report_name(kind), forms[i].name);
	/* in an alert the victim's part stays apart */
	int rc = release_request(s, args, out, name, kind == REPORT_ALERT, variant, write_report, err);
	free(name);
	free(variant);
	return rc;
}
