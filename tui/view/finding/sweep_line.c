/* A line that an indicator was found in: in the list of lines, in the pane below it, and alone with all that is known of it. And
 * what the pane tells of an indicator. */
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/time_cell.h"
#include "case/kind/kinds.h"
#include "tui/view/finding/sweep_tables.h"
#include "tui/view/finding/sweep_view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define NAME_CELLS 12 /* of what stands before a value */

/* By its name; on a wide screen with its label. */
static void host_cell(struct view *v, const struct found_line *l, struct buf *line)
{
	size_t cells = v->columns < 120 ? 15 : 24;
	struct buf text = BUF_INIT;
	if (*l->asset && cells > 15)
		buf_addf(&text, "%s ", l->asset);
	buf_adds(&text, *l->asset ? workbench_name(v->wb, l->asset) : l->client);
	sweep_pad(line, text.data, cells);
	buf_release(&text);
}

void sweep_line_row(struct view *v, const struct found_line *l, struct buf *line)
{
	sweep_pad_time(line, l->when, _("no time"));
	host_cell(v, l, line);
	sweep_pad(line, l->evidence, 7);
	char *text = printable_dup(*l->text ? l->text : l->place);
	buf_adds(line, text); /* cut where it is drawn, and seen to be */
	free(text);
}

static const struct found_line *line_of(struct view *v, size_t i)
{
	const struct sweep_state *s = sweep_state(v);
	const struct sweep_row *row = i < v->count && s->rows ? &s->rows[i] : NULL;
	const struct found_indicator *it =
	    row && row->indicator < s->found->count ? &s->found->all[row->indicator] : NULL;
	return it && row->line < it->count ? &it->lines[row->line] : NULL;
}

static char *wrapped(const char *text, size_t cells)
{
	struct buf out = BUF_INIT;
	char *safe = printable_dup(text);
	buf_adds(&out, "");
	text_wrap(&out, safe, cells, 0);
	free(safe);
	return buf_take(&out, NULL);
}

static void sweep_pane_text(struct view *v, enum tone tone, const char *text)
{
	int cells = view_pane_cells(v);
	char *lines = wrapped(text, cells > 12 ? (size_t)cells - 1 : 11);
	for (char *at = lines; *at;) {
		size_t n = strcspn(at, "\n");
		int more = at[n] == '\n';
		at[n] = '\0';
		view_pane_line(v, tone, at);
		at += n + (size_t)more;
	}
	free(lines);
}

void sweep_line_pane(struct view *v)
{
	const struct found_line *l = line_of(v, v->selected);
	if (!l)
		return;
	char *place = xasprintf("%s  %s", l->evidence, l->place);
	view_pane_line(v, TONE_HEADING, place);
	sweep_pane_text(v, TONE_PLAIN, l->text);
	free(place);
}

void sweep_sum_pane(struct view *v)
{
	const struct sweep_row *row = sweep_row_of(v);
	const struct sweep_state *s = sweep_state(v);
	const struct found_indicator *it =
	    row && row->indicator < s->found->count ? &s->found->all[row->indicator] : NULL;
	const struct kind *kind = kind_find("indicator");
	struct buf about = BUF_INIT;
	if (!it)
		return;
	sweep_pane_text(v, TONE_HEADING, it->value);
	const struct field_value *role = field_value_find(kind_field(kind, "role"), it->role);
	const struct field_value *type = field_value_find(kind_field(kind, "type"), it->type);
	buf_addf(&about, "%s  %s", it->label, type ? field_value_label(type) : it->type);
	if (role)
		buf_addf(&about, " · %s", field_value_label(role));
	if (it->refuted)
		buf_addf(&about, " · %s", field_label(kind_field(kind, "false_positive")));
	view_pane_line(v, TONE_PLAIN, about.data);
	buf_release(&about);
}

/* ---- alone */

static void key_of(const struct found_line *l, char key[LABEL_TEXT + OBSERVATION_ID])
{
	snprintf(key, LABEL_TEXT + OBSERVATION_ID, "%s %s", l->evidence, l->id);
}

void sweep_line_open(struct view *v)
{
	const struct found_line *l = line_of(v, v->selected);
	if (!l)
		return;
	key_of(l, sweep_state(v)->one);
	sweep_state(v)->shape = ONE_LINE;
	v->selected = 0;
	view_stale(v);
}

/* What stands in `text`, with its name before it; each row stands for the line. */
static void add_value(struct view *v, const struct found_line *l, size_t indicator, size_t k, const char *name,
                      const char *text)
{
	int room = v->columns - NAME_CELLS - 3;
	char *lines = wrapped(text, room > 11 ? (size_t)room : 11);
	for (char *at = lines; *at;) {
		struct buf row = BUF_INIT;
		size_t n = strcspn(at, "\n");
		int more = at[n] == '\n';
		at[n] = '\0';
		text_pad(&row, at == lines ? name : "", NAME_CELLS);
		buf_addf(&row, "  %s", at);
		sweep_add_row(v, TONE_PLAIN, l->evidence, row.data, indicator, k);
		buf_release(&row);
		at += n + (size_t)more;
	}
	free(lines);
}

static void add_line(struct view *v, size_t indicator, size_t k)
{
	const struct found_line *l = &sweep_state(v)->found->all[indicator].lines[k];
	struct buf time = BUF_INIT;
	time_cell(l->when, TIME_CELL_SECOND | TIME_CELL_UTC, &time);
	char *asset = *l->asset ? xasprintf("%s %s", l->asset, workbench_name(v->wb, l->asset)) : xstrdup("");
	char *evidence = xasprintf("%s %s", l->evidence, workbench_name(v->wb, l->evidence));
	add_value(v, l, indicator, k, _("Time"), time.len ? time.data : _("no time"));
	add_value(v, l, indicator, k, _("client"), l->client);
	add_value(v, l, indicator, k, _("asset"), asset);
	add_value(v, l, indicator, k, _("Evidence"), evidence);
	add_value(v, l, indicator, k, _("File"), l->place);
	add_value(v, l, indicator, k, _("Text"), l->text);
	free(evidence);
	free(asset);
	buf_release(&time);
}

void sweep_line_fill(struct view *v)
{
	const struct sweep_state *s = sweep_state(v);
	char key[LABEL_TEXT + OBSERVATION_ID];
	for (size_t i = 0; (i = sweep_found_next(s->found, v->argument, i)) < s->found->count; i++) {
		const struct found_indicator *it = &s->found->all[i];
		free(v->heading);
		v->heading = printable_dup(it->value);
		for (size_t k = 0; k < it->count; k++) {
			key_of(&it->lines[k], key);
			if (strcmp(key, s->one) == 0)
				add_line(v, i, k);
		}
	}
}

void sweep_line_leave(struct view *v)
{
	struct sweep_state *s = sweep_state(v);
	char key[LABEL_TEXT + OBSERVATION_ID];
	size_t at = 0;
	for (size_t i = 0; (i = sweep_found_next(s->found, v->argument, i)) < s->found->count; i++) {
		const struct found_indicator *it = &s->found->all[i];
		for (size_t k = 0; k < it->count; k++, at++) {
			key_of(&it->lines[k], key);
			if (strcmp(key, s->one) == 0)
				v->selected = at;
		}
	}
	s->shape = LINES_OF_ONE;
	view_stale(v);
}
