/* Texts of a step with the values of variables, the commands that it offers, and what these said. */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "playbook/load/condition.h"
#include "playbook/run/run_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- where in a line of the shell one is (POSIX.1-2017, XCU 2.2) */

#define NESTED 32

struct shell_place {
	char inside[NESTED]; /* ' and " quotes, ( of a command in it; the innermost last */
	int depth;
	/* a comment, a here-document, `…`, ${…}, $'…', arithmetic, a case of $(…), or one word or operator on two lines: from
	 * here on nothing is put in */
	int unclear;
};

static void shell_enter(struct shell_place *p, char what)
{
	if (p->depth < NESTED)
		p->inside[p->depth++] = what;
	else
		p->unclear = 1;
}

/* Takes what stands at `at`: the number of bytes, which is not 0. `before`: the byte before it, NUL at the beginning. */
static size_t shell_step(struct shell_place *p, const char *at, char before)
{
	int first = strchr(" \t\n;|&()<>", before) != NULL; /* a word may begin here; NUL is among them */
	char within = p->depth ? p->inside[p->depth - 1] : '\0';
	char c = *at;
	if (within && within == c && c != '(') { /* another ( is one level more */
		p->depth--;
		return 1;
	}
	if (within == '\'')
		return 1;
	if (c == '\\' &&
	    at[1]) { /* the end of a line is taken away before words are: `<\` and `<` are a here-document */
		p->unclear |= at[1] == '\n' && before != ' ' && before != '\t';
		return 2;
	}
	/* within arithmetic quotes keep nothing from being expanded; a `)` of a case does not end the command that it is in */
	p->unclear |= (c == '$' && (at[1] == '[' || (at[1] == '(' && at[2] == '('))) ||
	              (within == '(' && first && strncmp(at, "case", 4) == 0 && strchr(" \t\n", at[4]));
	if (c == '$' && at[1] == '(') {
		shell_enter(p, '(');
		return 2;
	}
	p->unclear |= c == '`' || (c == '$' && (at[1] == '{' || (at[1] == '\'' && within != '"')));
	if (within == '"')
		return 1;
	if (c == '\'' || c == '"' || c == '(')
		shell_enter(p, c);
	else if (c == ')' && within == '(')
		p->depth--;
	else if (c == '<' && at[1] == '<' && at[2] == '<')
		return 3;
	p->unclear |= (c == '#' && first) || (c == '<' && at[1] == '<') || (c == '(' && at[1] == '(');
	return 1;
}

/* The quote that one is in, or NUL. */
static char shell_quote(const struct shell_place *p)
{
	char within = p->depth ? p->inside[p->depth - 1] : '\0';
	return within == '\'' || within == '"' ? within : '\0';
}

/* One word, or a part of one, whatever is in it: the quotes around it are closed and opened again. */
static void shell_put(const struct shell_place *p, const char *value, struct buf *out)
{
	char quote = shell_quote(p);
	if (quote)
		buf_addc(out, quote);
	words_quote(out, value);
	if (quote)
		buf_addc(out, quote);
}

/* ---- values */

/* A terminal that a command is pasted into takes the end of a line, and other controls, for keys; what turns the writing around
 * shows another command than the one that runs. */
static int may_be_put(const char *value)
{
	char *shown = printable_dup(value);
	int same = strcmp(shown, value) == 0;
	free(shown);
	return same;
}

/* Puts values in for `__name__:value`. In a command one that is not of one line, or stands where it cannot be kept apart, stays a
 * name. */
static void playbook_step_command_expand(const json_t *variables, const char *text, int for_shell, struct buf *out)
{
	struct shell_place place = {.depth = 0};
	int dollar = 0; /* a `$` outside of quotes: with the quotes of a value it would be a $'…' */
	for (const char *begin = text; *text;) {
		size_t n = condition_variable_length(text);
		if (n == 0 || strncmp(text + n, ":value", 6) != 0) {
			size_t taken = for_shell ? shell_step(&place, text, text == begin ? '\0' : text[-1]) : 1;
			dollar = for_shell && *text == '$' && taken == 1 && !shell_quote(&place);
			buf_add(out, text, taken);
			text += taken;
			continue;
		}
		char *name = xstrndup(text, n);
		const char *value = json_get_string(variables, name);
		if (!value || (for_shell && (place.unclear || dollar || !may_be_put(value))))
			buf_add(out, text, n + 6);
		else if (for_shell)
			shell_put(&place, value, out);
		else
			buf_adds(out, value);
		dollar = 0;
		free(name);
		text += n + 6;
	}
}

