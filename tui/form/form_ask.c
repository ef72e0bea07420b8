/* Asking for one value, as fits the type of its field. */
#include "tui/form/form.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/store/record.h"
#include "case/store/value.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* Times by which something has to be: they are to come. */
static int is_to_come(const struct field *field)
{
	static const char *const names[] = {"due", "hash_due", "return_due", "review", "rotates"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(field->name, names[i]) == 0)
			return 1;
	return 0;
}

/* What may be typed, for types that are not chosen from a list. */
static const char *type_hint(const struct field *field)
{
	switch (field->type) {
	case FIELD_TIME:
		if (is_to_come(field))
			return _("tomorrow 9:00 · 2026-12-07 17:00 · 2026-12 · +6mo from R1-V2");
		return _("now · yesterday 9:00 · 2014-12~ (about) · 2014-07/2014-08 · +6mo from R1-V2");
	case FIELD_DURATION:
		return _("PT5M (5 minutes), -PT1H30M, P2D");
	case FIELD_SIZE:
		return _("bytes, or 500MB, 1.5GiB, 2TB");
	case FIELD_INT:
		return _("a whole number");
	case FIELD_HASH:
		return _("hexadecimal digits: MD5, SHA-1 or SHA-256");
	case FIELD_TAGS:
		return _("words with commas between");
	case FIELD_SECRET:
		return _("kept apart and masked; never shown, nor exported unless named");
	default:
		return "";
	}
}

static char *help_line(const struct field *field)
{
	const char *hint = type_hint(field);
	const char *help = field_help(field);
	if (field->type == FIELD_TIME) { /* the zone first: a row may be too short for the rest */
		int zone = clock_now().offset;
		char *taken = xasprintf(_("no zone typed: %c%02d:%02d, as this machine"), zone < 0 ? '-' : '+',
		                        abs(zone) / 60, abs(zone) % 60);
		char *line = xasprintf(" %s · %s%s%s", taken, help, *help ? " · " : "", hint);
		free(taken);
		return line;
	}
	return xasprintf(" %s%s%s", help, *help && *hint ? " · " : "", hint);
}

int form_check(const struct field *field, const char *value, struct err *err)
{
	switch (field->type) {
	case FIELD_INT:
	case FIELD_SIZE:
	case FIELD_DURATION:
	case FIELD_TIME:
	case FIELD_HASH:
		break;
	default:
		return 0; /* what needs the case is checked when it is saved */
	}
	struct value_context none = {NULL, NULL, NULL};
	json_t *parsed = value_parse(&none, field, value, NULL, err);
	int rc = parsed ? 0 : -1;
	json_decref(parsed);
	return rc;
}

/* ---- text */

static char *ask_text(const struct form_ask *ask, int *left)
{
	const struct field *field = ask->field;
	char *question = xasprintf("%s: ", field_label(field));
	char *help = help_line(field);
	struct prompt_line line = {
	    .question = field->type == FIELD_LONG ? field_label(field) : question,
	    .help = help[1] ? help : NULL,
	    .initial = field->type == FIELD_SECRET ? NULL : ask->initial,
	    .several_lines = field->type == FIELD_LONG,
	    .hidden = field->type == FIELD_SECRET,
	    .stays = ask->stays,
	    .changed = ask->changed,
	    .ctx = ask->ctx,
	};
	char *text = prompt_edit(ask->wb, &line, left);
	if (*left && field->type == FIELD_SECRET && !*text) { /* nothing was typed: it stays what it was */
		free(text);
		text = NULL;
	}
	free(help);
	free(question);
	if (text && field->type == FIELD_TIME) { /* "now" is when it was typed, not when it is saved */
		char *settled = value_settled(field, text, clock_now());
		free(text);
		text = settled;
	}
	return text;
}

/* ---- one of the values */

static int is_member(const char *list, const char *word)
{
	size_t n = strlen(word);
	while (list && *list) {
		list += strspn(list, ", ");
		size_t m = strcspn(list, ",");
		size_t end = m;
		while (end > 0 && list[end - 1] == ' ')
			end--;
		if (end == n && memcmp(list, word, n) == 0)
			return 1;
		list += m;
	}
	return 0;
}

static const char *value_label(const struct field *field, size_t i)
{
	if (field->type == FIELD_TRI)
		return strcmp(field->values[i].name, "yes") == 0  ? _("yes")
		       : strcmp(field->values[i].name, "no") == 0 ? _("no")
		                                                  : _("unknown");
	return field_value_label(&field->values[i]);
}

