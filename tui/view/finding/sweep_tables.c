/* What was found as tables: by client, hosts and indicators, uploads by hour, by the machine whose log it is. */
#include "tui/view/finding/sweep_tables.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/time_cell.h"
#include "tui/view/finding/sweep_view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* ---- by client, and hosts by indicators */

static void name_host(struct view *v, const struct found_host *h, struct buf *out)
{
	if (!*h->asset) {
		char *safe = printable_dup(h->name);
		buf_adds(out, safe);
		free(safe);
		return;
	}
	buf_addf(out, "%s %s", h->asset, workbench_name(v->wb, h->asset));
}

void sweep_fill_clients(struct view *v)
{
	struct sweep_state *s = sweep_state(v);
	size_t count;
	struct found_host *hosts = sweep_found_hosts(s->found, &count);
	v->heading = xasprintf(P_("%zu host", "%zu hosts", count), count);
	for (size_t i = 0; i < count; i++) {
		struct buf line = BUF_INIT;
		struct buf name = BUF_INIT;
		struct buf values = BUF_INIT;
		name_host(v, &hosts[i], &name);
		for (size_t k = 0; k < s->found->count; k++)
			if (hosts[i].hits[k])
				buf_addf(&values, "%s%s (%llu)", values.len ? _(", ") : "", s->found->all[k].value,
				         (unsigned long long)hosts[i].hits[k]);
		sweep_pad_time(&line, hosts[i].first, _("no time"));
		sweep_pad(&line, name.data, 24);
		char *safe = printable_dup(values.data);
		buf_adds(&line, safe);
		sweep_add_row(v, TONE_PLAIN, hosts[i].asset, line.data, SIZE_MAX, SIZE_MAX);
		buf_release(&line);
		buf_release(&name);
		buf_release(&values);
		free(safe);
	}
	sweep_found_hosts_free(hosts, count);
}

#define HOST_CELLS 48 /* before the columns of indicators */

/* Hosts below one another, indicators as columns: numbered, and named above. */
void sweep_fill_hosts(struct view *v, int columns)
{
	struct sweep_state *s = sweep_state(v);
	size_t count;
	size_t shown = 0;
	struct found_host *hosts = sweep_found_hosts(s->found, &count);
	size_t most = sweep_wide(columns, HOST_CELLS + 2, 3) / 3;
	struct buf names = BUF_INIT;
	while (shown < s->found->count && shown < most && !s->found->all[shown].refuted)
		shown++;
	v->heading = xasprintf(P_("%zu host", "%zu hosts", count), count);
	sweep_pad(&names, C_("sweep", "Since"), 20);
	sweep_pad(&names, _("Host"), 24);
	for (size_t k = 0; k < shown; k++)
		buf_addf(&names, "%-3zu", k + 1);
	v->names = buf_take(&names, NULL);
	for (size_t k = 0; k < shown; k++) {
		const struct found_indicator *it = &s->found->all[k];
		struct buf line = BUF_INIT;
		buf_addf(&line, "%2zu  ", k + 1);
		sweep_pad(&line, it->value, sweep_wide(columns, 8, 20));
		sweep_add_row(v, TONE_HEADING, it->label, line.data, k, SIZE_MAX);
		buf_release(&line);
	}
	for (size_t i = 0; i < count; i++) {
		struct buf line = BUF_INIT;
		struct buf name = BUF_INIT;
		name_host(v, &hosts[i], &name);
		sweep_pad_time(&line, hosts[i].first, _("no time"));
		sweep_pad(&line, name.data, 24);
		for (size_t k = 0; k < shown; k++)
			buf_adds(&line, hosts[i].hits[k] ? "●  " : "·  ");
		sweep_add_row(v, TONE_PLAIN, hosts[i].asset, line.data, SIZE_MAX, SIZE_MAX);
		buf_release(&line);
		buf_release(&name);
	}
	sweep_found_hosts_free(hosts, count);
}

/* ---- uploads */

#define UPLOAD_CELLS 68 /* of all columns but where to */

/* None is an answer only for what was looked at. */
static void say_what_is_counted(struct view *v)
{
	const struct field *role = kind_field(kind_find("indicator"), "role");
	const char *upload = field_value_label(field_value_find(role, "upload"));
	char *whose = xasprintf(
	    _("counted: what was sent to indicators of the role \"%s\", and to services that keep files"), upload);
	sweep_add_row(v, TONE_PLAIN, NULL, _("no uploads were seen in what was swept"), SIZE_MAX, SIZE_MAX);
	sweep_add_row(v, TONE_FAINT, NULL, whose, SIZE_MAX, SIZE_MAX);
	sweep_add_row(v, TONE_FAINT, NULL,
	              _("one that got its role after it was swept for counts once :sweep has read again"), SIZE_MAX,
	              SIZE_MAX);
	free(whose);
}

