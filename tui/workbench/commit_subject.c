#include "tui/workbench/commit_subject.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/action/action_subject.h"
#include "case/action/verb.h"
#include "case/kind/kinds.h"

#include <stdlib.h>
#include <string.h>

/* The kind of the record that `set LABEL …: …` changed, or NULL. */
static const struct kind *kind_of(const char *label)
{
	return strchr(label, '-') ? kind_of_label(label) : kind_find(label);
}

/* `containment isolation_method`, as they were written once; the last one may have been cut. */
static void add_field_names(const struct kind *kind, const char *names, struct buf *out)
{
	while (*names) {
		size_t n = strcspn(names, " ");
		char *name = xstrndup(names, n);
		const struct field *field = kind ? kind_field(kind, name) : NULL;
		buf_addf(out, " %s", field ? field_label(field) : name);
		free(name);
		names += n + (names[n] == ' ');
	}
}

/* The field whose English label stands there; NULL: none. The longest one is meant. */
static const struct field *field_at(const struct kind *kind, const char *text)
{
	const struct field *best = NULL;
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		size_t n = strlen(field->en);
		if (strncmp(text, field->en, n) == 0 && (!text[n] || text[n] == ' ' || text[n] == ',') &&
		    (!best || n > strlen(best->en)))
			best = field;
	}
	return best;
}

/* Where the value that begins there ends: before `, ` and the next field, or at the end. */
static size_t value_size(const struct kind *kind, const char *text)
{
	for (const char *comma = strstr(text, ", "); comma; comma = strstr(comma + 2, ", "))
		if (field_at(kind, comma + 2))
			return (size_t)(comma - text);
	return strlen(text);
}

static void add_value(const struct field *field, const char *text, size_t n, struct buf *out)
{
	while (field->values && n > 0) { /* of a set: members parted by / */
		size_t size = field->type == FIELD_ENUMS ? strcspn(text, "/") : n;
		size = size < n ? size : n;
		char *word = xstrndup(text, size);
		const struct field_value *value = field_value_find(field, word);
		buf_adds(out, value ? field_value_label(value) : word);
		free(word);
		text += size;
		n -= size;
		if (n > 0) {
			buf_addc(out, '/');
			text++;
			n--;
		}
	}
	buf_addf(out, "%.*s", (int)n, text);
}

/* `Finding suspected, Owner R1-P1 Tanaka` */
static void add_changes(const struct kind *kind, const char *text, struct buf *out)
{
	for (int first = 1; *text; first = 0) {
		const struct field *field = field_at(kind, text);
		size_t size = value_size(kind, text);
		size_t label = field ? strlen(field->en) : 0;
		buf_adds(out, first ? " " : ", ");
		if (field)
			buf_addf(out, "%s ", field_label(field));
		if (field && label < size)
			add_value(field, text + label + 1, size - label - 1, out);
		else if (!field)
			buf_addf(out, "%.*s", (int)size, text);
		text += size + (text[size] == ',' ? 2 : 0);
	}
}

/* `LABEL NAME: CHANGES`; a name may hold a colon, too: changes begin with a field. */
static void add_set(const char *rest, struct buf *out)
{
	char *label = xstrndup(rest, strcspn(rest, " :,"));
	const struct kind *kind = kind_of(label);
	const char *colon = strstr(rest, ": ");
	while (colon && !field_at(kind, colon + 2))
		colon = strstr(colon + 2, ": ");
	if (colon) {
		buf_addf(out, " %.*s:", (int)(colon - rest), rest);
		add_changes(kind, colon + 2, out);
	} else if ((colon = strstr(rest, ": "))) {
		buf_addf(out, " %.*s:", (int)(colon - rest), rest);
		add_field_names(kind, colon + 2, out);
	} else {
		buf_addf(out, " %s", rest);
	}
	free(label);
}

/* The words of acts, one after the other, then what they were done to; how, in brackets, is a value. */
static size_t add_words(const char *subject, struct buf *out)
{
	size_t at = 0;
	size_t n;
	const char *word;
	while ((word = action_subject_word(subject + at, &n))) {
		buf_addf(out, "%s%s", at ? ", " : "", word);
		at += n;
		if (strncmp(subject + at, ", ", 2) != 0)
			break;
		at += 2;
	}
	return at;
}

static const struct field_value *value_named(const struct kind *kind, const char *text)
{
	for (size_t i = 0; kind && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		for (size_t k = 0; field->type == FIELD_ENUM && k < field->value_count; k++)
			if (strcmp(field->values[k].en, text) == 0)
				return &field->values[k];
	}
	return NULL;
}

static void add_items(const char *rest, struct buf *out)
{
	const char *label = rest + (*rest == ' ');
	char *first = xstrndup(label, strcspn(label, " ,"));
	const char *bracket = strrchr(rest, '(');
	size_t n = bracket ? strcspn(bracket, ")") : 0;
	char *how = bracket ? xstrndup(bracket + 1, n ? n - 1 : 0) : NULL;
	const struct field_value *value =
	    how && bracket[n] && !bracket[n + 1] ? value_named(kind_of(first), how) : NULL;
	if (value)
		buf_addf(out, "%.*s(%s)", (int)(bracket - rest), rest, field_value_label(value));
	else
		buf_adds(out, rest);
	free(how);
	free(first);
}

void commit_subject_text(const char *subject, struct buf *out)
{
	size_t verb_size = strcspn(subject, " ");
	if (strcmp(i18n_language(), "ja") != 0) {
		buf_adds(out, subject);
		return;
	}
	size_t words = add_words(subject, out);
	if (words) {
		add_items(subject + words, out);
		return;
	}
	char *verb = xstrndup(subject, verb_size);
	const char *rest = subject + verb_size + (subject[verb_size] == ' ');
	size_t word_size = strcspn(rest, " :");
	char *word = xstrndup(rest, word_size);
	const struct verb *row = verb_find(verb);
	buf_adds(out, row ? i18n_text(row->text) : verb);
	if (row && row->subject == VERB_FIELDS)
		add_set(rest, out);
	else if (row && row->subject == VERB_KIND && kind_find(word))
		buf_addf(out, " %s%s", kind_label(kind_find(word)), rest + word_size);
	else if (*rest)
		buf_addf(out, " %s", rest);
	free(word);
	free(verb);
}