static char *ask_one(const struct form_ask *ask)
{
	const struct field *field = ask->field;
	const char **labels = xcalloc(field->value_count, sizeof *labels);
	const char **names = xcalloc(field->value_count, sizeof *names);
	int now = -1;
	for (size_t i = 0; i < field->value_count; i++) {
		labels[i] = value_label(field, i);
		names[i] = field->values[i].name;
		if (ask->initial && strcmp(ask->initial, field->values[i].name) == 0)
			now = (int)i;
	}
	char *question = xasprintf("%s: ", field_label(field));
	int chosen = prompt_choice_named(ask->wb, question, labels, names, field->value_count, now, NULL);
	free(question);
	free(names);
	free(labels);
	return chosen >= 0 ? xstrdup(field->values[chosen].name) : NULL;
}

/* ---- some of the values */

struct marking {
	const struct field *field;
	unsigned char marked[64];
};

static size_t count_values(void *ctx, const char *typed)
{
	(void)typed;
	return ((struct marking *)ctx)->field->value_count - 1; /* `unknown` is that none is marked */
}

static void value_text(void *ctx, size_t i, struct buf *out)
{
	buf_adds(out, value_label(((struct marking *)ctx)->field, i));
}

static int value_marked(void *ctx, size_t i)
{
	return ((struct marking *)ctx)->marked[i];
}

static void value_toggle(void *ctx, size_t i)
{
	((struct marking *)ctx)->marked[i] ^= 1;
}

static char *ask_some(const struct form_ask *ask)
{
	struct marking m = {.field = ask->field};
	for (size_t i = 0; i < ask->field->value_count && i < sizeof m.marked; i++)
		m.marked[i] = (unsigned char)is_member(ask->initial, ask->field->values[i].name);
	int had = memchr(m.marked, 1, sizeof m.marked) != NULL;
	struct prompt_source source = {
	    .ctx = &m,
	    .find = count_values,
	    .text = value_text,
	    .is_marked = value_marked,
	    .toggle = value_toggle,
	    .help = _(" Space or Tab marks · Enter takes the marked ones, or the one at > · Esc leaves"),
	    .fixed = 1};
	char *question = xasprintf("%s ", field_label(ask->field));
	int rc = prompt_pick(ask->wb, question, &source, NULL);
	free(question);
	if (rc == -1)
		return NULL;
	if (rc >= 0 && !had && !memchr(m.marked, 1, sizeof m.marked))
		m.marked[rc] =
		    1; /* Enter takes the row under the cursor, as in every other list; with marks, the marked ones */
	struct buf list = BUF_INIT;
	for (size_t i = 0; i + 1 < ask->field->value_count && i < sizeof m.marked; i++)
		if (m.marked[i])
			buf_addf(&list, "%s%s", list.len ? "," : "", ask->field->values[i].name);
	return buf_take(&list, NULL);
}

/* ---- any of them */

char *form_ask(const struct form_ask *ask, int *left)
{
	*left = 0;
	switch (ask->field->type) {
	case FIELD_ENUM:
	case FIELD_TRI:
		return ask_one(ask);
	case FIELD_ENUMS:
		return ask_some(ask);
	case FIELD_REF:
	case FIELD_REFS:
		return form_pick_reference(ask->wb, ask->field, ask->initial);
	default:
		return ask_text(ask, left);
	}
}

/* What a time came to be, since it may have been typed as "now": where no form shows it. */
static void tell_time(struct workbench *wb, const struct field *field, const char *value)
{
	struct buf shown = BUF_INIT;
	json_t *record = json_object();
	json_object_set_new(record, field->name, json_string(value));
	if (field->type == FIELD_TIME && *value) {
		record_field_text(record, field, &shown);
		workbench_tell(wb, TONE_FAINT, "%s: %s", field_label(field), shown.data);
	}
	json_decref(record);
	buf_release(&shown);
}

char *form_ask_value_from(struct workbench *wb, const struct field *field, const char *initial)
{
	struct form_ask ask = {.wb = wb, .field = field, .initial = initial};
	char *before = NULL;
	for (;;) {
		int left;
		struct err err = ERR_INIT;
		char *value = form_ask(&ask, &left);
		free(before);
		if (value && !left && form_check(field, value, &err) == 0) {
			tell_time(wb, field, value);
			return value;
		}
		if (!value || left) {
			free(value);
			return NULL;
		}
		workbench_tell(wb, TONE_ALARM, "%s", err.message);
		ask.initial = before = value;
	}
}

const struct field *form_choose_field(struct workbench *wb, const struct kind *kind, const char *question)
{
	size_t count = kind_field_count(kind);
	const char **labels = xcalloc(count, sizeof *labels);
	const struct field **fields = xcalloc(count, sizeof *fields);
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		if (!kind_field_at(kind, i)->machine) {
			fields[n] = kind_field_at(kind, i);
			labels[n++] = field_label(kind_field_at(kind, i));
		}
	int chosen = prompt_choice(wb, question, labels, n, 0, NULL);
	const struct field *field = chosen >= 0 ? fields[chosen] : NULL;
	free(fields);
	free(labels);
	return field;
}
