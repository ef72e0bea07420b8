#include "tui/command/cmd.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/store/record.h"
#include "case/store/rules.h"
#include "finding/observation/observation_lost.h"
#include "history/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cmd_assigns(char **words, size_t count, struct assign **assigns, char ***names, struct err *err)
{
	*assigns = xcalloc(count, sizeof **assigns);
	*names = xcalloc(count, sizeof **names);
	for (size_t i = 0; i < count; i++) {
		const char *equals = strchr(words[i], '=');
		if (!equals || equals == words[i]) {
			err_set(err, ERR_USAGE, _("'%s' is not FIELD=VALUE, as hostname=HR-PC-03 is"), words[i]);
			cmd_assigns_free(*assigns, *names, i);
			return -1;
		}
		(*names)[i] = xstrndup(words[i], (size_t)(equals - words[i]));
		(*assigns)[i] = (struct assign){(*names)[i], equals + 1};
	}
	return 0;
}

void cmd_assigns_free(struct assign *assigns, char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	free(assigns);
}

json_t *cmd_json_text(const char *text)
{
	json_t *string = json_string(text);
	char *safe = string ? NULL : printable_dup(text ? text : "");
	if (!string)
		string = json_string(safe);
	free(safe);
	return string;
}

void cmd_print_label(struct session *s, const char *label)
{
	printable_printf(s->out, "%s\n", label);
	fflush(s->out);
}

void cmd_print_json(struct session *s, json_t *array)
{
	char *text = json_dumps(array, JSON_INDENT(1) | JSON_SORT_KEYS);
	struct buf safe = BUF_INIT;
	printable_json(&safe, text ? text : "[]");
	buf_addc(&safe, '\n');
	fwrite(safe.data, 1, safe.len, s->out);
	buf_release(&safe);
	free(text);
	json_decref(array);
}

void text_table_add(struct text_table *t, const char *cell)
{
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->cells = xrealloc(t->cells, t->cap * sizeof *t->cells);
	}
	t->cells[t->count++] = printable_dup(cell);
}

void text_table_print(struct text_table *t, FILE *out, size_t widest)
{
	size_t *widths = xcalloc(t->columns, sizeof *widths);
	for (size_t i = 0; i < t->count; i++) {
		size_t width = text_width(t->cells[i]);
		if (widest && width > widest)
			width = widest;
		if (width > widths[i % t->columns])
			widths[i % t->columns] = width;
	}
	for (size_t i = 0; i < t->count; i += t->columns) {
		struct buf line = BUF_INIT;
		for (size_t k = 0; k < t->columns && i + k < t->count; k++) {
			if (k)
				buf_adds(&line, "  ");
			text_pad(&line, t->cells[i + k], widths[k]);
		}
		while (line.len > 0 && line.data[line.len - 1] == ' ')
			buf_truncate(&line, line.len - 1);
		printable_printf(out, "%s\n", line.data);
		buf_release(&line);
	}
	free(widths);
}

void text_table_release(struct text_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i]);
	free(t->cells);
	*t = (struct text_table){0};
}

int cmd_when(struct session *s, const char *when, char commit[41], struct err *err)
{
	struct history *h = case_history(s->c);
	struct buf edtf = BUF_INIT;
	struct edtf time;
	int64_t latest;
	int rc;
	size_t n = strlen(when);
	struct err resolving = ERR_INIT;
	int hex = n >= 4 && strspn(when, "0123456789abcdef") == n;
	int only_digits = strspn(when, "0123456789") == n; /* 2026 and 20261124 may be a time, if they are no commit */
	if (hex && history_resolve(h, when, commit, &resolving) == 0)
		rc = 0;
	else if (hex && (!only_digits || resolving.code != ERR_NOT_FOUND))
		rc = err_take(err, &resolving);
	else if (strcmp(when, "HEAD") == 0)
		rc = history_head(h, commit, err);
	else if (edtf_from_people(when, clock_now(), &edtf, err) == 0 && edtf_parse(edtf.data, &time, err) == 0 &&
	         edtf_last_here(&time, &latest) == 0)
		rc = history_at(h, latest, commit, err);
	else
		rc = err_set(err, ERR_USAGE, _("'%s' is neither a commit nor a time"), when);
	buf_release(&edtf);
	if (rc == 0)
		printable_printf(s->log, _("as of commit %.10s\n"), commit);
	return rc;
}

int cmd_limit(const struct args *args, size_t otherwise, size_t *limit, struct err *err)
{
	const char *text = args_option(args, "limit");
	*limit = otherwise;
	if (!text)
		return 0;
	if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
		return err_set(err, ERR_USAGE, _("--limit %s: a number is wanted"), text);
	*limit = strtoul(text, NULL, 10);
	return 0;
}

void cmd_print_warnings(struct session *s, const char *label, int of_several)
{
	json_t *record = record_get(s->c, label, 0, NULL);
	struct buf lines = BUF_INIT;
	if (record)
		rule_warnings(s->c, record, &lines);
	for (const char *line = lines.data; line && *line; line += strcspn(line, "\n") + 1) {
		if (of_several)
			printable_printf(s->log, "%s: ", label);
		fwrite(line, 1, strcspn(line, "\n") + 1, s->log);
	}
	buf_release(&lines);
	json_decref(record);
}

int cmd_usage(const char *name, struct err *err)
{
	struct buf usage = BUF_INIT;
	command_usage(command_find(name), &usage);
	err_set(err, ERR_USAGE, _("usage: genba %s"), usage.data);
	buf_release(&usage);
	return -1;
}

#define ASKED_MOST 3 /* times */

static char *read_line(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n = getline(&line, &room, stdin);
	while (n > 0 && strchr("\r\n ", line[n - 1]))
		line[--n] = '\0';
	if (n < 0) {
		free(line);
		return NULL;
	}
	return line;
}

char *cmd_ask_line(struct session *s, const char *question, const char *fallback)
{
	if (!isatty(STDIN_FILENO) || s->in_workbench)
		return NULL;
	for (int i = 0; i < ASKED_MOST; i++) {
		fputs(question, s->log);
		fflush(s->log);
		char *line = read_line();
		if (!line || *line)
			return line;
		free(line);
		if (fallback)
			return xstrdup(fallback);
	}
	return NULL;
}

static int print_lost_set(void *ctx, const struct observation_set *set, struct err *err)
{
	const struct session *s = ctx;
	(void)err;
	printable_printf(s->log, "%s: %s\n", set->check, observation_lost_says());
	return 0;
}

int cmd_print_lost_sets(struct session *s, struct err *err)
{
	return observation_lost_each(s->c, print_lost_set, s, err);
}
