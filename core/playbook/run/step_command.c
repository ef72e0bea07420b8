/* Texts of a step with the values of variables, the commands that it offers, and what these said. */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/words.h"
#include "playbook/load/condition.h"
#include "playbook/run/run_private.h"

#include <stdlib.h>
#include <string.h>

/* Puts values in for `__name__:value`. */
static void playbook_step_command_expand(const json_t *variables, const char *text, int for_shell, struct buf *out)
{
	while (*text) {
		size_t n = condition_variable_length(text);
		if (n == 0 || strncmp(text + n, ":value", 6) != 0) {
			buf_addc(out, *text++);
			continue;
		}
		char *name = xstrndup(text, n);
		const char *value = json_get_string(variables, name);
		if (!value)
			buf_add(out, text, n + 6);
		else if (for_shell)
			words_quote(out, value);
		else
			buf_adds(out, value);
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

int run_offer(const struct run *run, const struct waiting *w, size_t i, struct buf *text, const char **about)
{
	size_t k;
	json_t *command;
	json_array_foreach(json_object_get(w->step, "commands"), k, command) {
		if (!is_offered(command) || i-- > 0)
			continue;
		json_t *variables = engine_variables(run->engine, w->step);
		playbook_step_command_expand(variables, playbook_text(json_object_get(command, "command")), 1, text);
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
