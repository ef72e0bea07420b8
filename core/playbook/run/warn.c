/*
 * What a step would cost now: the order of volatility, judged by what is on
 * record, steps that failed, and reminders. Warnings never refuse: the person at the machine knows
 * more than the record.
 *
 * Source: RFC 3227 section 2.1.
 */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/kind/stored_words.h"
#include "playbook/run/run_private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int warn_lists(const json_t *step, const char *member, const char *word)
{
	return json_holds(playbook_step_extra(step, member), word);
}

__attribute__((format(printf, 3, 4))) static void add(struct buf *lines, const json_t *asset, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	char *title = record_title(asset);
	buf_addf(&text, "%s %s: ", record_label(asset), title);
	free(title);
	va_start(args, format);
	buf_addv(&text, format, args);
	va_end(args);
	printable_add(lines, text.data, text.len, PRINTABLE_LINE);
	buf_addc(lines, '\n');
	buf_release(&text);
}

/* Off, or known to have been: there is nothing volatile left. */
static int is_off(const json_t *asset)
{
	return json_is(asset, "power", "off");
}

static void warn_of_isolation(const json_t *asset, struct buf *lines)
{
	if (is_off(asset))
		return;
	if (!run_holds(asset, "preserved", "memory"))
		add(lines, asset, "%s",
		    _("memory is not captured yet; cutting it off makes malware go to sleep or delete itself"));
	if (!run_holds(asset, "preserved", "volatile"))
		add(lines, asset, "%s", _("connections and processes are not on record yet; they change with the cut"));
	if (!json_get_string(asset, "isolation_requested") && !json_get_string(asset, "isolation_done"))
		add(lines, asset, "%s",
		    _("the time of the request is not on record: note it before the time it is done"));
}

static void warn_of_power_off(const json_t *asset, struct buf *lines)
{
	if (is_off(asset))
		return;
	if (!run_holds(asset, "preserved", "memory"))
		add(lines, asset, "%s", _("memory is not captured: it is gone for good with the power"));
	if (!run_holds(asset, "preserved", "volatile"))
		add(lines, asset, "%s",
		    _("connections, processes and sessions are not on record: they are gone with the power"));
	if (!json_is(asset, "encryption", "none") && !json_object_get(asset, "recovery_key"))
		add(lines, asset, "%s",
		    _("whether the disk can be opened afterwards is not known: no recovery key is on record"));
}

static void warn_of_order(const json_t *step, const json_t *asset, struct buf *lines)
{
	static const char *const order[] = {"memory", "volatile", "triage", "disk"};
	const struct field *field = kind_field(kind_find("asset"), "preserved");
	if (is_off(asset)) {
		if (warn_lists(step, "captures", "memory") || warn_lists(step, "captures", "volatile"))
			add(lines, asset, "%s", _("it is off: there is nothing volatile to take (not applicable)"));
		return;
	}
	for (size_t i = 1; i < sizeof order / sizeof *order; i++) {
		if (!warn_lists(step, "captures", order[i]))
			continue;
		for (size_t k = 0; k < i; k++) {
			const struct field_value *more = field_value_find(field, order[k]);
			if (!run_holds(asset, "preserved", order[k]) && !warn_lists(step, "captures", order[k]) && more)
				add(lines, asset, _("not preserved yet and more volatile: %s"),
				    field_value_label(more));
		}
	}
}

/* ISO 8601 or milliseconds of CACAO; 0 if the step sets no time. */
static int64_t time_allowed(const json_t *step)
{
	struct duration d;
	const char *planned = json_string_value(playbook_step_extra(step, "remind"));
	if (planned && duration_parse(planned, &d, NULL) == 0)
		return d.months * 30 * 86400 + d.days * 86400 + d.seconds;
	return json_integer_value(json_object_get(step, "timeout")) / 1000;
}

static void remind(const struct run *run, const json_t *step, struct buf *lines)
{
	struct edtf since;
	int64_t from;
	int64_t to;
	int64_t allowed = time_allowed(step);
	if (allowed <= 0 || edtf_parse(run_since(run), &since, NULL) < 0 ||
	    edtf_bounds(&since, NULL, NULL, &from, &to) < 0)
		return;
	int64_t open = clock_now().seconds - from;
	if (open > allowed)
		buf_addf(lines,
		         P_("open for %lld minute; %lld were planned\n", "open for %lld minutes; %lld were planned\n",
		            (unsigned long long)((open / 60))),
		         (long long)(open / 60), (long long)(allowed / 60));
}

/* Of the steps of this id the last: a later one may have made it good. */
static const json_t *last_of(const struct run *run, const char *id)
{
	const json_t *last = NULL;
	size_t i;
	json_t *step;
	json_array_foreach(run->steps, i, step)
		if (json_is(step, "step_id", id))
			last = step;
	return last;
}

/* The run goes on behind a step that failed: what failed stays in sight. */
static void warn_of_failed(const struct run *run, struct buf *lines)
{
	size_t i;
	json_t *step;
	json_array_foreach(run->steps, i, step) {
		const char *id = json_get_string(step, "step_id");
		const char *name = json_get_string(step, "name");
		const char *reason = json_get_string(step, "reason");
		if (!id || !name || !json_is(step, "outcome", "failed") || last_of(run, id) != step)
			continue;
		struct buf line = BUF_INIT;
		buf_addf(&line, _("failed, and not made good: %s (%s); the person in charge must know"),
		         stored_words_of_program(name), reason ? reason : "");
		printable_add(lines, line.data, line.len, PRINTABLE_LINE);
		buf_addc(lines, '\n');
		buf_release(&line);
	}
}

void run_warnings(struct case_file *c, const struct run *run, const struct waiting *w, struct buf *lines)
{
	size_t i;
	json_t *label;
	json_array_foreach(json_object_get(run->record, "on"), i, label) {
		json_t *asset = record_get(c, json_string_value(label), 0, NULL);
		if (!asset)
			continue;
		if (warn_lists(w->step, "effect", "isolates"))
			warn_of_isolation(asset, lines);
		if (warn_lists(w->step, "effect", "powers_off"))
			warn_of_power_off(asset, lines);
		warn_of_order(w->step, asset, lines);
		json_decref(asset);
	}
	warn_of_failed(run, lines);
	remind(run, w->step, lines);
	if (run->left_over > 0)
		buf_addf(
		    lines,
		    P_("%zu step of this run was recorded twice, in two copies of the case; the earlier one counts\n",
		       "%zu steps of this run were recorded twice, in two copies of the case; the earlier one counts\n",
		       (unsigned long long)run->left_over),
		    run->left_over);
}
