#include "base/time/time_cell.h"

#include "base/buf.h"
#include "base/printable.h"
#include "base/time/edtf.h"

#include <string.h>

#define LONGEST  19 /* bytes of what is no time */
#define TO_WHICH 3U /* the part of `how` that says how exactly */

static int is_moment(const struct edtf *t)
{
	const struct edtf_point *p = &t->from;
	return t->form == EDTF_POINT && !p->qualifier && !p->year_unknown && !p->month_tens && p->month > 0 &&
	       p->day > 0;
}

static void add_moment(const struct edtf_point *p, unsigned how, struct buf *out)
{
	unsigned to = how & TO_WHICH;
	if (!(how & TIME_CELL_NO_YEAR))
		buf_addf(out, "%04d-", p->year);
	buf_addf(out, "%02d-%02d", p->month, p->day);
	if (p->hour < 0 || to == TIME_CELL_DAY)
		return;
	buf_addf(out, " %02d:%02d", p->hour, to == TIME_CELL_HOUR ? 0 : p->minute);
	if (to == TIME_CELL_SECOND && p->second >= 0)
		buf_addf(out, ":%02d", p->second);
	if ((how & TIME_CELL_UTC) && p->zone && p->offset == 0)
		buf_addc(out, 'Z');
}

int time_cell(const char *text, unsigned how, struct buf *out)
{
	struct edtf t;
	int is_time = edtf_parse(text, &t, NULL) == 0;
	if (is_time && is_moment(&t)) {
		add_moment(&t.from, how, out);
		return 1;
	}
	if (is_time)
		edtf_display(&t, out);
	else
		printable_add(out, text, text_whole(text, strlen(text), LONGEST), PRINTABLE_LINE);
	return 0;
}