void sweep_fill_uploads(struct view *v, int columns)
{
	const struct sweep_state *s = sweep_state(v);
	size_t cells = sweep_wide(columns, UPLOAD_CELLS, 12);
	struct buf names = BUF_INIT;
	v->heading = xasprintf("%s", _("Uploads by client and hour"));
	sweep_pad(&names, _("Hour"), 17);
	sweep_pad(&names, _("Host"), 15);
	sweep_pad(&names, _("Sent to"), cells);
	sweep_pad(&names, "POST", 4);
	sweep_pad(&names, "PUT", 4);
	sweep_pad(&names, "CONNECT", 7);
	buf_adds(&names, _("Bytes"));
	v->names = buf_take(&names, NULL);
	for (size_t i = 0; i < s->found->upload_count; i++) {
		const struct found_upload *u = &s->found->uploads[i];
		const uint64_t numbers[] = {u->posts, u->puts, u->connects};
		static const size_t widths[] = {4, 4, 7};
		char text[24];
		struct buf line = BUF_INIT;
		struct buf name = BUF_INIT;
		struct found_host host = {.name = u->client};
		memcpy(host.asset, u->asset, sizeof host.asset);
		struct buf hour = BUF_INIT;
		time_cell(u->first, TIME_CELL_HOUR | TIME_CELL_UTC, &hour);
		sweep_pad(&line, hour.len ? hour.data : _("no time"), 17);
		buf_release(&hour);
		name_host(v, &host, &name);
		sweep_pad(&line, name.data, 15);
		sweep_pad(&line, u->sent_to, cells);
		for (size_t k = 0; k < 3; k++) {
			snprintf(text, sizeof text, "%llu", (unsigned long long)numbers[k]);
			sweep_pad(&line, text, widths[k]);
		}
		buf_addf(&line, "%llu", (unsigned long long)u->bytes);
		sweep_add_row(v, u->posts + u->puts > 0 ? TONE_ATTENTION : TONE_PLAIN,
		              *u->asset ? u->asset : u->evidence, line.data, SIZE_MAX, SIZE_MAX);
		buf_release(&line);
		buf_release(&name);
	}
	if (!s->found->upload_count)
		say_what_is_counted(v);
}

/* ---- by what the hits stand in */

#define SOURCE_CELLS 49 /* of all columns but the source and the indicators */

/* Of which machine the logs and collections are: of a log, by which exit it went out. */
int sweep_fill_sources(struct view *v, int columns, struct err *err)
{
	const struct sweep_state *s = sweep_state(v);
	size_t count;
	size_t cells = sweep_wide(columns, SOURCE_CELLS + text_width(_("Indicators")), 16);
	struct buf names = BUF_INIT;
	struct found_source *all = sweep_found_sources(s->found, workbench_case(v->wb), &count, err);
	if (!all)
		return -1;
	v->heading = xasprintf("%s", _("By machine whose log or collection it is"));
	sweep_pad(&names, _("First"), 20);
	sweep_pad(&names, _("Found in"), cells);
	sweep_pad(&names, _("Exit"), 5);
	sweep_pad(&names, _("Hits"), 6);
	sweep_pad(&names, _("Clients"), 8);
	buf_adds(&names, _("Indicators"));
	v->names = buf_take(&names, NULL);
	for (size_t i = 0; i < count; i++) {
		char text[24];
		struct buf line = BUF_INIT;
		struct buf name = BUF_INIT;
		buf_addf(&name, "%s %s", all[i].label, workbench_name(v->wb, all[i].label));
		sweep_pad_time(&line, all[i].first, _("no time"));
		sweep_pad(&line, name.data, cells);
		sweep_pad(&line, all[i].is_exit ? "●" : "·", 5);
		snprintf(text, sizeof text, "%zu", all[i].hits);
		sweep_pad(&line, text, 6);
		snprintf(text, sizeof text, "%zu", all[i].clients);
		sweep_pad(&line, text, 8);
		buf_addf(&line, "%zu", all[i].indicators);
		sweep_add_row(v, all[i].is_exit ? TONE_ATTENTION : TONE_PLAIN, all[i].label, line.data, SIZE_MAX,
		              SIZE_MAX);
		buf_release(&line);
		buf_release(&name);
	}
	free(all);
	return 0;
}
