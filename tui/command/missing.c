#include "tui/command/missing.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "tui/command/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A word of the operands: `LABEL`, `PATH…|-`, `confirm|reject`, `[KIND]`. */
struct operand {
	const char *text;
	size_t length;
	int optional;
};

/* The next word of the form that ends at `end`; 0: it is over. What is in brackets may be left out, to the last of its words. */
static int next_operand(const char **at, const char *end, struct operand *o)
{
	while (*at < end && **at == ' ')
		++*at;
	o->text = *at;
	o->optional = **at == '[';
	int depth = 0;
	for (; *at < end && (depth > 0 || **at != ' '); ++*at)
		depth += (**at == '[') - (**at == ']');
	o->length = (size_t)(*at - o->text);
	if (o->optional && o->length >= 2) {
		o->text++;
		o->length -= 2;
	}
	return *at > o->text;
}

/* 1 if `word` is one of those that the operand spells out: `confirm|reject`. */
static int is_spelled(const struct operand *o, const char *word)
{
	size_t n = strlen(word);
	for (const char *at = o->text, *end = o->text + o->length; at < end;) {
		size_t length = strcspn(at, "| ");
		length = at + length < end ? length : (size_t)(end - at);
		if (length == n && memcmp(at, word, n) == 0)
			return 1;
		at += length + 1;
	}
	return 0;
}

/* Of `[confirm|reject WHO | same WHO WHO]` the forms: all of it is in one pair of brackets. */
static char *forms_of(const char *operands)
{
	const char *at = operands;
	const char *end = operands + strlen(operands);
	struct operand all;
	return next_operand(&at, end, &all) && all.optional && at == end ? xstrndup(all.text, all.length)
	                                                                 : xstrdup(operands);
}

/* The form that is meant: the one that spells the first word out, or the only one. NULL: that is not clear. */
static const char *form_meant(const char *forms, const struct args *args, const char **end)
{
	const char *meant = NULL;
	size_t count = 0;
	for (const char *form = forms; form;) {
		const char *next = strstr(form, " | ");
		const char *last = next ? next : form + strlen(form);
		const char *at = form;
		struct operand first;
		int spelled = next_operand(&at, last, &first) && args->count > 0 && is_spelled(&first, args->words[0]);
		if (spelled || form[0] != '-' || strncmp(form, "-- ", 3) == 0) { /* `-`, `--again` */
			meant = form;
			*end = last;
			count++;
		}
		if (spelled)
			return form;
		form = next ? next + 3 : NULL;
	}
	return count == 1 ? meant : NULL;
}

/* `PATH…|-` is called PATH. */
static char *name_of(const struct operand *o)
{
	struct buf name = BUF_INIT;
	for (size_t i = 0; i < o->length && strncmp(o->text + i, "|-", 2) != 0; i++)
		if (strncmp(o->text + i, "…", strlen("…")) == 0)
			i += strlen("…") - 1;
		else
			buf_addc(&name, o->text[i]);
	return buf_take(&name, NULL);
}

/* A new text, or NULL. A first word that is a choice of verbs is not called by all of them. */
static char *missing_of(const char *operands, const struct args *args)
{
	if (strstr(operands, "]|")) /* forms that are written close together */
		return NULL;
	char *forms = forms_of(operands);
	const char *end = NULL;
	const char *at = form_meant(forms, args, &end);
	char *name = NULL;
	size_t given = 0;
	struct operand o;
	while (at && !name && next_operand(&at, end, &o)) {
		int is_more = given < args->count;
		if (o.optional)
			given += is_more && is_spelled(&o, args->words[given]);
		else if (o.length == 2 && memcmp(o.text, "--", 2) == 0)
			; /* ends the options: it is no word */
		else if (is_more)
			given++;
		else if (given > 0 || isupper((unsigned char)*o.text))
			name = name_of(&o);
		else
			at = NULL;
	}
	free(forms);
	return name;
}

void missing_tell(const struct command *command, const struct args *args, struct err *err)
{
	if (!err || err->code != ERR_USAGE)
		return;
	struct buf usage = BUF_INIT;
	command_usage(command, &usage);
	char *refusal = xasprintf("usage: genba %s", usage.data);
	char *name = strcmp(err->english, refusal) == 0 ? missing_of(command->operands, args) : NULL;
	if (name)
		err_prefix(err, _("%s is missing"), name);
	free(name);
	free(refusal);
	buf_release(&usage);
}
