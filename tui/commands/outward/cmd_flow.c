/* flow: the picture of the attack as text. */
#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "outward/report/flow.h"

#include <stdio.h>
#include <stdlib.h>

#define COLUMNS 78

int cmd_flow(struct session *s, const struct args *args, struct err *err)
{
	struct flow f;
	struct buf out = BUF_INIT;
	const char *wide = args_option(args, "columns");
	const char *upto = args_option(args, "acts");
	int columns = wide ? atoi(wide) : COLUMNS;
	if (args->count != 0)
		return cmd_usage("flow", err);
	if (columns < 20 || columns > 1000)
		return err_set(err, ERR_USAGE, _("--columns: 20 to 1000"));
	if (flow_load(s->c, NULL, &f, err) < 0)
		return -1;
	size_t shown = upto && strtoul(upto, NULL, 10) ? strtoul(upto, NULL, 10) : f.act_count;
	json_t *array = args_option(args, "json") ? json_array() : NULL;
	if (f.act_count && !array) {
		flow_layout(&f, shown, columns);
		flow_draw(&f, &out);
	}
	for (size_t i = 0; i < f.act_count && i < shown; i++) {
		if (array)
			json_array_append_new(array,
			                      json_pack("{s:s s:s s:s s:s s:s}", "kind", "flow", "label",
			                                f.acts[i].label, "from", f.nodes[f.acts[i].from].label, "to",
			                                f.nodes[f.acts[i].to].label, "text", f.acts[i].line));
		else
			buf_addf(&out, "%s  %s\n", f.acts[i].label, f.acts[i].line);
	}
	if (array)
		cmd_print_json(s, array);
	else
		fwrite(out.data, 1, out.len, s->out);
	buf_release(&out);
	flow_release(&f);
	return 0;
}
