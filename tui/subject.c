#include "tui/subject.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/kind/kinds.h"

#include <stdlib.h>
#include <string.h>

/* A verb that is not here stays as it is. */
static const char *verb_text(const char *verb)
{
	static const struct {
		const char *verb;
		const char *text;
	} verbs[] = {
	    {"add", N_("action: add")},           {"set", N_("action: set")},
	    {"note", N_("action: note")},         {"retract", N_("action: retract")},
	    {"undo", N_("action: undo")},         {"play", N_("action: play")},
	    {"step", N_("action: step")},         {"preserve", N_("action: preserve")},
	    {"capture", N_("action: capture")},   {"verify", N_("action: verify")},
	    {"new", N_("action: new")},           {"import", N_("action: import")},
	    {"merge", N_("action: merge")},       {"resolve", N_("action: resolve")},
	    {"handover", N_("action: handover")}, {"accept", N_("action: accept")},
	    {"purge", N_("action: purge")},       {"print", N_("action: print")},
	};
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].verb, verb) == 0)
			return i18n_text(verbs[i].text);
	return verb;
}

/* The kind of the record that `set LABEL: …` changed, or NULL. */
static const struct kind *kind_of(const char *label)
{
	const char *dash = strchr(label, '-');
	return dash ? kind_by_letter(dash[1]) : kind_find(label);
}

/* `containment isolation_method`; the last one may have been cut. */
static void add_fields(const struct kind *kind, const char *names, struct buf *out)
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

void subject_text(const char *subject, struct buf *out)
{
	size_t verb_size = strcspn(subject, " ");
	if (strcmp(i18n_language(), "ja") != 0) {
		buf_adds(out, subject);
		return;
	}
	char *verb = xstrndup(subject, verb_size);
	const char *rest = subject + verb_size + (subject[verb_size] == ' ');
	size_t word_size = strcspn(rest, " :");
	char *word = xstrndup(rest, word_size);
	buf_adds(out, verb_text(verb));
	if (strcmp(verb, "set") == 0 && strncmp(rest + word_size, ": ", 2) == 0) {
		buf_addf(out, " %s:", word);
		add_fields(kind_of(word), rest + word_size + 2, out);
	} else if (strcmp(verb, "add") == 0 && kind_find(word)) {
		buf_addf(out, " %s%s", kind_label(kind_find(word)), rest + word_size);
	} else if (*rest) {
		buf_addf(out, " %s", rest);
	}
	free(word);
	free(verb);
}
