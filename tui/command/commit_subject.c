#include "tui/command/commit_subject.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/action/action_subject.h"
#include "case/action/verb.h"
#include "case/kind/kinds.h"
#include "case/kind/stored_words.h"

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

/* A subject is cut at its end: how much of the text stands before the cut, or 0 where it is not cut within `text`. */
static size_t before_cut(const char *text)
{
	size_t n = strlen(text);
	return n > 3 && strcmp(text + n - 3, "…") == 0 ? n - 3 : 0;
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

/* How many fields the label that was cut off there may be of; the first in `field`. */
static size_t fields_cut(const struct kind *kind, const char *text, const struct field **field)
{
	size_t n = before_cut(text);
	size_t found = 0;
	for (size_t i = 0; n && kind && i < kind_field_count(kind); i++) {
		if (strncmp(kind_field_at(kind, i)->en, text, n) != 0)
			continue;
		if (found++ == 0)
			*field = kind_field_at(kind, i);
	}
	return found;
}

/* Where the value that begins there ends: before `, ` and the next field, or at the end. */
static size_t value_size(const struct kind *kind, const char *text)
{
	for (const char *comma = strstr(text, ", "); comma; comma = strstr(comma + 2, ", "))
		if (field_at(kind, comma + 2) || fields_cut(kind, comma + 2, &(const struct field *){NULL}))
			return (size_t)(comma - text);
	return strlen(text);
}

/* The value that is written so, or that alone begins so where it was cut off. */
static const struct field_value *value_written(const struct field *field, const char *word)
{
	const struct field_value *value = field_value_find(field, word);
	size_t n = before_cut(word);
	size_t found = 0;
	for (size_t i = 0; !value && n && i < field->value_count; i++)
		found += strncmp(field->values[i].en, word, n) == 0;
	for (size_t i = 0; found == 1 && i < field->value_count; i++)
		if (strncmp(field->values[i].en, word, n) == 0)
			value = &field->values[i];
	return value;
}

static void add_value(const struct field *field, const char *text, size_t n, struct buf *out)
{
	if (n == strlen("unset") && strncmp(text, "unset", n) == 0) {
		buf_adds(out, _("unset"));
		return;
	}
	while (field->values && n > 0) { /* of a set: members parted by / */
		size_t size = field->type == FIELD_ENUMS ? strcspn(text, "/") : n;
		size = size < n ? size : n;
		char *word = xstrndup(text, size);
		const struct field_value *value = value_written(field, word);
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
		const struct field *cut = NULL;
		size_t size = value_size(kind, text);
		size_t maybe = field ? 0 : fields_cut(kind, text, &cut);
		size_t label = field ? strlen(field->en) : 0;
		buf_adds(out, first ? " " : ", ");
		if (field)
			buf_addf(out, "%s ", field_label(field));
		if (field && label < size)
			add_value(field, text + label + 1, size - label - 1, out);
		else if (maybe)
			buf_addf(out, "%s…", maybe == 1 ? field_label(cut) : "");
		else if (!field)
			buf_addf(out, "%.*s", (int)size, text);
		text += size + (text[size] == ',' ? 2 : 0);
	}
}

/* ---- what was changed: `LABEL: TITLE`, `LABEL TITLE, LABEL TITLE and 3 more` */

/* How long the label is that stands there; 0: none does. */
static size_t label_size(const char *text)
{
	size_t n = strcspn(text, " ,:");
	char *label = xstrndup(text, n);
	const struct kind *kind = kind_of(label);
	free(label);
	return kind ? n : 0;
}

/* ` and 3 more` at the end: where it begins, or the end. */
static size_t more_at(const char *text)
{
	size_t n = strlen(text);
	size_t at = n - strlen(" more");
	if (n < strlen(" and 1 more") || strcmp(text + at, " more") != 0)
		return n;
	while (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9')
		at--;
	return at >= 5 && strncmp(text + at - 5, " and ", 5) == 0 ? at - 5 : n;
}

static void add_title(const struct kind *kind, const char *title, size_t n, struct buf *out)
{
	const struct field *field = kind && kind->title_field ? kind_field(kind, kind->title_field) : NULL;
	char *text = xstrndup(title, n);
	const struct field_value *value = field && field->values ? value_written(field, text) : NULL;
	char *words = value ? xstrdup(field_value_label(value)) : stored_words_in(field, text);
	buf_adds(out, words);
	free(words);
	free(text);
}

/* The case itself has no label: its kind is its name. */
static void add_label(const struct kind *kind, const char *label, size_t n, struct buf *out)
{
	if (kind && strlen(kind->name) == n && strncmp(label, kind->name, n) == 0)
		buf_adds(out, kind_label(kind));
	else
		buf_addf(out, "%.*s", (int)n, label);
}

/* The text to `end`, where it goes on ` and 3 more` or ends. */
static void add_more(const char *text, size_t end, struct buf *out)
{
	buf_addf(out, "%.*s", (int)end, text);
	if (text[end])
		buf_addf(out, _(" and %zu more"), (size_t)strtoull(text + end + strlen(" and "), NULL, 10));
}

static void add_records(const char *rest, struct buf *out)
{
	size_t end = more_at(rest);
	size_t at = 0;
	for (size_t label; at < end && (label = label_size(rest + at)) > 0;) {
		char *name = xstrndup(rest + at, label);
		const struct kind *kind = kind_of(name);
		add_label(kind, rest + at, label, out);
		free(name);
		at += label;
		for (; at < end && (rest[at] == ':' || rest[at] == ' '); at++)
			buf_addc(out, rest[at]);
		size_t title = at;
		while (at < end && !(strncmp(rest + at, ", ", 2) == 0 && label_size(rest + at + 2)))
			at++;
		add_title(kind, rest + title, at - title, out);
		if (at < end) {
			buf_adds(out, ", ");
			at += 2;
		}
	}
	add_more(rest + at, end - at, out);
}

/* `LABEL NAME: CHANGES`; a name may hold a colon, too: changes begin with a field. */
static void add_set(const char *rest, struct buf *out)
{
	size_t label_n = strcspn(rest, " :,");
	char *label = xstrndup(rest, label_n);
	const struct kind *kind = kind_of(label);
	const char *colon = strstr(rest, ": ");
	while (colon && !field_at(kind, colon + 2) && !fields_cut(kind, colon + 2, &(const struct field *){NULL}))
		colon = strstr(colon + 2, ": ");
	int told = colon != NULL;
	if (!colon)
		colon = strstr(rest, ": ");
	buf_addc(out, ' ');
	if (!colon) {
		add_records(rest, out);
	} else {
		add_label(kind, rest, label_n, out);
		if (rest[label_n] == ' ') {
			buf_addc(out, ' ');
			add_title(kind, rest + label_n + 1, (size_t)(colon - rest) - label_n - 1, out);
		} else {
			buf_addf(out, "%.*s", (int)(colon - rest) - (int)label_n, rest + label_n);
		}
		buf_addc(out, ':');
		(told ? add_changes : add_field_names)(kind, colon + 2, out);
	}
	free(label);
}

/* ---- lines that are sentences of their own, and not made of what was changed */

/* {1} stands for any text, {k} for the name of a kind. The longer ones first. */
static const char *const sentences[] = {
    N_("import {1} record of the kind {k}"),
    N_("import {1} records of the kind {k}"),
    N_("import {1} row of a time line"),
    N_("import {1} rows of a time line"),
    N_("import {1} mail"),
    N_("import {1} mails"),
    N_("import {1} record"),
    N_("import {1} records"),
    N_("merge {1} of {2}: {3} action"),
    N_("merge {1} of {2}: {3} actions"),
    N_("keep free for paper {1}"),
    N_("add {k} {1} from paper"),
    N_("upgrade: the case file from format {1} to {2}"),
};

enum {
	PARTS = 4 /* of a sentence: 1, 2, 3 and, at 0, the kind */
};

struct subject_part {
	const char *text;
	size_t n;
};

static int is_part(const char *pattern)
{
	return pattern[0] == '{' && pattern[1] && pattern[2] == '}';
}

static struct subject_part *part_of(struct subject_part *parts, const char *pattern)
{
	return &parts[pattern[1] == 'k' ? 0 : pattern[1] - '0'];
}

/* Whether the text is the sentence. A part takes as much as it can: names hold anything. */
static int sentence_matches(const char *pattern, const char *text, struct subject_part *parts)
{
	for (; *pattern && !is_part(pattern); pattern++, text++)
		if (*pattern != *text)
			return 0;
	if (!*pattern)
		return !*text;
	for (size_t n = strlen(text); n > 0; n--)
		if (sentence_matches(pattern + 3, text + n, parts)) {
			*part_of(parts, pattern) = (struct subject_part){text, n};
			return 1;
		}
	return 0;
}

static int add_sentence(const char *subject, struct buf *out)
{
	struct subject_part parts[PARTS];
	size_t i = 0;
	while (i < sizeof sentences / sizeof *sentences && !sentence_matches(sentences[i], subject, parts))
		i++;
	if (i == sizeof sentences / sizeof *sentences)
		return 0;
	for (const char *text = i18n_text(sentences[i]); *text; text++) {
		if (!is_part(text)) {
			buf_addc(out, *text);
			continue;
		}
		const struct subject_part *part = part_of(parts, text);
		char *word = xstrndup(part->text, part->n);
		const struct kind *kind = text[1] == 'k' ? kind_find(word) : NULL;
		size_t end = more_at(word);
		const char *shown = strcmp(word, "another copy") == 0 ? _("another copy") : word;
		if (kind)
			buf_adds(out, kind_label(kind));
		else if (word[end])
			add_more(word, end, out);
		else
			buf_adds(out, shown);
		free(word);
		text += 2;
	}
	return 1;
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
	char *records = xstrndup(label, value ? (size_t)(bracket - label) - (bracket[-1] == ' ') : strlen(label));
	buf_addf(out, "%s", *rest == ' ' ? " " : "");
	add_records(records, out);
	if (value)
		buf_addf(out, " (%s)", field_value_label(value));
	free(records);
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
	if (add_sentence(subject, out))
		return;
	char *verb = xstrndup(subject, verb_size);
	const char *rest = subject + verb_size + (subject[verb_size] == ' ');
	size_t word_size = strcspn(rest, " :");
	char *word = xstrndup(rest, word_size);
	const struct verb *row = verb_find(verb);
	buf_adds(out, row ? i18n_text(row->text) : verb);
	if (row && row->subject == VERB_FIELDS) {
		add_set(rest, out);
	} else if (row && row->subject == VERB_KIND && kind_find(word)) {
		buf_addf(out, " %s%s", kind_label(kind_find(word)), rest[word_size] ? " " : "");
		add_records(rest + word_size + (rest[word_size] == ' '), out);
	} else if (*rest) {
		buf_addc(out, ' ');
		add_records(rest, out);
	}
	free(word);
	free(verb);
}

void commit_subject_add_to_error(const char *subject, struct err *err)
{
	if (!*subject)
		return;
	struct buf said = BUF_INIT;
	commit_subject_text(subject, &said);
	err_prefix(err, "%s", said.data);
	buf_release(&said);
}
