/* What a search found, best first. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/query/search.h"
#include "case/query/title_cache.h"
#include "tui/view/views.h"
#include "tui/workbench/workbench.h"

#include <string.h>

#define FOUND_MOST 500

static int add_hit(void *ctx, const struct search_hit *hit)
{
	struct view *v = ctx;
	const struct kind *kind = kind_find(hit->kind);
	struct buf line = BUF_INIT;
	text_pad(&line, hit->label, 9);
	text_pad(&line, kind ? kind_label(kind) : hit->kind, 14);
	buf_addf(&line, "  %s", hit->snippet);
	view_add(v, TONE_PLAIN, hit->label, line.data);
	buf_release(&line);
	return v->count >= FOUND_MOST;
}

static int fill(struct view *v, int columns, struct err *err)
{
	(void)columns;
	int rc = search_find(workbench_case(v->wb), v->argument, FOUND_MOST, add_hit, v, err);
	struct buf head = BUF_INIT;
	buf_addf(&head, "%s · %zu%s", v->argument, v->count, v->count >= FOUND_MOST ? "+" : "");
	v->heading = buf_take(&head, NULL);
	if (rc == 0 && v->count == 0) {
		view_add(v, TONE_PLAIN, NULL, _("Nothing on record holds these words."));
		view_add(
		    v, TONE_FAINT, NULL,
		    _("All words must stand in the record; the last may be a beginning. \"In quotes\": as it stands."));
	}
	return rc;
}

static struct view *open_found(struct workbench *wb, const char *words)
{
	return view_new(wb, &found_view, words);
}

const struct view_ops found_view = {.name = "found", .title = N_("Found"), .fill = fill, .open = open_found};
