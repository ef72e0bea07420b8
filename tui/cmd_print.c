/* print: forms for paper. */
#include "tui/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "report/paper.h"

#include <stdio.h>
#include <string.h>

static int give(struct session *s, const struct args *args, const struct buf *html, struct err *err)
{
	const char *out = args_option(args, "out");
	if (out)
		return path_write_file(out, html->data, html->len, 0, err);
	fwrite(html->data, 1, html->len, s->out);
	return 0;
}

int cmd_print(struct session *s, const struct args *args, struct err *err)
{
	const char *what = args->count ? args->words[0] : "";
	struct buf html = BUF_INIT;
	int rc;
	if (s->in_workbench && !s->visit && !args_option(args, "out"))
		return err_set(err, ERR_USAGE, _("a form is a page for a browser: say where to write it, --out FILE"));
	if (strcmp(what, "custody") == 0 && args->count > 1)
		rc = paper_custody(s->c, args->words + 1, args->count - 1, &html, err);
	else if (strcmp(what, "tags") == 0)
		rc = paper_tags(s->c, args->words + 1, args->count - 1, &html, err);
	else
		rc = cmd_usage("print", err);
	if (rc == 0)
		rc = give(s, args, &html, err);
	buf_release(&html);
	return rc;
}
