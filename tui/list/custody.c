#include "tui/list/custody.h"
#include "case/query/title_cache.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "base/time/time_cell.h"
#include "case/action/custody.h"
#include "case/trust/authorship.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static void add_time(const char *text, struct buf *out)
{
	struct edtf t;
	if (text && edtf_parse(text, &t, NULL) == 0)
		edtf_display(&t, out);
	else
		buf_adds(out, "?");
}

static const char *party(struct workbench *wb, const json_t *transfer, const char *field)
{
	const char *label = json_get_string(transfer, field);
	const char *name = label ? workbench_name(wb, label) : "";
	return *name ? name : label ? label : "?";
}

static void add_action(const json_t *transfer, struct buf *out)
{
	record_field_text(transfer, kind_field(record_kind(transfer), "action"), out);
}

static int is_evidence(const json_t *item)
{
	const struct kind *kind = record_kind(item);
	return kind && (kind->traits & KIND_EVIDENCE);
}

/* ---- rows */

static void add_doubts(struct view *v, const json_t *chain, size_t i)
{
	static const struct {
		unsigned doubt;
		enum tone tone;
		const char *text;
	} texts[] = {
	    {CUSTODY_HANDS, TONE_ALARM,
	     N_("GAP: who gives it is not who had it; a transfer is missing before this one")},
	    {CUSTODY_SEAL, TONE_ALARM, N_("SEAL: not the one that was put on before, or broken")},
	    {CUSTODY_HASH, TONE_ALARM, N_("the digest was different on receipt")},
	    {CUSTODY_OPEN, TONE_ATTENTION, N_("not yet accepted by who received it")},
	};
	unsigned doubts = custody_doubts(chain, i);
	for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
		if (doubts & texts[k].doubt)
			view_addf(v, texts[k].tone, record_label(json_array_get(chain, i)), "     ! %s",
			          i18n_text(texts[k].text));
}

static void add_transfer(struct view *v, const json_t *chain, size_t i)
{
	struct workbench *wb = v->wb;
	const json_t *t = json_array_get(chain, i);
	const char *purpose = json_get_string(t, "purpose");
	const char *seal = json_get_string(t, "seal_after");
	struct buf line = BUF_INIT;
	buf_addf(&line, " %zu.  ", i + 1);
	add_time(json_get_string(t, "when"), &line);
	buf_addf(&line, "  %s  ", record_label(t));
	add_action(t, &line);
	buf_addf(&line, ": %s → ", party(wb, t, "from"));
	buf_adds(&line, party(wb, t, "to"));
	if (purpose)
		buf_addf(&line, " · %s", purpose);
	if (seal)
		buf_addf(&line, _(" · seal %s"), seal);
	view_add(v, TONE_PLAIN, record_label(t), line.data);
	buf_release(&line);
	add_doubts(v, chain, i);
}

/* How it came into anybody's hands: the record itself says it. */
static void add_beginning(struct view *v, const json_t *item)
{
	const char *started = json_get_string(item, "started");
	char *by = custody_person(workbench_case(v->wb), item, "collected_by");
	char *author = authorship_person_of_mark(workbench_case(v->wb), json_get_string(item, "author"));
	struct buf line = BUF_INIT;
	buf_adds(&line, " 0.  ");
	add_time(started ? started : json_get_string(item, "entered"), &line);
	buf_addf(&line, started ? _("  collected by %s") : _("  put on record by %s"), by ? by : author);
	free(by);
	view_add(v, TONE_PLAIN, v->argument, line.data);
	free(author);
	buf_release(&line);
}

int custody_rows(struct view *v, const json_t *item, struct err *err)
{
	if (*workbench_as_of(v->wb)) /* transfers of another time are not looked up */
		return 0;
	json_t *chain = custody_chain(workbench_case(v->wb), record_label(item), err);
	if (!chain)
		return -1;
	size_t count = json_array_size(chain);
	if (count || is_evidence(item)) {
		view_add(v, TONE_PLAIN, v->argument, "");
		view_add(v, TONE_HEADING, v->argument, _(" Chain of custody"));
	}
	if (is_evidence(item))
		add_beginning(v, item);
	for (size_t i = 0; i < count; i++)
		add_transfer(v, chain, i);
	if (!count && is_evidence(item))
		view_add(v, TONE_FAINT, v->argument,
		         _("     no transfer on record (add transfer items=… action=… from=… to=…)"));
	json_decref(chain);
	return 0;
}

/* ---- one line */

void custody_line(struct workbench *wb, const json_t *item, struct buf *out)
{
	json_t *chain = custody_chain(workbench_case(wb), record_label(item), NULL);
	size_t count = json_array_size(chain);
	char *author = authorship_person_of_mark(workbench_case(wb), json_get_string(item, "author"));
	struct buf line = BUF_INIT;
	buf_adds(&line, count ? party(wb, json_array_get(chain, 0), "from") : author);
	for (size_t i = 0; i < count; i++) {
		const json_t *t = json_array_get(chain, i);
		const char *when = json_get_string(t, "when");
		unsigned doubts = custody_doubts(chain, i) & ~(unsigned)CUSTODY_OPEN;
		buf_addf(&line, doubts ? _(" →(GAP) %s") : " → %s", party(wb, t, "to"));
		if (when) {
			buf_adds(&line, " (");
			time_cell(when, TIME_CELL_DAY, &line);
			buf_addc(&line, ')');
		}
	}
	if (!count)
		buf_adds(&line, _(" · no transfer on record"));
	printable_add(out, line.data, line.len, PRINTABLE_LINE);
	buf_release(&line);
	free(author);
	json_decref(chain);
}
