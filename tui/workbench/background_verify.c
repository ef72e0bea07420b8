#include "tui/workbench/background_verify.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/care/verify.h"
#include "tui/command/command.h"
#include "tui/workbench/events.h"
#include "tui/workbench/workbench_private.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_PAUSE 0.5 /* seconds after the last key before a slice is done: keys never wait */
#define REDRAW      1.0 /* seconds between two drawings of the progress */
#define LISTED      20  /* findings that are told; their number is told in any case */

struct background_verify {
	struct workbench *wb;
	struct verify *v;
	struct buf findings; /* a line each, printable */
	size_t count;
	double drawn;
	int done;
};

static void on_finding(void *ctx, const char *part, const char *text)
{
	struct background_verify *v = ctx;
	if (v->count++ >= LISTED)
		return;
	buf_addf(&v->findings, "%s: ", part);
	printable_add(&v->findings, text, strlen(text), PRINTABLE_LINE);
	buf_addc(&v->findings, '\n');
}

struct background_verify *background_verify_new(struct workbench *wb)
{
	const char *wanted = getenv("GENBA_CHECK_AT_OPENING");
	if (wanted && strcmp(wanted, "0") == 0)
		return NULL;
	struct background_verify *v = xcalloc(1, sizeof *v);
	v->wb = wb;
	buf_init(&v->findings);
	v->v = verify_begin(wb->s->c, on_finding, v);
	verify_heed(v->v, screen_input());
	return v;
}

void background_verify_free(struct background_verify *v)
{
	if (!v)
		return;
	verify_end(v->v);
	buf_release(&v->findings);
	free(v);
}

static void tell_progress(struct background_verify *v)
{
	struct buf line = BUF_INIT;
	verify_line(v->v, &line);
	workbench_tell(v->wb, TONE_FAINT, "%s", line.data);
	buf_release(&line);
}

static void background_verify_finish(struct background_verify *v, int rc, const struct err *err)
{
	v->done = 1;
	if (rc < 0)
		on_finding(v, _("check"), err->message);
	verify_end(v->v);
	v->v = NULL;
	if (v->count) {
		workbench_show_text(v->wb, _("The check of this case found something wrong"), v->findings.data);
		workbench_tell(v->wb, TONE_ALARM,
		               P_("%zu finding; `genba verify` tells all", "%zu findings; `genba verify` tells all",
		                  (unsigned long long)v->count),
		               v->count);
	} else if (v->wb->quiet) {
		workbench_tell(v->wb, TONE_GOOD, "%s", _("the whole case is checked: nothing wrong found"));
	}
}

int background_verify_work(struct background_verify *v, double deadline, int *show)
{
	struct err err = ERR_INIT;
	double now = clock_steady();
	if (!v || v->done)
		return 0;
	if (events_idle(v->wb->events) < FIRST_PAUSE && !v->wb->quiet)
		return 1;
	int rc = verify_step(v->v, deadline > now ? deadline - now : 0.001, &err);
	if (rc != 1)
		background_verify_finish(v, rc, &err);
	else if (now - v->drawn < REDRAW)
		return 1;
	else if (v->wb->quiet)
		tell_progress(v);
	v->drawn = now;
	*show = 1;
	return !v->done;
}

void background_verify_badge(const struct background_verify *v, struct buf *out)
{
	if (!v)
		return;
	if (v->done) {
		if (v->count)
			buf_addf(out, "✗%zu ", v->count);
		else
			buf_adds(out, "✓ ");
		return;
	}
	struct verify_state states[VERIFY_PARTS];
	verify_states(v->v, states);
	double done = 0;
	for (int i = 0; i < VERIFY_PARTS; i++)
		done += states[i].checked ? 1 : states[i].total ? (double)states[i].done / (double)states[i].total : 0;
	buf_addf(out, "%.0f%% ", 100 * done / VERIFY_PARTS);
}

/* ---- commands that write the file anew */

static int writes_anew(const char *name)
{
	const struct command *command = command_find(name);
	return command && (command->flags & COMMAND_ANEW);
}

void background_verify_before(struct workbench *wb, const char *command)
{
	if (!writes_anew(command))
		return;
	background_verify_free(wb->verifying);
	wb->verifying = NULL;
}

void background_verify_after(struct workbench *wb, const char *command)
{
	if (writes_anew(command) && wb->s->c && !wb->locked && !wb->verifying)
		wb->verifying = background_verify_new(wb);
}
