/* brief: where the case stands, for a meeting or for whoever takes over. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "outward/brief/brief.h"

#include <stdio.h>
#include <string.h>

int cmd_brief(struct session *s, const struct args *args, struct err *err)
{
	struct brief b;
	struct buf out = BUF_INIT;
	const char *form = args_option(args, "form");
	if (args->count != 0)
		return cmd_usage("brief", err);
	if (form && strcmp(form, "text") != 0 && strcmp(form, "markdown") != 0 && strcmp(form, "html") != 0)
		return err_set(err, ERR_USAGE, _("--form: allowed are text, markdown, html"));
	int rc = brief_make(s->c, args_option(args, "handover") ? BRIEF_HANDOVER : BRIEF_MEETING, NULL, &b, err);
	if (rc == 0) {
		if (form && strcmp(form, "html") == 0)
			brief_html(&b, &out);
		else if (form && strcmp(form, "markdown") == 0)
			brief_markdown(&b, &out);
		else
			brief_text(&b, &out);
		if (args_option(args, "json")) {
			json_t *array = json_array();
			const char *section = "";
			for (size_t i = 0; i < b.count; i++) {
				if (b.rows[i].sort == BRIEF_HEADING)
					section = b.rows[i].text;
				else
					json_array_append_new(array, json_pack("{s:s s:s s:s s:s}", "kind", "brief",
					                                       "label", b.rows[i].label, "section",
					                                       section, "text", b.rows[i].text));
			}
			cmd_print_json(s, array);
		} else {
			fwrite(out.data, 1, out.len, s->out);
		}
	}
	brief_release(&b);
	buf_release(&out);
	return rc;
}
