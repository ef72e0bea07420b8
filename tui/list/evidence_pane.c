#include "tui/list/evidence_pane.h"
#include "case/action/custody.h"
#include "case/query/title_cache.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/store/disputed.h"
#include "evidence/evidence_status.h"
#include "tui/list/custody.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static const struct field *field_of(const char *name)
{
	return kind_field(kind_find("evidence"), name);
}

static void evidence_pane_add(struct view *v, const json_t *record, const char *name, struct buf *line)
{
	workbench_name_field(v->wb, field_of(name), json_object_get(record, name), line);
	if (record_is_disputed(record, name))
		disputed_add(line);
}

static void evidence_pane_put(struct view *v, const char *name, const struct buf *text)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, " ");
	text_pad(&line, name, 14);
	buf_addf(&line, " %s", text->data ? text->data : "");
	view_pane_line(v, TONE_PLAIN, line.data);
	buf_release(&line);
}

static void put_digests(struct view *v, const json_t *record)
{
	static const char *const others[] = {"md5", "sha1", "piece_root"};
	struct buf line = BUF_INIT;
	evidence_pane_add(v, record, "sha256", &line);
	evidence_pane_put(v, "SHA-256", &line);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (!json_object_get(record, others[i]))
			continue;
		buf_clear(&line);
		evidence_pane_add(v, record, others[i], &line);
		evidence_pane_put(v, field_label(field_of(others[i])), &line);
	}
	buf_release(&line);
}

static void put_status(struct view *v, const json_t *record)
{
	int64_t now = clock_now().seconds;
	enum evidence_status status = evidence_status_of(record, now);
	int64_t days = evidence_days_unread(record, now);
	const char *last = evidence_last_read(record);
	struct buf line = BUF_INIT;
	struct edtf time;
	buf_adds(&line, evidence_status_text(status));
	if (last && edtf_parse(last, &time, NULL) == 0) {
		buf_adds(&line, json_object_get(record, "verified_at") ? _(" · last verified ") : _(" · last read "));
		edtf_display(&time, &line);
		if (days > 0)
			buf_addf(&line, P_(" (%lld day ago)", " (%lld days ago)", (unsigned long long)days),
			         (long long)days);
	}
	if (json_object_get(record, "match")) {
		buf_adds(&line, " · ");
		buf_addf(&line, "%s: ", field_label(field_of("match")));
		evidence_pane_add(v, record, "match", &line);
	}
	evidence_pane_put(v, C_("evidence", "State"), &line);
	buf_release(&line);
}

/* Where it came from, what it is and where it lies. */
static void put_form(struct view *v, const json_t *record)
{
	struct buf line = BUF_INIT;
	evidence_pane_add(v, record, "form", &line);
	if (json_object_get(record, "source_size")) {
		buf_adds(&line, " · ");
		evidence_pane_add(v, record, "source_size", &line);
	}
	if (json_object_get(record, "on")) {
		buf_addf(&line, " · %s ", field_label(field_of("on")));
		evidence_pane_add(v, record, "on", &line);
	}
	evidence_pane_put(v, field_label(field_of("form")), &line);
	static const char *const paths[] = {"source_path", "copy_path"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		buf_clear(&line);
		if (json_object_get(record, paths[i])) {
			evidence_pane_add(v, record, paths[i], &line);
			evidence_pane_put(v, i ? _("Copy") : _("Source"), &line);
		}
	}
	buf_release(&line);
}

static void put_custody(struct view *v, const json_t *record)
{
	struct buf line = BUF_INIT;
	char *holder = custody_person(workbench_case(v->wb), record, "holder");
	buf_adds(&line, holder ? holder : _("nobody on record"));
	free(holder);
	if (json_object_get(record, "stored_at")) {
		buf_adds(&line, " · ");
		evidence_pane_add(v, record, "stored_at", &line);
	}
	evidence_pane_put(v, field_label(field_of("holder")), &line);
	if (!*workbench_as_of(v->wb)) {
		buf_clear(&line);
		custody_line(v->wb, record, &line);
		evidence_pane_put(v, _("Custody"), &line);
	}
	buf_release(&line);
}

void evidence_pane(struct view *v)
{
	json_t *record = *view_label(v) ? workbench_get(v->wb, view_label(v), 0, NULL) : NULL;
	struct buf line = BUF_INIT;
	if (!record)
		return;
	char *title = workbench_name_of_record(v->wb, record);
	buf_addf(&line, "── %s  %s ", record_label(record), title);
	while (text_width(line.data) < (size_t)view_pane_cells(v))
		buf_adds(&line, "─");
	view_pane_line(v, TONE_HEADING, line.data);
	put_status(v, record);
	put_form(v, record);
	put_custody(v, record);
	put_digests(v, record);
	free(title);
	buf_release(&line);
	json_decref(record);
}