void run_expand(const struct run *run, const struct waiting *w, const char *text, struct buf *out)
{
	json_t *variables = engine_variables(run->engine, w->step);
	playbook_step_command_expand(variables, text, 0, out);
	json_decref(variables);
}

static int is_offered(const json_t *command)
{
	const char *type = json_get_string(command, "type");
	return type && strcmp(type, "bash") == 0 && *playbook_text(json_object_get(command, "command"));
}

/* `ASSET` as a word of a command of genba is the run's asset. Of several the person chooses one; on none nothing is said. */
static void put_asset(const struct run *run, struct buf *text)
{
	static const char option[] = " --on ASSET ";
	const json_t *on = json_object_get(run->record, "on");
	const char *at = strncmp(text->data, "genba ", 6) == 0 ? strstr(text->data, option) : NULL;
	if (!at || json_array_size(on) > 1)
		return;
	char *before = xstrndup(text->data, (size_t)(at - text->data));
	char *after = xstrdup(at + strlen(option));
	buf_clear(text);
	buf_adds(text, before);
	if (json_array_size(on) == 1)
		buf_addf(text, " --on %s", json_string_value(json_array_get(on, 0)));
	buf_addf(text, " %s", after);
	free(before);
	free(after);
}

int run_offer(const struct run *run, const struct waiting *w, size_t i, struct buf *text, const char **about)
{
	size_t k;
	json_t *command;
	json_array_foreach(json_object_get(w->step, "commands"), k, command) {
		if (!is_offered(command) || i-- > 0)
			continue;
		json_t *variables = engine_variables(run->engine, w->step);
		struct buf words = BUF_INIT;
		buf_adds(&words, playbook_text(json_object_get(command, "command")));
		put_asset(run, &words); /* before the values: what they say is nobody's option */
		playbook_step_command_expand(variables, words.data, 1, text);
		buf_release(&words);
		json_decref(variables);
		if (about)
			*about = playbook_text(json_object_get(command, "description"));
		return 0;
	}
	return -1;
}

int run_instruction(const struct run *run, const struct waiting *w, size_t i, struct buf *text, const char **type)
{
	size_t k;
	json_t *command;
	json_array_foreach(json_object_get(w->step, "commands"), k, command) {
		const char *words = playbook_text(json_object_get(command, "command"));
		if (is_offered(command) || !*words || i-- > 0)
			continue;
		run_expand(run, w, words, text);
		if (type)
			*type = json_get_string(command, "type") ? json_get_string(command, "type") : "";
		return 0;
	}
	return -1;
}

/* ---- what they said */

static void add_tag(const struct waiting *w, struct buf *tag)
{
	buf_addf(tag, "step:%s", w->invocation);
}

int run_keep_output(struct case_file *c, const struct run *run, const struct waiting *w, const char *evidence,
                    struct err *err)
{
	struct buf tag = BUF_INIT;
	char *link = xasprintf("+%s", run->label);
	buf_addc(&tag, '+');
	add_tag(w, &tag);
	struct assign fields[2] = {{"links", link}, {"tags", tag.data}};
	int rc = record_set(c, evidence, fields, 2, 0, err);
	buf_release(&tag);
	free(link);
	return rc;
}

struct outputs {
	const char *run;
	const char *tag;
	json_t *labels;
};

static int take_output(void *ctx, json_t *evidence)
{
	struct outputs *o = ctx;
	if (run_holds(evidence, "links", o->run) && run_holds(evidence, "tags", o->tag))
		json_array_append_new(o->labels, json_string(record_label(evidence)));
	return 0;
}

json_t *run_outputs(struct case_file *c, const struct run *run, const struct waiting *w)
{
	struct buf tag = BUF_INIT;
	add_tag(w, &tag);
	struct outputs o = {run->label, tag.data, json_array()};
	record_each(c, "evidence", 0, take_output, &o, NULL);
	buf_release(&tag);
	return o.labels;
}
