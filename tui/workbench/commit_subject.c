#include "tui/workbench/commit_subject.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/action/verb.h"
#include "case/kind/kinds.h"

#include <stdlib.h>
#include <string.h>

/* The kind of the record that `set LABEL: …` changed, or NULL. */
static const struct kind *kind_of(const char *label)
{
	return strchr(label, '-') ? kind_of_label(label) : kind_find(label);
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

void commit_subject_text(const char *subject, struct buf *out)
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
	const struct verb *row = verb_find(verb);
	buf_adds(out, row ? i18n_text(row->text) : verb);
	if (row && row->subject == VERB_FIELDS && strncmp(rest + word_size, ": ", 2) == 0) {
		buf_addf(out, " %s:", word);
		add_fields(kind_of(word), rest + word_size + 2, out);
	} else if (row && row->subject == VERB_KIND && kind_find(word)) {
		buf_addf(out, " %s%s", kind_label(kind_find(word)), rest + word_size);
	} else if (*rest) {
		buf_addf(out, " %s", rest);
	}
	free(word);
	free(verb);
}
