/* `export svg FILE`: the attack as a picture, or with --what chain the organisations that it touches. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/query/highest_tlp.h"
#include "outward/exchange/format.h"
#include "outward/report/chain_flow.h"
#include "outward/report/flow.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 156 /* in which the graph is laid out */

static const struct {
	const char *name; /* of --what; the first is meant where nothing is said */
	int (*load)(struct case_file *c, const char *commit, struct flow *f, struct err *err);
} pictures[] = {{"flow", flow_load}, {"chain", chain_flow_load}};

static int svg_write(struct format_request *r, struct err *err)
{
	struct flow f;
	struct buf out = BUF_INIT;
	const char *what = format_option(r, "what");
	size_t i = 0;
	while (what && i < sizeof pictures / sizeof *pictures && strcmp(pictures[i].name, what) != 0)
		i++;
	if (i == sizeof pictures / sizeof *pictures)
		return err_set(err, ERR_USAGE, _("--what: flow or chain, not '%s'"), what);
	if (pictures[i].load(r->c, NULL, &f, err) < 0)
		return -1;
	flow_layout(&f, f.act_count, COLUMNS);
	char *title = printable_dup(case_title(r->c));
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	struct buf tlp = BUF_INIT;
	highest_tlp_begin(r->c, &tlp);
	for (size_t k = 0; k < f.node_count; k++)
		highest_tlp_add_named(r->c, f.nodes[k].label, &tlp);
	for (size_t k = 0; k < f.act_count; k++)
		highest_tlp_add_named(r->c, f.acts[k].label, &tlp);
	char *line =
	    xasprintf(_("TLP:%s · case %s · last commit %s · %s"), tlp.data, case_id(r->c), case_head(r->c), now);
	char *state = printable_dup(line);
	flow_svg(&f, title, state, f.act_count, &out);
	buf_release(&tlp);
	free(line);
	free(state);
	int rc = path_write_file(r->path, out.data, out.len, 0, err);
	free(title);
	buf_release(&out);
	flow_release(&f);
	return rc;
}

const struct exchange_format svg_format = {.name = "svg", .ending = "svg", .write = svg_write};
