/* What the view Timeline (view_timeline.c) and its keys (timeline_keys.c) share. */
#ifndef GENBA_TUI_VIEW_TIMELINE_TIMELINE_VIEW_H
#define GENBA_TUI_VIEW_TIMELINE_TIMELINE_VIEW_H

#include "case/query/filter.h"
#include "case/query/timeline_text.h"
#include "tui/workbench/view.h"

#define TIMELINE_LANES_MOST 24

struct timeline_lane {
	char label[LABEL_TEXT];
	size_t first, last; /* rows that touch it */
};

struct timeline_span {
	int64_t earliest, latest; /* seconds, as they are shown */
};

struct timeline_view {
	enum timeline_way way;
	int lanes;             /* 1: lanes of assets instead of spans */
	int observations;      /* what machines found around each event is shown below it */
	int events_only;       /* what the responders did, as their records say, is left out */
	struct filter *filter; /* or NULL */
	struct timeline t;
	struct timeline_span *spans; /* of its rows */
	int64_t from, to;            /* of all placed rows, seconds */
	struct timeline_lane lane[TIMELINE_LANES_MOST];
	size_t lane_count;
};

extern const struct view_key view_timeline_keys[];

#endif
